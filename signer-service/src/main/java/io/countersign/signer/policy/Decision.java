package io.countersign.signer.policy;

/** What policy says of a request. */
public sealed interface Decision permits Approved, ApprovedHash, Postponed, Refused {}

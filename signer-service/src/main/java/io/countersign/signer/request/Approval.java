package io.countersign.signer.request;

import io.countersign.key.Digest;
import java.time.Instant;
import java.util.UUID;

/**
 * Somebody's yes to one file under one state of a policy.
 *
 * @param approver the name of the identity
 * @param session the credential it was known by
 * @param artifact SHA-256 of the submitted file
 * @param policy SHA-256 of the policy's canonical form
 */
public record Approval(UUID request, String approver, String session, Instant at, Digest artifact, Digest policy) {}

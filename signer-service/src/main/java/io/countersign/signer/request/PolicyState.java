package io.countersign.signer.request;

/**
 * A policy as it stood when requests were accepted under it.
 *
 * @param project its slug
 * @param policy its slug
 * @param form its canonical form
 */
public record PolicyState(String project, String policy, String form) {}

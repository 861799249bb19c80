package io.countersign.signer.policy;

import java.time.Instant;

/**
 * Not now: all that stands against it is that no window is open, and one will be.
 *
 * @param until when it is to be decided again
 * @param reason for people
 */
public record Postponed(Instant until, String reason) implements Decision {}

package io.countersign.policy;

import java.time.Instant;
import java.util.Optional;

/**
 * What is known of a request when rules are asked about it.
 *
 * @param submitter the name of the identity that asks
 * @param origin where the file was built, if somebody vouches for that
 * @param at the time that counts
 * @param uses how often keys were used under the policy for others than this request
 */
public record Facts(String submitter, Optional<Origin> origin, Instant at, KeyUses uses) {
    /** How often a key was used under the policy in question. */
    @FunctionalInterface
    public interface KeyUses {
        int since(Instant from);
    }
}

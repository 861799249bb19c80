package io.countersign.timestamp;

import java.util.List;

/**
 * A token and how it was come by. Immutable.
 *
 * @param source the authority that gave it, by its configured name or its URL
 * @param failures of those that were asked before, in order, each reason once
 */
public record Timestamped(TimestampToken token, String source, List<FailedAttempt> failures) {
    public Timestamped {
        failures = List.copyOf(failures);
    }

    /** A token from the first that was asked. */
    public Timestamped(TimestampToken token, String source) {
        this(token, source, List.of());
    }
}

package io.countersign.signer.identity;

import java.time.Duration;
import java.time.Instant;

/**
 * What is left to somebody who may call so often a minute: a minute's worth at once, and from then on as it is refilled.
 *
 * @param calls may be less than one, and is less than zero never
 */
record Bucket(double calls, Instant at, boolean granted) {
    private static final double MINUTE = Duration.ofMinutes(1).toNanos();

    /** After one more call. */
    static Bucket taken(Bucket before, int limit, Instant now) {
        double calls = limit;
        if (before != null) {
            // A clock that was set back gives nothing.
            double passed = Math.max(0, Duration.between(before.at(), now).toNanos());
            calls = Math.min(limit, before.calls() + passed * limit / MINUTE);
        }
        return calls >= 1 ? new Bucket(calls - 1, now, true) : new Bucket(calls, now, false);
    }

    /** Until there is one call again. */
    Duration wait(int limit) {
        return Duration.ofNanos((long) ((1 - calls) * MINUTE / limit));
    }
}

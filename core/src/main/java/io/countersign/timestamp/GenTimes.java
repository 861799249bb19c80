package io.countersign.timestamp;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * The times put into tokens: the clock's, and never before the last one. Where the clock stepped back by no more than the
 * promised accuracy, the last time is given again, which is still within the promise. By more than that, any answer would be
 * wrong: the clock's time would put a later token before an earlier one, and the last time would be further from the clock than
 * is promised. Then none is given until the clock has caught up. Safe for several threads.
 */
final class GenTimes {
    private final TimeSource clock;
    private final Duration accuracy;
    private final Duration step;
    private Instant last = Instant.MIN;

    GenTimes(TimeSource clock, TimestampPolicy policy) {
        this.clock = clock;
        this.accuracy = policy.accuracy();
        this.step = policy.ordering() ? Duration.ofMillis(1) : Duration.ZERO;
    }

    /** To the millisecond; later than each before it where the policy orders, else not before any. */
    synchronized Instant next() throws TimeNotAvailable {
        Instant now = clock.now().truncatedTo(ChronoUnit.MILLIS);
        Instant earliest = last.equals(Instant.MIN) ? last : last.plus(step);
        Instant time = now.isBefore(earliest) ? earliest : now;
        if (time.isAfter(now.plus(accuracy))) {
            throw new TimeNotAvailable("the authority's clock is behind a time it has issued; ask again later");
        }
        last = time;
        return time;
    }
}

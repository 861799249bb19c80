package io.countersign.tsa.clock;

import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * The wall clock and the monotonic clock at one moment. Three looks are taken, the wall clock's between the monotonic clock's,
 * so that a pause of this process between them is not taken for a step of the clock.
 *
 * @param earliest the monotonic clock before the wall clock was asked, in nanoseconds
 * @param latest and after
 */
record ClockReading(Instant wall, long earliest, long latest) {
    static ClockReading of(InstantSource wall, LongSupplier nanos) {
        long earliest = nanos.getAsLong();
        Instant time = wall.instant();
        return new ClockReading(time, earliest, nanos.getAsLong());
    }

    /** How much further the wall clock went than the monotonic one since then, in milliseconds; negative when it went back. */
    long stepSince(ClockReading then) {
        long wentMillis = wall.toEpochMilli() - then.wall.toEpochMilli();
        long leastMillis = (earliest - then.latest) / 1_000_000;
        long mostMillis = (latest - then.earliest) / 1_000_000;
        return wentMillis < leastMillis ? wentMillis - leastMillis : Math.max(0, wentMillis - mostMillis);
    }
}

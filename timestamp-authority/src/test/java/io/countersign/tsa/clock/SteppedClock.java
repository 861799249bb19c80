package io.countersign.tsa.clock;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/** A wall clock and a monotonic one that go on together, unless the wall clock is stepped. Safe for several threads. */
public final class SteppedClock implements InstantSource, LongSupplier {
    private final InstantSource base;
    private Duration passed = Duration.ZERO;
    private Duration stepped = Duration.ZERO;

    private SteppedClock(InstantSource base) {
        this.base = base;
    }

    /** Stands still until time is let pass. */
    static SteppedClock at(Instant start) {
        return new SteppedClock(InstantSource.fixed(start));
    }

    /** Goes with the machine's. */
    public static SteppedClock running() {
        return new SteppedClock(InstantSource.system());
    }

    synchronized void pass(Duration time) {
        passed = passed.plus(time);
    }

    /** Sets the wall clock forwards, or back, at once. */
    public synchronized void step(Duration by) {
        stepped = stepped.plus(by);
    }

    @Override
    public synchronized Instant instant() {
        return base.instant().plus(passed).plus(stepped);
    }

    @Override
    public synchronized long getAsLong() {
        return base.millis() * 1_000_000 + passed.toNanos();
    }
}

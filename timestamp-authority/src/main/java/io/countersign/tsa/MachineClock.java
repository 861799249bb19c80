package io.countersign.tsa;

import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * The two clocks everything here goes by.
 *
 * @param wall tells the date
 * @param nanos tells how much time passed, in nanoseconds
 */
record MachineClock(InstantSource wall, LongSupplier nanos) {
    static final MachineClock SYSTEM = new MachineClock(InstantSource.system(), System::nanoTime);
}

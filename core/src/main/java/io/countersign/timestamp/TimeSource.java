package io.countersign.timestamp;

import java.time.Instant;
import java.time.InstantSource;

/**
 * Where an authority's time comes from: a clock that may know that it is wrong. A wrong time in a token is worse than no token.
 * Asked by several threads at once.
 */
@FunctionalInterface
public interface TimeSource {
    /**
     * The time in UTC.
     *
     * @throws TimeNotAvailable if the time is not known well enough to be signed
     */
    Instant now() throws TimeNotAvailable;

    /** A clock that is believed. */
    static TimeSource of(InstantSource clock) {
        return clock::instant;
    }
}

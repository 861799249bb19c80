package io.countersign.timestamp;

import java.time.Duration;

/**
 * How long and how often authorities are asked for one token.
 *
 * @param tries of one authority, at most
 * @param pause before the second try of the same authority; each further one waits twice as long, less a random part up to half
 * @param rest how long an authority that failed is tried after those that work
 * @param total no authority is asked later than this; the last answer may take its own time-out longer
 */
public record Patience(int tries, Duration pause, Duration rest, Duration total) {
    /** Three tries, half a second between the first two, a minute of rest, and a minute in all. */
    public static final Patience USUAL =
            new Patience(3, Duration.ofMillis(500), Duration.ofMinutes(1), Duration.ofMinutes(1));

    private static final int MAXIMUM_TRIES = 20;

    public Patience {
        if (tries < 1 || tries > MAXIMUM_TRIES) {
            throw new IllegalArgumentException(tries + " tries; wanted 1 to " + MAXIMUM_TRIES);
        }
        if (pause.isNegative() || rest.isNegative() || total.isNegative()) {
            throw new IllegalArgumentException(
                    "patience of " + pause + ", " + rest + ", " + total + "; wanted none below 0");
        }
    }

    /**
     * What to wait after a failure.
     *
     * @param tried how often, from 1
     * @param random from 0 to 1: spreads out those who failed together, so that they do not come back together
     */
    Duration pauseAfter(int tried, double random) {
        long longest = pause.toNanos() << (tried - 1);
        return Duration.ofNanos((long) (longest * (1 - random / 2)));
    }
}

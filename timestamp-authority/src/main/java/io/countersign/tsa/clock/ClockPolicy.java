package io.countersign.tsa.clock;

import java.time.Duration;

/**
 * What makes a clock believable.
 *
 * @param servers how many NTP servers are asked; 0 where none is configured and only steps are detected
 * @param quorum how many of them must agree with our clock; at least 1 where there are any
 * @param threshold how far our clock may be from a server's, the uncertainty included, and how far it may step between two
 *     confirmations; the time that is given out is then wrong by at most twice as much
 * @param period how often the servers are asked
 */
public record ClockPolicy(int servers, int quorum, Duration threshold, Duration period) {
    /** How many periods a confirmation lasts: two polls may be lost, a third may not. */
    static final int PERIODS_A_CONFIRMATION_LASTS = 3;

    public ClockPolicy {
        if (servers < 0 || quorum > servers || (servers > 0 && quorum < 1)) {
            throw new IllegalArgumentException("a quorum of " + quorum + " among " + servers + " servers");
        }
        if (threshold.toMillis() < 1 || period.toSeconds() < 1) {
            throw new IllegalArgumentException("a threshold of " + threshold + " and a period of " + period);
        }
    }

    /** With no server to ask. */
    public static ClockPolicy stepsOnly(Duration threshold) {
        return new ClockPolicy(0, 0, threshold, Duration.ofMinutes(1));
    }

    boolean asksServers() {
        return servers > 0;
    }

    /** How long a confirmation is good for. */
    public Duration confirmationLasts() {
        return period.multipliedBy(PERIODS_A_CONFIRMATION_LASTS);
    }
}

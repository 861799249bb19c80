package io.countersign.tsa.clock;

import java.time.Duration;
import java.util.Optional;

/**
 * What is thought of the clock at one moment.
 *
 * @param problem why it is not believed, in a sentence; empty while it is
 * @param offset the servers' median distance from our clock when they last answered; empty while none has
 * @param agreeing how many servers agreed then
 */
public record ClockState(Optional<String> problem, Optional<Duration> offset, int agreeing, ClockPolicy policy) {
    public boolean isBelieved() {
        return problem.isEmpty();
    }

    /** On what the belief or disbelief rests, for a person. */
    public String inWords() {
        if (problem.isPresent()) {
            return problem.get();
        }
        return policy.asksServers()
                ? agreeing + " of " + policy.servers() + " NTP servers agree within "
                        + policy.threshold().toMillis() + " ms"
                : "no NTP server is configured: the machine's clock is taken as it is, and only steps of more than "
                        + policy.threshold().toMillis() + " ms are detected";
    }
}

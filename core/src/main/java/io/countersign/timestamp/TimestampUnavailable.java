package io.countersign.timestamp;

import java.time.Duration;

/** No acceptable timestamp was obtained. The message names the authority, what it answered and what to do. */
public final class TimestampUnavailable extends Exception {
    private static final long serialVersionUID = 1;

    private final boolean passing;
    private final Duration askedToWait;

    /** A failure that asking the same authority the same again will not change. */
    public TimestampUnavailable(String message) {
        this(message, null);
    }

    /** A failure that asking the same authority the same again will not change. */
    public TimestampUnavailable(String message, Throwable cause) {
        this(message, cause, false, Duration.ZERO);
    }

    private TimestampUnavailable(String message, Throwable cause, boolean passing, Duration askedToWait) {
        super(message, cause);
        this.passing = passing;
        this.askedToWait = askedToWait;
    }

    /**
     * A failure that may have passed when the same authority is asked again.
     *
     * @param askedToWait how long the authority wants to be left alone; zero if it did not say
     */
    public static TimestampUnavailable forNow(String message, Throwable cause, Duration askedToWait) {
        return new TimestampUnavailable(message, cause, true, askedToWait);
    }

    public boolean mayPass() {
        return passing;
    }

    /** How long the authority wants to be left alone; zero if it did not say. */
    public Duration askedToWait() {
        return askedToWait;
    }
}

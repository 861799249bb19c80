package io.countersign.timestamp;

/** No acceptable timestamp was obtained. The message names the authority, what it answered and what to do. */
public final class TimestampUnavailable extends Exception {
    private static final long serialVersionUID = 1;

    public TimestampUnavailable(String message) {
        super(message);
    }

    public TimestampUnavailable(String message, Throwable cause) {
        super(message, cause);
    }
}

package io.countersign.timestamp;

/** Octets that are not the RFC 3161 structure they were taken for. */
public final class MalformedTimestamp extends Exception {
    private static final long serialVersionUID = 1;

    public MalformedTimestamp(String message) {
        super(message);
    }

    public MalformedTimestamp(String message, Throwable cause) {
        super(message, cause);
    }
}

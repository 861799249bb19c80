package io.countersign.timestamp;

/** A key whose certificate no TSA may use. The message says what was found and what is wanted. */
public final class UnfitTimestampKey extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    UnfitTimestampKey(String message) {
        super(message);
    }

    UnfitTimestampKey(String message, Throwable cause) {
        super(message, cause);
    }
}

package io.countersign.sign;

/** The input cannot be signed, or stripped, as asked. The message says what it is, what was wanted and what to do. */
public final class UnacceptableFile extends Exception {
    private static final long serialVersionUID = 1;

    UnacceptableFile(String message) {
        super(message);
    }

    UnacceptableFile(String message, Throwable cause) {
        super(message, cause);
    }
}

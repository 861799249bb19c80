package io.countersign.tsa.archive;

/** The archive cannot be written or read now; the message says what failed, for the log. */
public final class ArchiveUnavailable extends Exception {
    private static final long serialVersionUID = 1;

    ArchiveUnavailable(String message, Throwable cause) {
        super(message, cause);
    }
}

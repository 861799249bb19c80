package io.countersign.windows;

/** A file that is not the list it was taken for. The message says what is wrong, and where it stands if that is known. */
public final class MalformedList extends Exception {
    private static final long serialVersionUID = 1;

    MalformedList(String message) {
        super(message);
    }

    MalformedList(String message, Throwable cause) {
        super(message, cause);
    }
}

package io.countersign.format;

/** A file that contradicts its format, uses a part of it that is not known here, or goes beyond what is read of a file. */
public final class MalformedFile extends Exception {
    private static final long serialVersionUID = 1;

    MalformedFile(String message) {
        super(message);
    }

    MalformedFile(String message, Throwable cause) {
        super(message, cause);
    }

    static void require(boolean condition, String otherwise) throws MalformedFile {
        if (!condition) {
            throw new MalformedFile(otherwise);
        }
    }
}

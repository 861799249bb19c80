package io.countersign.cms;

/** Octets that are not the Authenticode SignedData they were taken for. */
public final class MalformedSignature extends Exception {
    private static final long serialVersionUID = 1;

    MalformedSignature(String message) {
        super(message);
    }

    MalformedSignature(String message, Throwable cause) {
        super(message, cause);
    }
}

package io.countersign.x509;

/** Octets that are no OCSP response, or one that tells nothing. The message says which. */
public final class UnreadableOcspResponse extends Exception {
    private static final long serialVersionUID = 1;

    UnreadableOcspResponse(String message) {
        super(message);
    }

    UnreadableOcspResponse(String message, Throwable cause) {
        super(message, cause);
    }
}

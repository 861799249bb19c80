package io.countersign.signer.request;

/** The store of requests did not answer. The message is for the log, not for a client. */
public final class StoreUnavailable extends RuntimeException {
    private static final long serialVersionUID = 1;

    public StoreUnavailable(String message, Throwable cause) {
        super(message, cause);
    }
}

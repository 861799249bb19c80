package io.countersign.signer.pipeline;

/** A key that could sign, and that this service will not sign with. The message says why and what to do. */
public final class UnfitKey extends Exception {
    private static final long serialVersionUID = 1;

    UnfitKey(String message) {
        super(message);
    }
}

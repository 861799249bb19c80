package io.countersign.signer.policy;

/** An approval does not cover what it was presented for. */
public final class NotApproved extends Exception {
    private static final long serialVersionUID = 1;

    NotApproved(String message) {
        super(message);
    }
}

package io.countersign.signer.pipeline;

/** Our own verification does not trust what was just signed. */
final class Untrusted extends Exception {
    private static final long serialVersionUID = 1;

    Untrusted(String message) {
        super(message);
    }
}

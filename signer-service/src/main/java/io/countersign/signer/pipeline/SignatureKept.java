package io.countersign.signer.pipeline;

import io.countersign.key.Digest;
import io.countersign.timestamp.TimestampUnavailable;

/** The key has signed, no timestamp was to be had, and the signature is kept so that the key need not sign again. */
final class SignatureKept extends Exception {
    private static final long serialVersionUID = 1;

    private final transient Digest signature;

    /** @param signature SHA-256 of the octets it is kept as */
    SignatureKept(Digest signature, TimestampUnavailable cause) {
        super(cause.getMessage(), cause);
        this.signature = signature;
    }

    Digest signature() {
        return signature;
    }
}

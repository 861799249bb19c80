package io.countersign.signer.identity.oidc;

/** An issuer's keys could not be had, so that nothing is known of its tokens; worth trying again. */
public final class KeysUnavailable extends Exception {
    private static final long serialVersionUID = 1;

    KeysUnavailable(String message, Throwable cause) {
        super(message, cause);
    }
}

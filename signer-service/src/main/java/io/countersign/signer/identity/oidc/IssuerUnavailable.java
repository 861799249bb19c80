package io.countersign.signer.identity.oidc;

/** An issuer could not be asked, for its keys or for a token, so that nothing is known of who comes from it; worth trying again. */
public final class IssuerUnavailable extends Exception {
    private static final long serialVersionUID = 1;

    IssuerUnavailable(String message, Throwable cause) {
        super(message, cause);
    }
}

package io.countersign.signer.identity.oidc;

/** An ID token is not believed, or is nobody's. */
public final class TokenRefused extends Exception {
    private static final long serialVersionUID = 1;

    private final String remedy;

    TokenRefused(String message, String remedy) {
        super(message);
        this.remedy = remedy;
    }

    TokenRefused(String message, String remedy, Throwable cause) {
        super(message, cause);
        this.remedy = remedy;
    }

    /** What to do. */
    public String remedy() {
        return remedy;
    }
}

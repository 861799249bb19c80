package io.countersign.signer.identity.oidc;

/** An ID token is not believed, or is nobody's. */
public final class TokenRefused extends Exception {
    private static final long serialVersionUID = 1;

    private final boolean genuine;
    private final String remedy;

    /** For what anybody could have made. */
    TokenRefused(String message, String remedy) {
        this(false, message, remedy, null);
    }

    TokenRefused(boolean genuine, String message, String remedy, Throwable cause) {
        super(message, cause);
        this.genuine = genuine;
        this.remedy = remedy;
    }

    /** For what an issuer of ours signed. */
    static TokenRefused genuine(String message, String remedy) {
        return new TokenRefused(true, message, remedy, null);
    }

    /** Whether an issuer of ours signed it; else anybody could have made it. */
    public boolean isGenuine() {
        return genuine;
    }

    /** What to do. */
    public String remedy() {
        return remedy;
    }
}

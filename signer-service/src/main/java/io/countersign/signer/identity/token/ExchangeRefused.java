package io.countersign.signer.identity.token;

/** No token is given in exchange. */
public final class ExchangeRefused extends Exception {
    private static final long serialVersionUID = 1;

    private final String error;
    private final boolean genuine;
    private final String remedy;

    /** @param genuine whether an issuer of ours signed what was shown */
    ExchangeRefused(boolean genuine, String error, String message, String remedy) {
        super(message);
        this.genuine = genuine;
        this.error = error;
        this.remedy = remedy;
    }

    /** The error code of RFC 6749 section 5.2, RFC 8693 section 2.2.2. */
    public String error() {
        return error;
    }

    /** Whether an issuer of ours signed what was shown; else anybody could have made it. */
    public boolean isGenuine() {
        return genuine;
    }

    /** What to do. */
    public String remedy() {
        return remedy;
    }
}

package io.countersign.signer.identity.token;

/** No token is given in exchange. */
public final class ExchangeRefused extends Exception {
    private static final long serialVersionUID = 1;

    private final String error;
    private final String remedy;

    ExchangeRefused(String error, String message, String remedy) {
        super(message);
        this.error = error;
        this.remedy = remedy;
    }

    /** The error code of RFC 6749 section 5.2, RFC 8693 section 2.2.2. */
    public String error() {
        return error;
    }

    /** What to do. */
    public String remedy() {
        return remedy;
    }
}

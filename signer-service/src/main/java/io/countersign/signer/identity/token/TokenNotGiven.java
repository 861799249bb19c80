package io.countersign.signer.identity.token;

/** Somebody may not have such a token, or may not take it back. */
public final class TokenNotGiven extends Exception {
    private static final long serialVersionUID = 1;

    private final String remedy;

    TokenNotGiven(String message, String remedy) {
        super(message);
        this.remedy = remedy;
    }

    /** What to do. */
    public String remedy() {
        return remedy;
    }
}

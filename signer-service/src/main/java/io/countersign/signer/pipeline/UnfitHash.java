package io.countersign.signer.pipeline;

/** A digest that the policy's key does not sign in the way that was asked for. */
public final class UnfitHash extends Exception {
    private static final long serialVersionUID = 1;

    private final String remedy;

    UnfitHash(String message, String remedy) {
        super(message);
        this.remedy = remedy;
    }

    /** What to do. */
    public String remedy() {
        return remedy;
    }
}

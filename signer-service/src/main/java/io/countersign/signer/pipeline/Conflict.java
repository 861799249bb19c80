package io.countersign.signer.pipeline;

/** What was asked does not fit the state the request is in. */
public final class Conflict extends Exception {
    private static final long serialVersionUID = 1;

    private final String remedy;

    Conflict(String message, String remedy) {
        super(message);
        this.remedy = remedy;
    }

    /** What to do. */
    public String remedy() {
        return remedy;
    }
}

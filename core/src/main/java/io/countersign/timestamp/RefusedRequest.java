package io.countersign.timestamp;

/** A request a TSA does not grant. The message may be sent to the client. */
public final class RefusedRequest extends Exception {
    private static final long serialVersionUID = 1;

    private final Refusal refusal;

    RefusedRequest(Refusal refusal, String message) {
        this(refusal, message, null);
    }

    RefusedRequest(Refusal refusal, String message, Throwable cause) {
        super(message, cause);
        this.refusal = refusal;
    }

    public Refusal refusal() {
        return refusal;
    }
}

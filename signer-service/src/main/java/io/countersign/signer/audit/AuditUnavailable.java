package io.countersign.signer.audit;

/** The audit log did not take or give events: nothing may be signed or released. The message is for the log. */
public final class AuditUnavailable extends RuntimeException {
    private static final long serialVersionUID = 1;

    public AuditUnavailable(String message, Throwable cause) {
        super(message, cause);
    }
}

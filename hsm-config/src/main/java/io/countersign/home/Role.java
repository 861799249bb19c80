package io.countersign.home;

/** What an identity may do beyond what policies say of it: those name submitters and approvers. */
public enum Role {
    /** Reads every request and the audit log. */
    AUDITOR("auditor"),
    /** Makes and revokes API tokens for everybody, sends webhooks again, and reads what an auditor reads. */
    ADMINISTRATOR("administrator");

    private final String label;

    Role(String label) {
        this.label = label;
    }

    /** The name used in countersign.yaml and JSON. */
    public String label() {
        return label;
    }
}

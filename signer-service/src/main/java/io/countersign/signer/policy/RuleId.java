package io.countersign.signer.policy;

/** The rules a request is held against. */
public enum RuleId {
    PROJECT_KNOWN("project-known"),
    POLICY_KNOWN("policy-known"),
    SUBMITTER_LISTED("submitter-listed"),
    APPROVALS_MET("approvals-met"),
    POLICY_UNCHANGED("policy-unchanged");

    private final String label;

    RuleId(String label) {
        this.label = label;
    }

    /** The name used in JSON, logs and documents. */
    public String label() {
        return label;
    }
}

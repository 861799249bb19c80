package io.countersign.policy;

/** The rules a request is held against. */
public enum RuleId {
    PROJECT_KNOWN("project-known"),
    POLICY_KNOWN("policy-known"),
    SCOPE_COVERS("scope-covers"),
    SUBMITTER_LISTED("submitter-listed"),
    ORIGIN_VERIFIED("origin-verified"),
    ORIGIN_REPOSITORY("origin-repository"),
    ORIGIN_REF("origin-ref"),
    ORIGIN_WORKFLOW("origin-workflow"),
    ORIGIN_RUNNER("origin-runner"),
    ORIGIN_ENVIRONMENT("origin-environment"),
    ORIGIN_FIRST_RUN("origin-first-run"),
    WINDOW_OPEN("window-open"),
    BUDGET_LEFT("budget-left"),
    APPROVALS_MET("approvals-met"),
    APPROVER_LISTED("approver-listed"),
    APPROVER_IS_ANOTHER("approver-is-another"),
    APPROVAL_IN_TIME("approval-in-time"),
    POLICY_UNCHANGED("policy-unchanged"),
    HASH_SIGNING_ALLOWED("hash-signing-allowed");

    private final String label;

    RuleId(String label) {
        this.label = label;
    }

    /** The name used in JSON, logs and documents. */
    public String label() {
        return label;
    }
}

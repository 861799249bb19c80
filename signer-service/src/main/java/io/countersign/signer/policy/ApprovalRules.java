package io.countersign.signer.policy;

import io.countersign.home.Policy;
import io.countersign.policy.PolicyForm;
import io.countersign.policy.RuleId;
import io.countersign.policy.Violation;
import io.countersign.signer.identity.Caller;
import io.countersign.signer.request.Approval;
import io.countersign.signer.request.Submission;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Who may approve what, and when there are enough of them. */
final class ApprovalRules {
    private ApprovalRules() {}

    /** Nobody approves what they submitted, so a policy may have too few approvers for one of its submitters. */
    static Optional<Violation> couldBeMet(Policy policy, String submitter) {
        List<String> others = others(policy, submitter);
        return others.size() >= policy.approvals()
                ? Optional.empty()
                : Optional.of(new Violation(
                        RuleId.APPROVALS_MET,
                        "policy \"" + policy.slug() + "\" needs " + counted(policy.approvals()) + ", and "
                                + (others.isEmpty() ? "nobody" : "only " + String.join(", ", others))
                                + " could approve what \"" + submitter + "\" submits",
                        "have approvers added to the policy in countersign.yaml, or use one without approvals, such as"
                                + " test-signing"));
    }

    static List<Violation> ofTheApprover(Caller caller, Policy policy, Submission submission) {
        List<Violation> violations = new ArrayList<>();
        if (!policy.approval().approvers().contains(caller.name())) {
            violations.add(new Violation(
                    RuleId.APPROVER_LISTED,
                    "\"" + caller.name() + "\" is not an approver of policy \"" + policy.slug() + "\" of project \""
                            + submission.project() + "\"",
                    "ask one who is"));
        }
        if (caller.name().equals(submission.submitter())) {
            violations.add(new Violation(
                    RuleId.APPROVER_IS_ANOTHER, "nobody approves what they submitted", "ask another approver"));
        }
        if (caller.scope().isPresent()) {
            violations.add(new Violation(
                    RuleId.SCOPE_COVERS,
                    "this credential is for submitting to one project, not for approving",
                    "use one of your own"));
        }
        return violations;
    }

    /** An approval counts while its approver is listed, for the very file under the very policy. */
    static Optional<Violation> met(Policy policy, PolicyForm form, Submission submission, List<Approval> approvals) {
        int valid = counting(policy, form, submission, approvals).size();
        return valid >= policy.approvals()
                ? Optional.empty()
                : Optional.of(new Violation(
                        RuleId.APPROVALS_MET,
                        "policy \"" + policy.slug() + "\" needs " + counted(policy.approvals())
                                + ", and the request has " + valid + " of somebody who is an approver now",
                        "submit the file again and have it approved"));
    }

    /** The approvals that count, one of each approver. */
    static List<Approval> counting(Policy policy, PolicyForm form, Submission submission, List<Approval> approvals) {
        List<String> others = others(policy, submission.submitter());
        Set<String> seen = new HashSet<>();
        return approvals.stream()
                .filter(a -> a.request().equals(submission.id()))
                .filter(a ->
                        a.artifact().equals(submission.artifact()) && a.policy().equals(form.digest()))
                .filter(a -> others.contains(a.approver()))
                .filter(a -> seen.add(a.approver()))
                .toList();
    }

    private static List<String> others(Policy policy, String submitter) {
        return policy.approval().approvers().stream()
                .filter(a -> !a.equals(submitter))
                .toList();
    }

    private static String counted(int approvals) {
        return approvals + (approvals == 1 ? " approval" : " approvals");
    }
}

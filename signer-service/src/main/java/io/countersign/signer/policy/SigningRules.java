package io.countersign.signer.policy;

import io.countersign.home.Configuration;
import io.countersign.home.Configuration.Policy;
import io.countersign.home.Configuration.Project;
import io.countersign.signer.request.SigningRequest.Processing;
import io.countersign.signer.request.Submission;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Decides what may be signed. What no rule allows is refused. Refusals name projects and policies only to callers who may use
 * them. Immutable.
 */
public final class SigningRules {
    private final Configuration configuration;

    public SigningRules(Configuration configuration) {
        this.configuration = configuration;
    }

    /** What stands against this caller submitting to this policy; empty if nothing does. */
    public List<Violation> examine(String caller, String project, String policy) {
        List<Violation> violations = new ArrayList<>();
        Optional<Project> knownProject = configuration.project(project);
        if (knownProject.isEmpty()) {
            violations.add(new Violation(
                    RuleId.PROJECT_KNOWN,
                    "there is no project \"" + project + "\"",
                    "use a project you may submit to: " + choice(projectsOf(caller))));
            return violations;
        }
        Optional<Policy> knownPolicy = knownProject.get().policy(policy);
        if (knownPolicy.isEmpty()) {
            violations.add(new Violation(
                    RuleId.POLICY_KNOWN,
                    "project \"" + project + "\" has no signing policy \"" + policy + "\"",
                    "use a policy you may submit to: " + choice(policiesOf(caller, knownProject.get()))));
            return violations;
        }
        if (!knownPolicy.get().submitters().contains(caller)) {
            violations.add(new Violation(
                    RuleId.SUBMITTER_LISTED,
                    "\"" + caller + "\" is not a submitter of policy \"" + policy + "\" of project \"" + project + "\"",
                    "have it added to the policy's submitters in countersign.yaml, or use a policy you may submit to: "
                            + choice(policiesOf(caller, knownProject.get()))));
        }
        if (knownPolicy.get().approvals() > 0) {
            violations.add(new Violation(
                    RuleId.APPROVALS_MET,
                    "policy \"" + policy + "\" needs " + knownPolicy.get().approvals()
                            + (knownPolicy.get().approvals() == 1 ? " approval" : " approvals")
                            + ", and this version cannot collect approvals",
                    "use a policy without approvals, such as test-signing"));
        }
        return violations;
    }

    /**
     * Decides on a claimed request: all of {@link #examine} again, and that the policy is still the one under which the
     * request was accepted.
     */
    public Decision decide(Processing request) {
        Submission submission = request.submission();
        List<Violation> violations = examine(submission.submitter(), submission.project(), submission.policy());
        Optional<Project> project = configuration.project(submission.project());
        Optional<Policy> policy = project.flatMap(p -> p.policy(submission.policy()));
        if (policy.isEmpty()) {
            return new Refused(violations);
        }
        PolicyForm present = PolicyForm.of(configuration, project.get(), policy.get());
        PolicyForm accepted = new PolicyForm(submission.policyForm());
        if (!present.equals(accepted)) {
            violations.add(new Violation(
                    RuleId.POLICY_UNCHANGED,
                    "policy \"" + submission.policy() + "\" changed after the request was accepted: "
                            + String.join(", ", present.differencesFrom(accepted)),
                    "submit the file again, to be judged by the policy as it is now"));
        }
        return violations.isEmpty() ? new Approved(request, policy.get(), present) : new Refused(violations);
    }

    /**
     * The policy in its present form.
     *
     * @throws IllegalArgumentException if there is no such policy
     */
    public PolicyForm form(String project, String policy) {
        return configuration
                .project(project)
                .flatMap(p -> p.policy(policy).map(known -> PolicyForm.of(configuration, p, known)))
                .orElseThrow(() -> new IllegalArgumentException("no policy " + policy + " in project " + project));
    }

    /** Whether this caller may see requests of this project: submitters of any of its policies may. */
    public boolean mayRead(String caller, String project) {
        return projectsOf(caller).contains(project);
    }

    private List<String> projectsOf(String caller) {
        return configuration.projects().stream()
                .filter(p -> !policiesOf(caller, p).isEmpty())
                .map(Project::slug)
                .toList();
    }

    private static List<String> policiesOf(String caller, Project project) {
        return project.policies().stream()
                .filter(p -> p.submitters().contains(caller))
                .map(Policy::slug)
                .toList();
    }

    private static String choice(List<String> slugs) {
        return slugs.isEmpty()
                ? "none lists you as a submitter"
                : slugs.stream().collect(Collectors.joining(", "));
    }
}

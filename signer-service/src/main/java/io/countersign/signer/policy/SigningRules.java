package io.countersign.signer.policy;

import io.countersign.home.Configuration;
import io.countersign.home.Configuration.Project;
import io.countersign.home.Policy;
import io.countersign.home.Role;
import io.countersign.policy.Facts;
import io.countersign.policy.Origin;
import io.countersign.policy.PolicyForm;
import io.countersign.policy.PolicyRules;
import io.countersign.policy.RuleId;
import io.countersign.policy.Violation;
import io.countersign.signer.identity.Caller;
import io.countersign.signer.request.SigningRequest.Processing;
import io.countersign.signer.request.Submission;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Decides what may be signed. What no rule allows is refused. Refusals name projects and policies only to callers who may use
 * them. Each answer is by the configuration as it is when the question is asked. Safe for several threads.
 */
public final class SigningRules {
    private final Supplier<Configuration> configuration;
    private final KeyUses uses;

    /** How often keys were used under a policy since a time, all told. */
    @FunctionalInterface
    public interface KeyUses {
        int under(String project, String policy, Instant since);
    }

    public SigningRules(Supplier<Configuration> configuration, KeyUses uses) {
        this.configuration = configuration;
        this.uses = uses;
    }

    /**
     * What stands against this caller submitting to this policy; empty if nothing does.
     *
     * @param origin where the file was built, if somebody vouches for that
     */
    public List<Violation> examine(Caller caller, String project, String policy, Optional<Origin> origin, Instant at) {
        Configuration now = configuration.get();
        Optional<Project> knownProject = now.project(project);
        if (knownProject.isEmpty()) {
            return List.of(new Violation(
                    RuleId.PROJECT_KNOWN,
                    "there is no project \"" + project + "\"",
                    "use a project you may submit to: " + choice(projectsOf(now, caller))));
        }
        Optional<Policy> knownPolicy = knownProject.get().policy(policy);
        if (knownPolicy.isEmpty()) {
            return List.of(new Violation(
                    RuleId.POLICY_KNOWN,
                    "project \"" + project + "\" has no signing policy \"" + policy + "\"",
                    "use a policy you may submit to: " + choice(policiesOf(caller.name(), knownProject.get()))));
        }
        List<Violation> violations = new ArrayList<>();
        if (caller.scope().filter(s -> !s.covers(project, policy)).isPresent()) {
            violations.add(new Violation(
                    RuleId.SCOPE_COVERS,
                    "this credential is not for policy \"" + policy + "\" of project \"" + project + "\"",
                    "use one that is for it, or for the whole identity"));
        }
        violations.addAll(
                violations(knownProject.get(), knownPolicy.get(), facts(caller.name(), project, policy, origin, at)));
        return violations;
    }

    private static List<Violation> violations(Project project, Policy policy, Facts facts) {
        List<Violation> violations = new ArrayList<>(PolicyRules.ofTheRequest(project, policy, facts));
        violations.addAll(PolicyRules.ofTheMoment(project, policy, facts));
        if (policy.approvals() > 0) {
            violations.add(new Violation(
                    RuleId.APPROVALS_MET,
                    "policy \"" + policy.slug() + "\" needs " + policy.approvals()
                            + (policy.approvals() == 1 ? " approval" : " approvals")
                            + ", and this version cannot collect approvals",
                    "use a policy without approvals, such as test-signing"));
        }
        return violations;
    }

    private Facts facts(String submitter, String project, String policy, Optional<Origin> origin, Instant at) {
        return new Facts(submitter, origin, at, since -> uses.under(project, policy, since));
    }

    /**
     * Decides on a claimed request: every rule again, and that the policy is still the one under which the request was
     * accepted.
     */
    public Decision decide(Processing request, Instant at) {
        Configuration now = configuration.get();
        Submission submission = request.submission();
        Optional<Project> project = now.project(submission.project());
        Optional<Policy> policy = project.flatMap(p -> p.policy(submission.policy()));
        if (policy.isEmpty()) {
            return new Refused(List.of(new Violation(
                    RuleId.POLICY_KNOWN,
                    "policy \"" + submission.policy() + "\" of project \"" + submission.project()
                            + "\" was removed after the request was accepted",
                    "submit the file under a policy that there is")));
        }
        List<Violation> violations = new ArrayList<>(violations(
                project.get(),
                policy.get(),
                facts(submission.submitter(), submission.project(), submission.policy(), Optional.empty(), at)));
        PolicyForm present = PolicyForm.of(now, project.get(), policy.get());
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
        Configuration now = configuration.get();
        return now.project(project)
                .flatMap(p -> p.policy(policy).map(known -> PolicyForm.of(now, p, known)))
                .orElseThrow(() -> new IllegalArgumentException("no policy " + policy + " in project " + project));
    }

    /** Whether this caller may see requests of this project: submitters and approvers of any of its policies may, and auditors. */
    public boolean mayRead(Caller caller, String project) {
        if (caller.scope().filter(s -> !s.coversProject(project)).isPresent()) {
            return false;
        }
        return caller.roles().contains(Role.AUDITOR)
                || caller.roles().contains(Role.ADMINISTRATOR)
                || configuration.get().project(project).stream()
                        .flatMap(p -> p.policies().stream())
                        .anyMatch(p -> p.submitters().contains(caller.name())
                                || p.approval().approvers().contains(caller.name()));
    }

    private static List<String> projectsOf(Configuration configuration, Caller caller) {
        return configuration.projects().stream()
                .filter(p -> !policiesOf(caller.name(), p).isEmpty())
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
        return slugs.isEmpty() ? "none lists you as a submitter" : String.join(", ", slugs);
    }
}

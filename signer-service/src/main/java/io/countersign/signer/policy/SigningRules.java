package io.countersign.signer.policy;

import io.countersign.home.Configuration;
import io.countersign.home.Configuration.Project;
import io.countersign.home.Policy;
import io.countersign.home.Role;
import io.countersign.key.Digest;
import io.countersign.policy.Facts;
import io.countersign.policy.Origin;
import io.countersign.policy.PolicyForm;
import io.countersign.policy.PolicyRules;
import io.countersign.policy.RuleId;
import io.countersign.policy.Violation;
import io.countersign.signer.identity.Caller;
import io.countersign.signer.request.Approval;
import io.countersign.signer.request.PolicyState;
import io.countersign.signer.request.RequestRepository.PolicyName;
import io.countersign.signer.request.SigningRequest.Processing;
import io.countersign.signer.request.SigningRequest.WaitingForApproval;
import io.countersign.signer.request.Submission;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Decides what may be signed. What no rule allows is refused. Refusals name projects and policies only to callers who may use
 * them. Each answer is by the configuration as it is when the question is asked. Safe for several threads.
 */
public final class SigningRules {
    private final Supplier<Configuration> configuration;
    private final KeyUses uses;
    private final Function<UUID, List<Approval>> approvals;

    /** How often keys were used under a policy since a time, for others than one request. */
    @FunctionalInterface
    public interface KeyUses {
        int under(String project, String policy, Instant since, Optional<UUID> but);
    }

    /** @param approvals all of a request */
    public SigningRules(Supplier<Configuration> configuration, KeyUses uses, Function<UUID, List<Approval>> approvals) {
        this.configuration = configuration;
        this.uses = uses;
        this.approvals = approvals;
    }

    /**
     * What stands against this caller submitting to this policy, whenever it is signed; empty if nothing does. Who is no
     * submitter, or comes with a credential for something else, is told that and nothing of what the policy demands.
     *
     * @param origin where the file was built, if somebody vouches for that
     */
    public List<Violation> examine(Caller caller, String project, String policy, Optional<Origin> origin, Instant at) {
        return examine(configuration.get(), caller, project, policy, origin, at);
    }

    private List<Violation> examine(
            Configuration now, Caller caller, String project, String policy, Optional<Origin> origin, Instant at) {
        Optional<Project> knownProject = now.project(project);
        if (knownProject.isEmpty()) {
            return List.of(new Violation(
                    RuleId.PROJECT_KNOWN,
                    "there is no project \"" + project + "\"",
                    "use a project you may submit to: " + choice(projectsOf(now, caller))));
        }
        Optional<Policy> knownPolicy = knownProject.get().policy(policy);
        if (knownPolicy.isEmpty()) {
            return List.of(unknown(caller.name(), knownProject.get(), policy));
        }
        List<Violation> violations = PolicyRules.ofTheRequest(
                knownProject.get(), knownPolicy.get(), facts(caller, project, policy, origin, at));
        List<Violation> ofTheCaller = Stream.concat(
                        Stream.concat(beyondScope(caller, project, policy).stream(), tooLate(caller, at).stream()),
                        violations.stream().filter(v -> v.rule() == RuleId.SUBMITTER_LISTED))
                .toList();
        if (!ofTheCaller.isEmpty()) {
            return ofTheCaller;
        }
        return Stream.concat(violations.stream(), ApprovalRules.couldBeMet(knownPolicy.get(), caller.name()).stream())
                .toList();
    }

    /**
     * What stands against the key being used now for what {@link #examine} lets in; it may pass. Where people have to approve,
     * windows and budgets are asked when they have, and the key is to be used.
     */
    public List<Violation> examineMoment(Caller caller, String project, String policy, Instant at) {
        return examineMoment(configuration.get(), caller, project, policy, at);
    }

    private List<Violation> examineMoment(Configuration now, Caller caller, String project, String policy, Instant at) {
        Optional<Project> known = now.project(project);
        return known.flatMap(p -> p.policy(policy)).filter(p -> p.approvals() == 0).stream()
                .flatMap(p ->
                        PolicyRules.ofTheMoment(known.get(), p, facts(caller, project, policy, Optional.empty(), at))
                                .stream())
                .toList();
    }

    private Facts facts(Caller caller, String project, String policy, Optional<Origin> origin, Instant at) {
        return new Facts(caller.name(), origin, at, since -> uses.under(project, policy, since, Optional.empty()));
    }

    private static Violation unknown(String caller, Project project, String policy) {
        return new Violation(
                RuleId.POLICY_KNOWN,
                "project \"" + project.slug() + "\" has no signing policy \"" + policy + "\"",
                "use a policy you may submit to: " + choice(policiesOf(caller, project)));
    }

    private static Optional<Violation> beyondScope(Caller caller, String project, String policy) {
        return caller.scope()
                .filter(s -> !s.covers(project, policy))
                .map(s -> new Violation(
                        RuleId.SCOPE_COVERS,
                        "this credential is not for policy \"" + policy + "\" of project \"" + project + "\"",
                        "use one that is for it, or for the whole identity"));
    }

    private static Optional<Violation> tooLate(Caller caller, Instant at) {
        return caller.submitsUntil()
                .filter(until -> !at.isBefore(until))
                .map(until -> new Violation(
                        RuleId.SCOPE_COVERS,
                        "this credential was for submitting until " + until + ", and is for waiting and fetching now",
                        "exchange a fresh ID token, in the job that submits"));
    }

    /**
     * Decides on signing a claimed request: every rule again, that the policy is still the one under which the request was
     * accepted, and that enough of those who may approve have approved this file under it. What the request itself used of a
     * budget does not count against it: it was let in, and an attempt that was cut off is repeated. Where all is well but no
     * window is open, it is put off to the next: people may approve on Friday what is signed on Monday.
     */
    public Decision decide(Processing request, Instant at) {
        return decide(request, at, PolicyRules::ofTheMoment, ApprovedToSign::new);
    }

    /**
     * Decides on finishing a claimed request whose signature was made before. All is asked but when and how often the key may
     * be used, since it is not used again.
     */
    public Decision decideToFinish(Processing request, Instant at) {
        return decide(request, at, (project, policy, facts) -> List.of(), ApprovedToFinish::new);
    }

    /** What may pass. */
    @FunctionalInterface
    private interface Moment {
        List<Violation> violations(Project project, Policy policy, Facts facts);
    }

    /** What is approved. */
    @FunctionalInterface
    private interface Approving {
        Approved of(Processing request, Policy policy, PolicyForm form, List<Approval> approvals);
    }

    private Decision decide(Processing request, Instant at, Moment moment, Approving approving) {
        Configuration present = configuration.get();
        Submission submission = request.submission();
        Optional<Project> project = present.project(submission.project());
        Optional<Policy> policy = project.flatMap(p -> p.policy(submission.policy()));
        if (policy.isEmpty()) {
            return new Refused(List.of(removed(submission.policyState())));
        }
        Facts facts = new Facts(
                submission.submitter(),
                submission.origin(),
                at,
                since -> uses.under(submission.project(), submission.policy(), since, Optional.of(submission.id())));
        List<Violation> violations = new ArrayList<>(PolicyRules.ofTheRequest(project.get(), policy.get(), facts));
        PolicyForm form = PolicyForm.of(present, project.get(), policy.get());
        unchanged(submission.policyState(), form).ifPresent(violations::add);
        List<Approval> given = policy.get().approvals() == 0 ? List.of() : approvals.apply(submission.id());
        ApprovalRules.met(policy.get(), form, submission, given).ifPresent(violations::add);
        List<Violation> now = moment.violations(project.get(), policy.get(), facts);
        if (violations.isEmpty() && now.isEmpty()) {
            return approving.of(
                    request, policy.get(), form, ApprovalRules.counting(policy.get(), form, submission, given));
        }
        if (violations.isEmpty() && now.stream().allMatch(v -> v.rule() == RuleId.WINDOW_OPEN)) {
            Optional<Instant> next = PolicyRules.nextWindow(policy.get(), at);
            if (next.isPresent()) {
                return new Postponed(
                        next.get(), now.get(0).reason() + "; it waits for the next, which opens at " + next.get());
            }
        }
        violations.addAll(now);
        return new Refused(violations);
    }

    /** Decides on a digest that a caller wants signed at once. Nobody can be asked for approval, who could not know of what. */
    public Decision decideHash(Caller caller, String project, String policy, Digest digest, Instant at) {
        Configuration now = configuration.get();
        List<Violation> violations = new ArrayList<>(examine(now, caller, project, policy, caller.origin(), at));
        if (violations.isEmpty()) {
            violations.addAll(examineMoment(now, caller, project, policy, at));
        }
        Optional<Project> knownProject = now.project(project);
        Optional<Policy> known = knownProject.flatMap(p -> p.policy(policy));
        if (known.isEmpty() || !violations.isEmpty()) {
            return new Refused(violations);
        }
        if (!known.get().hashSigning() || known.get().approvals() > 0) {
            return new Refused(List.of(new Violation(
                    RuleId.HASH_SIGNING_ALLOWED,
                    "policy \"" + policy + "\" of project \"" + project + "\" signs no bare digests",
                    "submit the file, or have a policy with hashSigning made in countersign.yaml")));
        }
        return new ApprovedHash(known.get(), PolicyForm.of(now, knownProject.get(), known.get()), digest);
    }

    /** What stands against this caller approving a request that waits for it; empty if nothing does. */
    public List<Violation> examineApproval(Caller caller, WaitingForApproval request, Instant at) {
        List<Violation> violations = new ArrayList<>(examineDenial(caller, request, at));
        outdated(request.submission().policyState())
                .filter(v -> !violations.contains(v))
                .ifPresent(violations::add);
        return violations;
    }

    /** Every policy that names the caller as an approver, whose credential may approve. */
    public List<PolicyName> approvedBy(Caller caller) {
        return caller.scope().isPresent()
                ? List.of()
                : configuration.get().projects().stream()
                        .flatMap(project -> project.policies().stream()
                                .filter(p -> p.approval().approvers().contains(caller.name()))
                                .map(p -> new PolicyName(project.slug(), p.slug())))
                        .toList();
    }

    /** What stands against this caller denying a request. An approver's no counts under whatever state of the policy. */
    public List<Violation> examineDenial(Caller caller, WaitingForApproval request, Instant at) {
        Configuration now = configuration.get();
        Submission submission = request.submission();
        Optional<Project> project = now.project(submission.project());
        Optional<Policy> policy = project.flatMap(p -> p.policy(submission.policy()));
        if (policy.isEmpty()) {
            return List.of(removed(submission.policyState()));
        }
        List<Violation> violations = new ArrayList<>(ApprovalRules.ofTheApprover(caller, policy.get(), submission));
        if (!at.isBefore(request.expiresAt())) {
            violations.add(new Violation(
                    RuleId.APPROVAL_IN_TIME,
                    "the request waited for approval until " + request.expiresAt(),
                    "submit the file again"));
        }
        return violations;
    }

    /** Why nothing that was accepted under this state of a policy is signed any more; empty if it is as it was. */
    public Optional<Violation> outdated(PolicyState accepted) {
        Configuration now = configuration.get();
        Optional<PolicyForm> present = now.project(accepted.project())
                .flatMap(p -> p.policy(accepted.policy()).map(policy -> PolicyForm.of(now, p, policy)));
        return present.isEmpty() ? Optional.of(removed(accepted)) : unchanged(accepted, present.get());
    }

    /** Whether a request has the approvals its policy wants now. */
    public boolean isApproved(Submission submission) {
        Configuration now = configuration.get();
        return now.project(submission.project())
                .flatMap(p -> p.policy(submission.policy())
                        .map(policy -> ApprovalRules.met(
                                        policy,
                                        PolicyForm.of(now, p, policy),
                                        submission,
                                        approvals.apply(submission.id()))
                                .isEmpty()))
                .orElse(false);
    }

    /** What stands against this caller taking a request back; empty if nothing does. */
    public static List<Violation> examineCancellation(Caller caller, String submitter, String project, String policy) {
        List<Violation> violations = new ArrayList<>();
        if (!caller.name().equals(submitter) && !caller.roles().contains(Role.ADMINISTRATOR)) {
            violations.add(notYours(caller));
        }
        beyondScope(caller, project, policy).ifPresent(violations::add);
        return violations;
    }

    /** Why a caller may not go on with somebody else's request. */
    public static Violation notYours(Caller caller) {
        return new Violation(
                RuleId.SUBMITTER_LISTED,
                "\"" + caller.name() + "\" did not submit the request",
                "ask who submitted it, or an administrator");
    }

    private static Violation removed(PolicyState state) {
        return new Violation(
                RuleId.POLICY_KNOWN,
                "policy \"" + state.policy() + "\" of project \"" + state.project()
                        + "\" was removed after the request was accepted",
                "submit the file under a policy that there is");
    }

    private static Optional<Violation> unchanged(PolicyState state, PolicyForm present) {
        PolicyForm accepted = new PolicyForm(state.form());
        return present.equals(accepted)
                ? Optional.empty()
                : Optional.of(new Violation(
                        RuleId.POLICY_UNCHANGED,
                        "policy \"" + state.policy() + "\" changed after the request was accepted: "
                                + String.join(", ", present.differencesFrom(accepted)),
                        "submit the file again, to be judged by the policy as it is now"));
    }

    /** A policy and its form, of one state of the configuration. */
    public record Present(Policy policy, PolicyForm form) {}

    /** The policy as it is now; empty if there is none. */
    public Optional<Present> present(String project, String policy) {
        Configuration now = configuration.get();
        return now.project(project)
                .flatMap(p -> p.policy(policy).map(known -> new Present(known, PolicyForm.of(now, p, known))));
    }

    /**
     * The policy in its present form.
     *
     * @throws IllegalArgumentException if there is no such policy
     */
    public PolicyForm form(String project, String policy) {
        return present(project, policy)
                .map(Present::form)
                .orElseThrow(() -> new IllegalArgumentException("no policy " + policy + " in project " + project));
    }

    /**
     * Whether this caller may see requests under this policy: submitters and approvers of any policy of the project may, and
     * auditors, as far as their credential reaches.
     */
    public boolean mayRead(Caller caller, String project, String policy) {
        return caller.scope().map(s -> s.covers(project, policy)).orElse(true) && isConcerned(caller, project);
    }

    /** Whether this caller may see what concerns a whole project. */
    public boolean mayReadAll(Caller caller, String project) {
        return caller.scope()
                        .map(s -> s.coversProject(project) && s.policy().isEmpty())
                        .orElse(true)
                && isConcerned(caller, project);
    }

    /** Whether this caller may name a request of this project as the one whose file is to be signed again. */
    public boolean mayResubmit(Caller caller, String project) {
        return caller.scope().map(s -> s.coversProject(project)).orElse(true) && isConcerned(caller, project);
    }

    private boolean isConcerned(Caller caller, String project) {
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

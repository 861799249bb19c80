package io.countersign.signer.pipeline;

import io.countersign.home.Configuration.Repository;
import io.countersign.home.Policy;
import io.countersign.key.Digest;
import io.countersign.policy.Origin;
import io.countersign.policy.RuleId;
import io.countersign.policy.Violation;
import io.countersign.signer.artifact.ArtifactStore;
import io.countersign.signer.audit.AuditEvent.Refusal;
import io.countersign.signer.audit.AuditLog;
import io.countersign.signer.identity.Caller;
import io.countersign.signer.policy.Refused;
import io.countersign.signer.policy.SigningRules;
import io.countersign.signer.request.RequestRepository;
import io.countersign.signer.request.SigningRequest;
import io.countersign.signer.request.SigningRequest.Queued;
import io.countersign.signer.request.SigningRequest.WaitingForApproval;
import io.countersign.signer.request.Submission;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jboss.logging.Logger;

/** Accepts uploads, or says why not. An accepted file and its request are durable before the answer. Safe for several threads. */
public final class Intake {
    private static final Logger LOG = Logger.getLogger(Intake.class);

    private final SigningRules rules;
    private final AuditLog audit;
    private final ArtifactStore artifacts;
    private final RequestRepository requests;
    private final Runnable wake;
    private final InstantSource clock;

    /** @param wake tells the workers that a request waits */
    public Intake(
            SigningRules rules,
            AuditLog audit,
            ArtifactStore artifacts,
            RequestRepository requests,
            Runnable wake,
            InstantSource clock) {
        this.rules = rules;
        this.audit = audit;
        this.artifacts = artifacts;
        this.requests = requests;
        this.wake = wake;
        this.clock = clock;
    }

    /**
     * What somebody asks for.
     *
     * @param origin where the file was built, as somebody vouched for it
     * @param idempotencyKey what the caller calls this order, so that it is taken once
     * @param fileName already safe
     * @param file the upload, on the file system of the artifact store; taken over if the request is accepted
     */
    public record Order(
            Caller caller,
            String project,
            String policy,
            Optional<Origin> origin,
            Optional<String> idempotencyKey,
            String fileName,
            Optional<String> description,
            Path file) {}

    /**
     * What became of an order.
     *
     * @param fresh false if the order had been taken before, and this is that request
     */
    public record Taken(SigningRequest request, boolean fresh) {}

    /** Policy does not let the caller submit this; recorded in the audit log. */
    public static final class SubmissionRefused extends Exception {
        private static final long serialVersionUID = 1;

        private final transient Refused refused;

        SubmissionRefused(Refused refused) {
            super(refused.reason());
            this.refused = refused;
        }

        public List<Violation> violations() {
            return refused.violations();
        }
    }

    /**
     * Accepts the order: policy first, then what can be known of the file from its headers.
     *
     * @throws SubmissionRefused if policy says no
     * @throws UnsignableUpload if the file cannot be signed
     * @throws Conflict if the caller used the idempotency key for another file
     * @throws IOException if the file could not be kept; nothing was accepted
     */
    public Taken submit(Order order) throws SubmissionRefused, UnsignableUpload, Conflict, IOException {
        requireAllowed(order.caller(), order.project(), order.policy(), order.origin());
        Optional<SigningRequest> before = before(order);
        if (before.isPresent()) {
            return again(order, before.get(), ArtifactStore.digestOf(order.file()));
        }
        // Asked after that: who sends an order again must find it, though it used the budget up or its window has
        // closed.
        requireMoment(order.caller(), order.project(), order.policy());
        requireSignable(order.caller(), order.fileName(), order.file());
        SigningRules.Present under = present(order.caller(), order.project(), order.policy());
        long size = Files.size(order.file());
        Digest digest = artifacts.keep(order.file());
        Submission submission = new Submission(
                UUID.randomUUID(),
                order.project(),
                order.policy(),
                under.form().text(),
                order.caller().name(),
                order.fileName(),
                order.description(),
                digest,
                size,
                now(),
                order.origin(),
                order.idempotencyKey(),
                Optional.empty());
        Optional<SigningRequest> added = add(submission, under.policy());
        while (added.isEmpty()) {
            // Another thread may have taken the same order since we looked, and that may have ended by now.
            before = before(order);
            if (before.isPresent()) {
                return again(order, before.get(), digest);
            }
            added = add(submission, under.policy());
        }
        return new Taken(added.get(), true);
    }

    /**
     * Has the file of an earlier request signed under another policy of its project; the origin that was vouched for stays.
     *
     * @param earlier one the caller may read
     * @throws SubmissionRefused if policy says no
     * @throws Conflict if the file is not kept any longer
     */
    public SigningRequest resubmit(Caller caller, SigningRequest earlier, String policy, Optional<String> description)
            throws SubmissionRefused, Conflict, IOException {
        Submission former = earlier.submission();
        requireAllowed(caller, former.project(), policy, former.origin());
        if (caller.origin().isPresent() && !caller.origin().equals(former.origin())) {
            // Else a build that nobody would sign could have signed what another made.
            requireAllowed(caller, former.project(), policy, caller.origin());
        }
        requireMoment(caller, former.project(), policy);
        SigningRules.Present under = present(caller, former.project(), policy);
        requireRepositoryAsked(caller, former, under.policy());
        if (!artifacts.keepAgain(former.artifact())) {
            throw new Conflict(
                    "the file of request " + former.id() + " is not kept any longer", "submit the file itself");
        }
        Submission again = new Submission(
                UUID.randomUUID(),
                former.project(),
                policy,
                under.form().text(),
                caller.name(),
                former.fileName(),
                description.or(former::description),
                former.artifact(),
                former.size(),
                now(),
                former.origin(),
                Optional.empty(),
                Optional.of(former.id()));
        return add(again, under.policy()).orElseThrow();
    }

    /**
     * What the repository itself demands under a policy the connector reads when it submits to it, and nobody else: there is no
     * token to read it with later. So what it submitted goes to no other policy that wants an origin, nor around by a third.
     */
    private void requireRepositoryAsked(Caller caller, Submission former, Policy policy) throws SubmissionRefused {
        boolean connector = former.origin()
                .filter(o -> o.vouchedBy().equals(Repository.GITHUB_API))
                .isPresent();
        boolean asked = former.resubmittedFrom().isEmpty() && policy.slug().equals(former.policy());
        if (connector && policy.origin().isPresent() && !asked) {
            throw refused(
                    caller,
                    List.of(new Violation(
                            RuleId.ORIGIN_VERIFIED,
                            "the origin of request " + former.id()
                                    + " was told by GitHub's API, and the repository was not asked what it demands of"
                                    + " builds under policy \"" + policy.slug() + "\"",
                            "submit the artifact under that policy through the connector")));
        }
    }

    /**
     * Says before a long upload whether policy would let it in, whenever it is signed.
     *
     * @throws SubmissionRefused if policy says no; that is on record
     */
    public void requireAllowed(Caller caller, String project, String policy, Optional<Origin> origin)
            throws SubmissionRefused {
        List<Violation> violations = rules.examine(caller, project, policy, origin, now());
        if (!violations.isEmpty()) {
            throw refused(caller, violations);
        }
    }

    /** Says whether what policy lets in may be signed now, where nobody is asked for approval first. */
    void requireMoment(Caller caller, String project, String policy) throws SubmissionRefused {
        List<Violation> violations = rules.examineMoment(caller, project, policy, now());
        if (!violations.isEmpty()) {
            throw refused(caller, violations);
        }
    }

    /**
     * What a request is bound to. Asked before its file is kept, and once: a policy that is edited or removed while a large file
     * comes in leaves neither a file without a request nor a request under two policies.
     */
    SigningRules.Present present(Caller caller, String project, String policy) throws SubmissionRefused {
        Optional<SigningRules.Present> present = rules.present(project, policy);
        if (present.isEmpty()) {
            throw refused(
                    caller,
                    List.of(new Violation(
                            RuleId.POLICY_KNOWN,
                            "policy \"" + policy + "\" of project \"" + project + "\" was removed at this moment",
                            "submit the file under a policy that there is")));
        }
        return present.get();
    }

    /** Puts on record that policy says no. */
    SubmissionRefused refused(Caller caller, List<Violation> violations) {
        Refused refused = new Refused(violations);
        refuse(caller, refused.reason());
        return new SubmissionRefused(refused);
    }

    private Optional<SigningRequest> before(Order order) {
        return order.idempotencyKey()
                .flatMap(key -> requests.findByKey(order.caller().name(), order.project(), order.policy(), key));
    }

    private Taken again(Order order, SigningRequest before, Digest digest) throws Conflict {
        if (!before.submission().artifact().equals(digest)) {
            String message = "the idempotency key was used for request " + before.id() + ", whose file has "
                    + before.submission().artifact() + "; this one has " + digest;
            refuse(order.caller(), message);
            throw new Conflict(message, "use a key of its own for each file");
        }
        LOG.infof("%s was submitted again by %s", before.id(), order.caller().name());
        return new Taken(before, false);
    }

    private Optional<SigningRequest> add(Submission submission, Policy policy) {
        SigningRequest request = first(submission, policy);
        if (!requests.add(request)) {
            return Optional.empty();
        }
        accepted(submission);
        return Optional.of(request);
    }

    /** What a submission begins as: people are waited for where its policy wants their approval. */
    static SigningRequest first(Submission submission, Policy policy) {
        return policy.approvals() == 0
                ? Queued.first(submission)
                : new WaitingForApproval(
                        submission,
                        submission.submittedAt().plus(policy.approval().expiry()));
    }

    /** Says that a request was taken, and wakes the workers. */
    void accepted(Submission submission) {
        LOG.infof(
                "%s submitted by %s: %s, %d bytes, %s, for %s/%s",
                submission.id(),
                submission.submitter(),
                submission.fileName(),
                submission.size(),
                submission.artifact(),
                submission.project(),
                submission.policy());
        wake.run();
    }

    void requireSignable(Caller caller, String fileName, Path file) throws UnsignableUpload, IOException {
        try {
            SubmittedFile.requireSignable(file);
        } catch (UnsignableUpload e) {
            refuse(caller, fileName + ": " + e.getMessage());
            throw e;
        }
    }

    /** Puts on record that something was submitted and not taken, under an id of its own; it may hold what a client sent. */
    public void refuse(Caller caller, String reason) {
        Refusal refusal = new Refusal(UUID.randomUUID(), now(), caller.name(), reason);
        LOG.warnf("%s refused for %s: %s", refusal.request(), refusal.actor(), refusal.reason());
        audit.append(refusal);
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }
}

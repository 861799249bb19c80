package io.countersign.signer.pipeline;

import io.countersign.key.Digest;
import io.countersign.policy.RuleId;
import io.countersign.policy.Violation;
import io.countersign.signer.artifact.ArtifactStore;
import io.countersign.signer.audit.AuditEvent;
import io.countersign.signer.identity.Caller;
import io.countersign.signer.pipeline.Intake.SubmissionRefused;
import io.countersign.signer.policy.SigningRules;
import io.countersign.signer.request.Draft;
import io.countersign.signer.request.Drafts;
import io.countersign.signer.request.RequestChanges;
import io.countersign.signer.request.RequestRepository;
import io.countersign.signer.request.SigningRequest;
import io.countersign.signer.request.Submission;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Orders that come before their file. Policy is asked for both: when the order is announced, so that a long upload is not in
 * vain, and when the file is there. Only what is said then counts. Safe for several threads.
 */
public final class LateArtifacts {
    static final Duration PATIENCE = Duration.ofDays(1);
    static final int MOST_OPEN = 1000;

    private final Intake intake;
    private final ArtifactStore artifacts;
    private final RequestRepository requests;
    private final Drafts drafts;
    private final RequestChanges changes;
    private final InstantSource clock;

    public LateArtifacts(
            Intake intake,
            ArtifactStore artifacts,
            RequestRepository requests,
            Drafts drafts,
            RequestChanges changes,
            InstantSource clock) {
        this.intake = intake;
        this.artifacts = artifacts;
        this.requests = requests;
        this.drafts = drafts;
        this.changes = changes;
        this.clock = clock;
    }

    /** An order without its file; see {@link Intake.Order}. */
    public record Announcement(
            Caller caller,
            String project,
            String policy,
            Optional<String> description,
            Optional<String> idempotencyKey) {}

    /**
     * What became of an announcement.
     *
     * @param id of the draft, or of the request that it has become
     * @param fresh false if the order had been announced or submitted before
     */
    public record Announced(UUID id, boolean fresh) {}

    /**
     * Waits a day for the file.
     *
     * @throws SubmissionRefused if policy would say no
     * @throws Conflict if too many files of the caller are waited for
     */
    public Announced announce(Announcement order) throws SubmissionRefused, Conflict {
        Caller caller = order.caller();
        intake.requireAllowed(caller, order.project(), order.policy(), caller.origin());
        Optional<UUID> before = before(order);
        if (before.isPresent()) {
            return new Announced(before.get(), false);
        }
        intake.requireMoment(caller, order.project(), order.policy());
        if (drafts.openOf(caller.name()) >= MOST_OPEN) {
            throw conflict(
                    caller,
                    MOST_OPEN + " requests of \"" + caller.name() + "\" wait for their file",
                    "upload what was announced, or cancel it");
        }
        Instant now = now();
        Draft draft = new Draft(
                UUID.randomUUID(),
                order.project(),
                order.policy(),
                caller.name(),
                order.description(),
                caller.origin(),
                order.idempotencyKey(),
                now,
                now.plus(PATIENCE),
                Draft.State.OPEN,
                Optional.empty());
        while (!drafts.open(draft)) {
            // Another thread announced the same order since we looked, and that may have ended by now.
            before = before(order);
            if (before.isPresent()) {
                return new Announced(before.get(), false);
            }
        }
        changes.changed(draft.id());
        return new Announced(draft.id(), true);
    }

    /**
     * Takes the file, which makes the draft a request under the policy as it is now.
     *
     * @param fileName already safe
     * @param file on the file system of the artifact store; taken over if the request is accepted
     * @throws SubmissionRefused if the caller did not announce it, its build is another, or policy says no
     * @throws UnsignableUpload if the file cannot be signed; another may be sent
     * @throws Conflict if no file is waited for any more
     * @throws IOException if the file could not be kept; nothing was accepted
     */
    public SigningRequest upload(Caller caller, Draft draft, String fileName, Path file)
            throws SubmissionRefused, UnsignableUpload, Conflict, IOException {
        requireOpen(caller, draft);
        requireSameBuild(caller, draft);
        intake.requireAllowed(caller, draft.project(), draft.policy(), draft.origin());
        intake.requireMoment(caller, draft.project(), draft.policy());
        intake.requireSignable(caller, fileName, file);
        SigningRules.Present under = intake.present(caller, draft.project(), draft.policy());
        long size = Files.size(file);
        Digest digest = artifacts.keep(file);
        SigningRequest request = Intake.first(
                new Submission(
                        draft.id(),
                        draft.project(),
                        draft.policy(),
                        under.form().text(),
                        draft.submitter(),
                        fileName,
                        draft.description(),
                        digest,
                        size,
                        now(),
                        draft.origin(),
                        draft.idempotencyKey(),
                        Optional.empty()),
                under.policy());
        if (!drafts.fulfil(draft, request)) {
            throw conflict(
                    caller,
                    "request " + draft.id() + " has its file, was canceled, or its idempotency key was used again",
                    "ask for its Status to see what became of it");
        }
        changes.changed(request.id());
        intake.accepted(request.submission());
        return request;
    }

    /**
     * Waits for the file no longer.
     *
     * @throws SubmissionRefused if the caller neither announced it nor is an administrator, or its credential is for another policy
     * @throws Conflict if the file is here, or is waited for no more
     */
    public void cancel(Caller caller, Draft draft) throws SubmissionRefused, Conflict {
        List<Violation> violations =
                SigningRules.examineCancellation(caller, draft.submitter(), draft.project(), draft.policy());
        if (!violations.isEmpty()) {
            throw intake.refused(caller, violations);
        }
        requireOpen(caller, draft);
        if (!drafts.cancel(draft, new AuditEvent.Cancellation(draft.id(), now(), caller.name(), caller.session()))) {
            throw conflict(
                    caller,
                    "request " + draft.id() + " changed at the same moment",
                    "ask for its Status and try again");
        }
        changes.changed(draft.id());
    }

    private void requireOpen(Caller caller, Draft draft) throws Conflict {
        if (draft.state() != Draft.State.OPEN || !now().isBefore(draft.expiresAt())) {
            throw conflict(
                    caller,
                    "request " + draft.id() + " takes no file any more"
                            + draft.reason().map(r -> ": " + r).orElse(""),
                    "make a new request");
        }
    }

    /** Else a build that nobody would sign could send its file under the name of one that was vouched for. */
    private void requireSameBuild(Caller caller, Draft draft) throws SubmissionRefused {
        if (!caller.name().equals(draft.submitter())) {
            throw intake.refused(caller, List.of(SigningRules.notYours(caller)));
        }
        if (!caller.origin().equals(draft.origin())) {
            throw intake.refused(
                    caller,
                    List.of(new Violation(
                            RuleId.ORIGIN_VERIFIED,
                            "request " + draft.id() + " was announced by another build than the one that calls",
                            "upload the file in the run that announced it, or make a new request")));
        }
    }

    private Optional<UUID> before(Announcement order) {
        String submitter = order.caller().name();
        return order.idempotencyKey()
                .flatMap(key -> requests.findByKey(submitter, order.project(), order.policy(), key)
                        .map(SigningRequest::id)
                        .or(() -> drafts.findByKey(submitter, order.project(), order.policy(), key)
                                .map(Draft::id)));
    }

    private Conflict conflict(Caller caller, String message, String remedy) {
        intake.refuse(caller, message);
        return new Conflict(message, remedy);
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }
}

package io.countersign.signer.pipeline;

import io.countersign.key.Digest;
import io.countersign.policy.Violation;
import io.countersign.signer.artifact.ArtifactStore;
import io.countersign.signer.audit.AuditEvent.Refusal;
import io.countersign.signer.audit.AuditLog;
import io.countersign.signer.identity.Caller;
import io.countersign.signer.policy.Refused;
import io.countersign.signer.policy.SigningRules;
import io.countersign.signer.request.RequestRepository;
import io.countersign.signer.request.SigningRequest.Queued;
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
     * @param fileName already safe
     * @param file the upload, on the file system of the artifact store; taken over if the request is accepted
     */
    public record Order(
            Caller caller, String project, String policy, String fileName, Optional<String> description, Path file) {}

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
     * @throws IOException if the file could not be kept; nothing was accepted
     */
    public Queued submit(Order order) throws SubmissionRefused, UnsignableUpload, IOException {
        List<Violation> violations = rules.examine(
                order.caller(), order.project(), order.policy(), order.caller().origin(), now());
        if (!violations.isEmpty()) {
            Refused refused = new Refused(violations);
            refuse(order.caller(), refused.reason());
            throw new SubmissionRefused(refused);
        }
        requireSignable(order);
        UUID id = UUID.randomUUID();
        long size = Files.size(order.file());
        Digest digest = artifacts.keep(order.file());
        Queued request = Queued.first(new Submission(
                id,
                order.project(),
                order.policy(),
                rules.form(order.project(), order.policy()).text(),
                order.caller().name(),
                order.fileName(),
                order.description(),
                digest,
                size,
                now()));
        requests.add(request);
        LOG.infof(
                "%s submitted by %s: %s, %d bytes, %s, for %s/%s",
                id, order.caller().name(), order.fileName(), size, digest, order.project(), order.policy());
        wake.run();
        return request;
    }

    private void requireSignable(Order order) throws UnsignableUpload, IOException {
        try {
            SubmittedFile.requireSignable(order.file());
        } catch (UnsignableUpload e) {
            refuse(order.caller(), order.fileName() + ": " + e.getMessage());
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

package io.countersign.signer.pipeline;

import io.countersign.cms.AuthenticodeSignature;
import io.countersign.cms.MalformedSignature;
import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import io.countersign.key.KeyUnavailable;
import io.countersign.provenance.SigningStatement;
import io.countersign.sign.AttachFile;
import io.countersign.sign.SecondTimestamp;
import io.countersign.sign.SignFile;
import io.countersign.sign.SignedFile;
import io.countersign.sign.UnacceptableFile;
import io.countersign.signer.artifact.ArtifactStore;
import io.countersign.signer.audit.AuditEvent.Intent;
import io.countersign.signer.audit.AuditEvent.Outcome;
import io.countersign.signer.audit.AuditEvent.Result;
import io.countersign.signer.audit.AuditLog;
import io.countersign.signer.policy.Approved;
import io.countersign.signer.policy.ApprovedToFinish;
import io.countersign.signer.policy.ApprovedToSign;
import io.countersign.signer.policy.NotApproved;
import io.countersign.signer.policy.SigningRules;
import io.countersign.signer.request.RequestQueue;
import io.countersign.signer.request.SigningRequest.Processing;
import io.countersign.timestamp.TimestampUnavailable;
import io.countersign.timestamp.Timestamped;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jboss.logging.Logger;

/** What the whole service is for. Safe for several threads. */
public final class SigningPipeline {
    private static final Logger LOG = Logger.getLogger(SigningPipeline.class);

    /** Ours have some 10 KB. */
    private static final int MAXIMUM_SIGNATURE = 16 << 20;

    private final SigningRules rules;
    private final AuditLog audit;
    private final ArtifactStore artifacts;
    private final RequestQueue queue;
    private final PolicyResources resources;
    private final Path work;
    private final InstantSource clock;

    /** @param work a folder for unfinished output, emptied at start-up, on the file system of the artifacts */
    public SigningPipeline(
            SigningRules rules,
            AuditLog audit,
            ArtifactStore artifacts,
            RequestQueue queue,
            PolicyResources resources,
            Path work,
            InstantSource clock) {
        this.rules = rules;
        this.audit = audit;
        this.artifacts = artifacts;
        this.queue = queue;
        this.resources = resources;
        this.work = work;
        this.clock = clock;
    }

    /**
     * Signs the file of an approved request and releases it. Nothing is signed whose intent is not durable, and nothing is
     * released whose outcome is not, or that our own verification does not trust. A second signature over the same file, after
     * a crash or a lost lease, is harmless and has an intent of its own. A signature that got no timestamp is kept, and
     * {@link #finish} goes on with it.
     *
     * @throws SignatureKept if no timestamp was to be had; its outcome is still to be written
     * @throws NotApproved if the approval was used before or does not cover the file as it is now; no key was used
     * @throws BudgetSpent if others used the policy's budget up meanwhile; no key was used
     * @throws Untrusted if verification does not trust the signed file; it is not released
     * @throws LeaseLost if another worker has taken the request over; this signature is not released
     */
    void sign(ApprovedToSign approved)
            throws NotApproved, BudgetSpent, UnacceptableFile, KeyUnavailable, SignatureKept, Untrusted, LeaseLost,
                    IOException {
        Processing request = approved.request();
        Path submitted = artifacts.file(request.submission().artifact());
        Digest mayBeSigned = approved.redeem(presentPolicy(request));
        PolicyResources.Prepared with = resources.prepare(approved.policy());
        Path output = output(request);
        AtomicReference<AuthenticodeSignature> unstamped = new AtomicReference<>();
        try {
            Instant started = now();
            Intents.append(audit, intent(approved, started), approved.policy());
            SignedFile signed = new SignFile(with.key(), Optional.of(with.timestamps()))
                    .signOnly(mayBeSigned, submitted, output, with.options(), unstamped::set);
            judgeAndRelease(approved, with, signed, output, started);
        } catch (TimestampUnavailable e) {
            Files.write(output, unstamped.get().encoded().toByteArray());
            throw new SignatureKept(artifacts.keep(output), e);
        } finally {
            Files.deleteIfExists(output);
        }
    }

    /**
     * Timestamps the signature that an earlier attempt left and releases the file with it. The code-signing key is not used.
     *
     * @throws NotApproved if the approval was used before or does not cover the file as it is now
     * @throws TimestampUnavailable if no timestamp was to be had this time either
     * @throws Untrusted if the signature that was kept is another now, or is not by the policy's key as it is now, or if
     *     verification does not trust the file; it is not released
     * @throws LeaseLost if another worker has taken the request over; this file is not released
     */
    void finish(ApprovedToFinish approved, History.Unstamped left)
            throws NotApproved, UnacceptableFile, KeyUnavailable, TimestampUnavailable, Untrusted, LeaseLost,
                    IOException {
        Processing request = approved.request();
        Path submitted = artifacts.file(request.submission().artifact());
        Digest mayBeSigned = approved.redeem(presentPolicy(request));
        PolicyResources.Prepared with = resources.prepare(approved.policy());
        AuthenticodeSignature signature = kept(left.signature());
        if (!signature.isSignedBy(with.key().certificate())) {
            throw new Untrusted("the signature that waited for its timestamp is not by the key \""
                    + approved.policy().key() + "\" as it is now; submit the file again");
        }
        Path output = output(request);
        try {
            LOG.infof("%s attempt %d: timestamping the signature of %s", request.id(), request.attempt(), left.begun());
            SignedFile signed = new AttachFile(Optional.of(with.timestamps()))
                    .attach(submitted, signature, output, SignFile.Existing.REFUSE);
            if (!signed.input().equals(mayBeSigned)) {
                throw new Untrusted("the file in the artifact store is " + signed.input() + ", approved was "
                        + mayBeSigned + "; submit it again");
            }
            judgeAndRelease(approved, with, signed, output, left.begun());
        } finally {
            Files.deleteIfExists(output);
        }
    }

    private Path output(Processing request) {
        return work.resolve(request.id() + "." + request.attempt());
    }

    private AuthenticodeSignature kept(Digest sha256) throws IOException, Untrusted {
        byte[] octets;
        try (InputStream in = Files.newInputStream(artifacts.file(sha256))) {
            octets = in.readNBytes(MAXIMUM_SIGNATURE);
        }
        if (!sha256.equals(DigestAlgorithm.SHA256.digest(octets))) {
            throw new Untrusted("the signature that was kept as " + sha256
                    + " is another now. Find out what else writes to the home's artifacts, then submit the file again");
        }
        try {
            return AuthenticodeSignature.parse(Bytes.of(octets));
        } catch (MalformedSignature e) {
            throw new IllegalStateException("a signature of ours cannot be read", e);
        }
    }

    private void judgeAndRelease(
            Approved approved, PolicyResources.Prepared with, SignedFile signed, Path output, Instant started)
            throws Untrusted, UnacceptableFile, KeyUnavailable, TimestampUnavailable, LeaseLost, IOException {
        with.requireTrusted(output, now());
        Optional<Timestamped> second = with.secondTimestamps().isPresent()
                ? Optional.of(new SecondTimestamp(with.secondTimestamps().get()).of(output))
                : Optional.empty();
        String provenance =
                SigningStatement.attest(signed, with.context(approved, second, started, now()), with.evidenceKey());
        Digest released = artifacts.keep(output);
        requireUnchanged(signed.output().orElseThrow(), released);
        audit.append(signed(approved.request(), released));
        release(approved.request(), released, provenance);
    }

    /** What is released is what was judged: between the two stands a folder that others may be able to write to. */
    private static void requireUnchanged(Digest made, Digest kept) throws Untrusted {
        if (!kept.equals(made)) {
            throw new Untrusted("the signed file was " + made + " and came into the artifact store as " + kept
                    + ", and is not released. Find out what else writes to the home's state folder, then submit the"
                    + " file again");
        }
    }

    private Digest presentPolicy(Processing request) {
        return rules.form(request.submission().project(), request.submission().policy())
                .digest();
    }

    private static Intent intent(ApprovedToSign approved, Instant at) {
        Processing request = approved.request();
        LOG.infof(
                "%s attempt %d: signing %s with key %s under policy %s",
                request.id(),
                request.attempt(),
                request.submission().artifact(),
                approved.policy().key(),
                approved.policy().slug());
        return new Intent(
                request.id(),
                request.attempt(),
                at,
                request.submission().submitter(),
                request.submission().project(),
                approved.policy().slug(),
                approved.policy().key(),
                request.submission().artifact(),
                approved.policyDigest());
    }

    private Outcome signed(Processing request, Digest output) {
        return new Outcome(
                request.id(), request.attempt(), now(), Result.SIGNED, Optional.of(output), Optional.empty());
    }

    private void release(Processing request, Digest signed, String provenance) throws LeaseLost {
        if (!queue.settle(request, request.completed(signed, provenance, now()))) {
            throw new LeaseLost(request);
        }
        LOG.infof("%s attempt %d: completed, %s", request.id(), request.attempt(), signed);
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }
}

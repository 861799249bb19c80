package io.countersign.signer.pipeline;

import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import io.countersign.key.KeyUnavailable;
import io.countersign.key.SignatureAlgorithm;
import io.countersign.key.SigningKey;
import io.countersign.signer.audit.AuditEvent.HashIntent;
import io.countersign.signer.audit.AuditEvent.HashOutcome;
import io.countersign.signer.audit.AuditLog;
import io.countersign.signer.identity.Caller;
import io.countersign.signer.pipeline.Intake.SubmissionRefused;
import io.countersign.signer.policy.ApprovedHash;
import io.countersign.signer.policy.Decision;
import io.countersign.signer.policy.NotApproved;
import io.countersign.signer.policy.Refused;
import io.countersign.signer.policy.SigningRules;
import java.security.PublicKey;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.UUID;
import org.jboss.logging.Logger;

/**
 * Signs digests at once, for callers who make the signed file themselves. No audit, no signature, as for files; but what the digest
 * is of, and what becomes of the signature, nobody here knows. Safe for several threads.
 */
public final class HashSigning {
    private static final Logger LOG = Logger.getLogger(HashSigning.class);

    private final SigningRules rules;
    private final AuditLog audit;
    private final Intake intake;
    private final PolicyResources resources;
    private final InstantSource clock;

    public HashSigning(
            SigningRules rules, AuditLog audit, Intake intake, PolicyResources resources, InstantSource clock) {
        this.rules = rules;
        this.audit = audit;
        this.intake = intake;
        this.resources = resources;
        this.clock = clock;
    }

    /**
     * A signature over a digest.
     *
     * @param octets RSA PKCS#1 v1.5, or ECDSA in the DER form
     * @param key whose it is
     */
    public record Signed(Bytes octets, PublicKey key) {}

    /**
     * Signs.
     *
     * @param keyAlgorithm {@code RSA} or {@code EC}, as the caller expects the key to be
     * @throws SubmissionRefused if policy says no
     * @throws UnfitHash if the key is of the other kind, or does not sign such a digest
     * @throws KeyUnavailable if the key cannot be used
     */
    public Signed sign(Caller caller, String project, String policy, Digest digest, String keyAlgorithm)
            throws SubmissionRefused, UnfitHash, KeyUnavailable {
        Decision decision = rules.decideHash(caller, project, policy, digest, now());
        if (decision instanceof Refused refused) {
            throw intake.refused(caller, refused.violations());
        }
        ApprovedHash approved = (ApprovedHash) decision;
        SigningKey key = resources.keyOf(approved.policy());
        SignatureAlgorithm algorithm = algorithm(key, digest, keyAlgorithm);
        return new Signed(
                Bytes.of(signed(caller, project, approved, key, algorithm)),
                key.certificate().getPublicKey());
    }

    private static SignatureAlgorithm algorithm(SigningKey key, Digest digest, String expected) throws UnfitHash {
        PublicKey publicKey = key.certificate().getPublicKey();
        if (!publicKey.getAlgorithm().equals(expected)) {
            throw new UnfitHash(
                    "the policy's key is " + publicKey.getAlgorithm() + ", and the signature is to be " + expected,
                    "ask MySigningPolicies for the certificate and send the SignatureAlgorithm that fits it");
        }
        try {
            return SignatureAlgorithm.of(publicKey, digest.algorithm());
        } catch (IllegalArgumentException e) {
            throw new UnfitHash(e.getMessage(), "send a SHA-256, SHA-384 or SHA-512 digest");
        }
    }

    private byte[] signed(
            Caller caller, String project, ApprovedHash approved, SigningKey key, SignatureAlgorithm algorithm)
            throws SubmissionRefused, KeyUnavailable {
        UUID id = UUID.randomUUID();
        Digest digest;
        try {
            digest = approved.redeem();
        } catch (NotApproved e) {
            throw new IllegalStateException(e);
        }
        HashIntent intent = new HashIntent(
                id,
                now(),
                caller.name(),
                caller.session(),
                project,
                approved.policy().slug(),
                approved.policy().key(),
                digest,
                approved.policyDigest());
        try {
            Intents.append(audit, intent, approved.policy());
        } catch (BudgetSpent e) {
            throw intake.refused(caller, e.refused().violations());
        }
        LOG.infof(
                "%s: signing the digest %s with key %s for %s",
                id, digest, approved.policy().key(), caller.name());
        Optional<String> failure = Optional.of("the key failed");
        try {
            byte[] signature = key.signDigest(algorithm, digest);
            failure = Optional.empty();
            return signature;
        } catch (KeyUnavailable e) {
            failure = Optional.of(e.getMessage());
            throw e;
        } finally {
            audit.append(new HashOutcome(id, now(), failure));
        }
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }
}

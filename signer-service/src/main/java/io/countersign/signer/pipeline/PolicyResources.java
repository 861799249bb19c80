package io.countersign.signer.pipeline;

import io.countersign.home.Configuration;
import io.countersign.home.Policy;
import io.countersign.hsm.Hsm;
import io.countersign.hsm.KeyPurpose;
import io.countersign.key.KeyAttributes;
import io.countersign.key.KeyUnavailable;
import io.countersign.key.SigningKey;
import io.countersign.policy.Origin;
import io.countersign.provenance.SigningStatement;
import io.countersign.sign.SignFile;
import io.countersign.signer.policy.Approved;
import io.countersign.signer.request.Submission;
import io.countersign.timestamp.TimestampSource;
import io.countersign.timestamp.Timestamped;
import io.countersign.trust.TrustFolder;
import io.countersign.trust.UnusableTrust;
import io.countersign.verify.Verdict;
import io.countersign.verify.VerifyFile;
import io.countersign.x509.RevocationLists;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * What a policy names, ready for use: its key, its timestamp authorities, and the roots its signatures must end in. Safe for
 * several threads.
 */
public final class PolicyResources {
    private static final Logger LOG = Logger.getLogger(PolicyResources.class);

    private final Supplier<Configuration> configuration;
    private final Hsm hsm;
    private final Function<List<String>, TimestampSource> timestamps;
    private final List<X509Certificate> timestampRoots;
    private final TrustFolder trust;
    private final String evidenceKey;
    private final String toolVersion;

    /**
     * @param timestamps gives the named authorities of the configuration as one source
     * @param timestampRoots what a timestamp must end in
     * @param trust where revocation lists are, read at each signature; those of the home's own CAs above all
     * @param evidenceKey the name of the key that signs provenance
     */
    public PolicyResources(
            Supplier<Configuration> configuration,
            Hsm hsm,
            Function<List<String>, TimestampSource> timestamps,
            List<X509Certificate> timestampRoots,
            TrustFolder trust,
            String evidenceKey,
            String toolVersion) {
        this.configuration = configuration;
        this.hsm = hsm;
        this.timestamps = timestamps;
        this.timestampRoots = List.copyOf(timestampRoots);
        this.trust = trust;
        this.evidenceKey = evidenceKey;
        this.toolVersion = toolVersion;
    }

    /**
     * Asks the tokens for every key that policies and provenance name, and tells the log what they say. A key that is not
     * there now is told too, and may be there later.
     *
     * @throws UnfitKey if one of them must never be signed with
     */
    public void examineKeys() throws UnfitKey {
        Set<String> codeSigning = configuration.get().projects().stream()
                .flatMap(p -> p.policies().stream())
                .map(Policy::key)
                .collect(Collectors.toCollection(TreeSet::new));
        for (String key : codeSigning) {
            examine(key, KeyPurpose.CODE_SIGNING);
        }
        examine(evidenceKey, KeyPurpose.EVIDENCE);
    }

    private void examine(String name, KeyPurpose purpose) throws UnfitKey {
        try {
            LOG.infof("key \"%s\" (%s): its token says %s", name, purpose, hsm.attributes(name));
            fit(name, purpose);
        } catch (KeyUnavailable e) {
            LOG.warnf("key \"%s\" (%s) cannot be used now: %s", name, purpose, e.getMessage());
        }
    }

    private SigningKey fit(String name, KeyPurpose purpose) throws KeyUnavailable, UnfitKey {
        KeyFitness.requireConfined(name, hsm.attributes(name));
        SigningKey key = hsm.key(name, purpose);
        if (purpose == KeyPurpose.CODE_SIGNING) {
            KeyFitness.requireRootLast(configuration.get().key(name).orElseThrow(), key.chain());
        }
        return key;
    }

    /** Everything one signature needs, so that what is missing or unfit is known before a key is used. */
    Prepared prepare(Policy policy) throws KeyUnavailable {
        hsm.requirePresent(policy.key());
        return new Prepared(
                this,
                policy,
                keyOf(policy),
                hsm.attributes(policy.key()),
                evidenceKey(),
                timestamps.apply(policy.timestampAuthorities()),
                policy.secondTimestampAuthorities().isEmpty()
                        ? Optional.empty()
                        : Optional.of(timestamps.apply(policy.secondTimestampAuthorities())));
    }

    /** The policy's key. */
    SigningKey keyOf(Policy policy) throws KeyUnavailable {
        return usable(policy.key(), KeyPurpose.CODE_SIGNING);
    }

    /** What provenance and approvals are signed with. */
    public SigningKey evidenceKey() throws KeyUnavailable {
        return usable(evidenceKey, KeyPurpose.EVIDENCE);
    }

    private SigningKey usable(String name, KeyPurpose purpose) throws KeyUnavailable {
        try {
            return fit(name, purpose);
        } catch (UnfitKey e) {
            throw KeyUnavailable.permanently(e.getMessage(), e);
        }
    }

    /** What the policy signs with, for whoever checks its signatures: the leaf first, its root last. */
    public List<X509Certificate> chain(Policy policy) throws KeyUnavailable {
        return keyOf(policy).chain();
    }

    /** A list that cannot be read might name the very certificate. */
    private RevocationLists revocations() throws IOException, Untrusted {
        try {
            return trust.revocationLists();
        } catch (UnusableTrust e) {
            throw new Untrusted("the revocation lists of the home cannot be read, so the signed file is not released: "
                    + e.getMessage() + "; " + e.hint());
        }
    }

    /** One policy's resources. */
    record Prepared(
            PolicyResources all,
            Policy policy,
            SigningKey key,
            KeyAttributes attributes,
            SigningKey evidenceKey,
            TimestampSource timestamps,
            Optional<TimestampSource> secondTimestamps) {

        SignFile.Options options() {
            return new SignFile.Options(
                            policy.digest(),
                            SignFile.Existing.REFUSE,
                            policy.appearance().description(),
                            policy.appearance().url().map(URI::toString))
                    .withPageHashes(policy.appearance().pageHashes())
                    .withOutputSha256(true);
        }

        void requireTrusted(Path signed, Instant at) throws IOException, Untrusted {
            List<X509Certificate> chain = key.chain();
            Verdict verdict = new VerifyFile(
                            List.of(chain.get(chain.size() - 1)), all.timestampRoots, all.revocations(), at)
                    .verify(signed)
                    .verdict();
            if (!(verdict instanceof Verdict.Trusted)) {
                throw new Untrusted("the signed file does not verify and is not released: " + reasons(verdict)
                        + ". Check the chain of key \"" + policy.key()
                        + "\" in countersign.yaml and the timestamp roots in the home's pki folder");
            }
        }

        private static String reasons(Verdict verdict) {
            if (verdict instanceof Verdict.Untrusted untrusted) {
                return String.join("; ", untrusted.reasons());
            }
            if (verdict instanceof Verdict.Unknown unknown) {
                return String.join("; ", unknown.reasons());
            }
            return verdict instanceof Verdict.Malformed malformed ? malformed.reason() : "it has no signature";
        }

        private static SigningStatement.Build build(Origin origin) {
            return new SigningStatement.Build(
                    origin.vouchedBy(),
                    origin.repositoryUrl(),
                    origin.repositoryId(),
                    origin.ref(),
                    origin.commit(),
                    origin.workflow(),
                    origin.runner(),
                    origin.buildUrl());
        }

        SigningStatement.Context context(
                Approved approved, Optional<Timestamped> secondTimestamp, Instant started, Instant finished) {
            Submission submission = approved.request().submission();
            return new SigningStatement.Context(
                    submission.fileName(),
                    submission.id().toString(),
                    all.configuration.get().organization().slug(),
                    submission.project(),
                    submission.policy(),
                    approved.policyDigest(),
                    submission.submitter(),
                    policy.key(),
                    attributes,
                    secondTimestamp,
                    approved.approvals().stream()
                            .map(a -> new SigningStatement.Approval(a.approver(), a.at()))
                            .toList(),
                    submission.origin().map(Prepared::build),
                    started,
                    finished,
                    all.toolVersion);
        }
    }
}

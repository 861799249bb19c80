package io.countersign.signer.pipeline;

import io.countersign.home.Configuration;
import io.countersign.home.Configuration.Policy;
import io.countersign.hsm.Hsm;
import io.countersign.hsm.KeyPurpose;
import io.countersign.key.KeyAttributes;
import io.countersign.key.KeyUnavailable;
import io.countersign.key.SigningKey;
import io.countersign.provenance.SigningStatement;
import io.countersign.sign.SignFile;
import io.countersign.signer.policy.Approved;
import io.countersign.signer.request.Submission;
import io.countersign.timestamp.TimestampSource;
import io.countersign.verify.Verdict;
import io.countersign.verify.VerifyFile;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What a policy names, ready for use: its key, its timestamp authorities, and the roots its signatures must end in. Safe for
 * several threads.
 */
public final class PolicyResources {
    private final Configuration configuration;
    private final Hsm hsm;
    private final Function<List<String>, TimestampSource> timestamps;
    private final List<X509Certificate> timestampRoots;
    private final String evidenceKey;
    private final String toolVersion;

    /**
     * @param timestamps gives the named authorities of the configuration as one source
     * @param timestampRoots what a timestamp must end in
     * @param evidenceKey the name of the key that signs provenance
     */
    public PolicyResources(
            Configuration configuration,
            Hsm hsm,
            Function<List<String>, TimestampSource> timestamps,
            List<X509Certificate> timestampRoots,
            String evidenceKey,
            String toolVersion) {
        this.configuration = configuration;
        this.hsm = hsm;
        this.timestamps = timestamps;
        this.timestampRoots = List.copyOf(timestampRoots);
        this.evidenceKey = evidenceKey;
        this.toolVersion = toolVersion;
    }

    /** Everything one signature needs, so that what is missing is known before a key is used. */
    Prepared prepare(Policy policy) throws KeyUnavailable {
        return new Prepared(
                this,
                policy,
                hsm.key(policy.key(), KeyPurpose.CODE_SIGNING),
                hsm.attributes(policy.key()),
                hsm.key(evidenceKey, KeyPurpose.EVIDENCE),
                timestamps.apply(policy.timestampAuthorities()));
    }

    /** One policy's resources. */
    record Prepared(
            PolicyResources all,
            Policy policy,
            SigningKey key,
            KeyAttributes attributes,
            SigningKey evidenceKey,
            TimestampSource timestamps) {

        SignFile.Options options() {
            return new SignFile.Options(policy.digest(), SignFile.Existing.REFUSE, Optional.empty(), Optional.empty());
        }

        void requireTrusted(Path signed, Instant at) throws IOException, Untrusted {
            List<X509Certificate> chain = key.chain();
            Verdict verdict = new VerifyFile(List.of(chain.get(chain.size() - 1)), all.timestampRoots, at)
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

        SigningStatement.Context context(Approved approved, Instant started, Instant finished) {
            Submission submission = approved.request().submission();
            return new SigningStatement.Context(
                    submission.fileName(),
                    submission.id().toString(),
                    all.configuration.organization().slug(),
                    submission.project(),
                    submission.policy(),
                    approved.policyDigest(),
                    submission.submitter(),
                    policy.key(),
                    attributes,
                    started,
                    finished,
                    all.toolVersion);
        }
    }
}

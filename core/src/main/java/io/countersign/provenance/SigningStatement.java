package io.countersign.provenance;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import io.countersign.key.KeyAttributes;
import io.countersign.key.KeyUnavailable;
import io.countersign.key.SigningKey;
import io.countersign.sign.SignedFile;
import io.countersign.timestamp.TimestampToken;
import io.countersign.timestamp.Timestamped;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * An in-toto Statement v1 about one signing act. Its predicate is described in {@code docs/attestation/code-signing-v0.1.md}.
 */
public final class SigningStatement {
    static final String STATEMENT_TYPE = "https://in-toto.io/Statement/v1";
    static final String PAYLOAD_TYPE = "application/vnd.in-toto+json";
    static final String PREDICATE_TYPE = "https://countersign.io/attestation/code-signing/v0.1";

    private static final ObjectMapper JSON = new ObjectMapper();

    private SigningStatement() {}

    /**
     * What the pipeline knows beside the file.
     *
     * @param fileName as submitted; the name of the statement's subject
     * @param policyDigest SHA-256 of the policy in its canonical form
     * @param keyAttributes what the token said of the key just before this signature
     * @param secondTimestamp another authority's over the same signature value, which is not in the file
     * @param approvals those that counted when policy decided
     * @param build where the submitted file was made, if somebody vouches for that
     */
    public record Context(
            String fileName,
            String requestId,
            String organization,
            String project,
            String policy,
            Digest policyDigest,
            String submitter,
            String keyName,
            KeyAttributes keyAttributes,
            Optional<Timestamped> secondTimestamp,
            List<Approval> approvals,
            Optional<Build> build,
            Instant startedOn,
            Instant finishedOn,
            String toolVersion) {}

    /** Somebody's consent to sign this file under this policy. */
    public record Approval(String approver, Instant at) {}

    /**
     * A run of a CI system. Texts are empty where nobody told.
     *
     * @param vouchedBy who is believed about the rest
     * @param repositoryId the number its host gave it
     * @param run the page of the run
     */
    public record Build(
            String vouchedBy,
            URI repository,
            String repositoryId,
            String ref,
            String commit,
            String workflow,
            String runner,
            URI run) {}

    /**
     * The statement in a DSSE envelope, signed with the evidence key: one line of JSON.
     *
     * @throws KeyUnavailable if the evidence key cannot be used now
     * @throws java.util.NoSuchElementException if the SHA-256 of the signed file was not asked for
     */
    public static String attest(SignedFile signed, Context context, SigningKey evidenceKey) throws KeyUnavailable {
        try {
            Bytes payload = Bytes.of(JSON.writeValueAsBytes(statement(signed, context)));
            return DsseEnvelope.sign(PAYLOAD_TYPE, payload, evidenceKey).toJson();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a JSON tree can be written", e);
        }
    }

    private static ObjectNode statement(SignedFile signed, Context context) {
        ObjectNode statement = JSON.createObjectNode().put("_type", STATEMENT_TYPE);
        ObjectNode subject = statement.putArray("subject").addObject().put("name", context.fileName());
        putDigest(subject, signed.output().orElseThrow());
        statement.put("predicateType", PREDICATE_TYPE);

        ObjectNode predicate = statement.putObject("predicate");
        putDigest(predicate.putObject("input").put("name", context.fileName()), signed.input());
        predicate
                .putObject("authenticode")
                .put("digestAlgorithm", signed.imageDigestAfter().algorithm().label())
                .put("before", signed.imageDigestBefore().value().hex())
                .put("after", signed.imageDigestAfter().value().hex());
        ArrayNode certificates = predicate.putArray("certificates");
        signed.chain().forEach(c -> putCertificate(certificates.addObject(), c));
        signed.timestamp().ifPresent(t -> putTimestamp(predicate.putObject("timestamp"), t));
        context.secondTimestamp().ifPresent(t -> {
            ObjectNode second = predicate.putObject("secondTimestamp");
            putTimestamp(second, t);
            second.put("token", t.token().encoded().toByteArray());
        });
        putPolicy(predicate.putObject("policy"), context);
        putRequest(predicate.putObject("request"), context);
        context.build().ifPresent(b -> putBuild(predicate.putObject("build"), b));
        putKey(predicate.putObject("key"), context);
        predicate.putObject("tool").put("name", "countersign").put("version", context.toolVersion());
        return statement;
    }

    private static void putRequest(ObjectNode node, Context context) {
        node.put("id", context.requestId())
                .put("submitter", context.submitter())
                .put("startedOn", context.startedOn().toString())
                .put("finishedOn", context.finishedOn().toString());
        ArrayNode approvals = node.putArray("approvals");
        context.approvals()
                .forEach(
                        a -> approvals.addObject().put("approver", a.approver()).put("at", a.at().toString()));
    }

    private static void putBuild(ObjectNode node, Build build) {
        node.put("vouchedBy", build.vouchedBy())
                .put("repository", build.repository().toString())
                .put("repositoryId", build.repositoryId())
                .put("ref", build.ref())
                .put("commit", build.commit())
                .put("workflow", build.workflow())
                .put("runner", build.runner())
                .put("run", build.run().toString());
    }

    private static void putDigest(ObjectNode descriptor, Digest digest) {
        descriptor
                .putObject("digest")
                .put(digest.algorithm().label(), digest.value().hex());
    }

    private static void putCertificate(ObjectNode node, X509Certificate certificate) {
        node.put("subject", certificate.getSubjectX500Principal().getName())
                .put("serialNumber", certificate.getSerialNumber().toString(16))
                .put("notBefore", certificate.getNotBefore().toInstant().toString())
                .put("notAfter", certificate.getNotAfter().toInstant().toString())
                .put("sha256", DsseEnvelope.fingerprint(certificate));
    }

    private static void putTimestamp(ObjectNode node, Timestamped timestamped) {
        TimestampToken token = timestamped.token();
        token.signerCertificate()
                .ifPresent(
                        c -> node.put("authority", c.getSubjectX500Principal().getName()));
        node.put("genTime", token.genTime().toString())
                .put("serialNumber", token.serialNumber().toString(16))
                .put("policy", token.policy())
                .put("source", timestamped.source());
        ArrayNode failures = node.putArray("failures");
        timestamped
                .failures()
                .forEach(f -> failures.addObject().put("source", f.source()).put("reason", f.reason()));
    }

    private static void putPolicy(ObjectNode node, Context context) {
        node.put("organization", context.organization())
                .put("project", context.project())
                .put("name", context.policy());
        putDigest(node, context.policyDigest());
    }

    private static void putKey(ObjectNode node, Context context) {
        KeyAttributes attributes = context.keyAttributes();
        node.put("name", context.keyName())
                .put("local", attributes.local())
                .put("sensitive", attributes.sensitive())
                .put("alwaysSensitive", attributes.alwaysSensitive())
                .put("extractable", attributes.extractable())
                .put("neverExtractable", attributes.neverExtractable());
    }
}

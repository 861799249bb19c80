package io.countersign.provenance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.countersign.cms.AuthenticodeSignature;
import io.countersign.cms.EmbeddedSignature;
import io.countersign.cms.MalformedSignature;
import io.countersign.key.DigestAlgorithm;
import io.countersign.pe.ByteSource;
import io.countersign.pe.ImageScan;
import io.countersign.pe.MalformedPe;
import io.countersign.pe.PeImage;
import io.countersign.timestamp.MalformedTimestamp;
import io.countersign.timestamp.TimestampToken;
import io.countersign.verify.Finding;
import io.countersign.verify.Finding.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Holds a file against its provenance record, offline: whose signature the record bears, and whether what it says of the file is
 * true of the file.
 */
public final class VerifyProvenance {
    private static final long MAXIMUM_SIZE = 16 << 20;
    private static final String DSSE = "DSSE protocol v1.0.2";
    private static final String IN_TOTO = "in-toto attestation framework v1, Statement";
    private static final String PREDICATE = SigningStatement.PREDICATE_TYPE;

    private final List<Finding> findings = new ArrayList<>();

    private VerifyProvenance() {}

    /**
     * Verifies; the record is good if no finding failed.
     *
     * @param provenance a bundle, one envelope a line; lines of other kinds are skipped
     * @param evidence the certificate of the key that must have signed the envelope
     * @throws IOException if a file cannot be read
     */
    public static List<Finding> verify(Path file, Path provenance, X509Certificate evidence) throws IOException {
        VerifyProvenance verification = new VerifyProvenance();
        verification.run(file, provenance, evidence);
        return List.copyOf(verification.findings);
    }

    private void run(Path file, Path provenance, X509Certificate evidence) throws IOException {
        Optional<DsseEnvelope> envelope = envelope(provenance);
        if (envelope.isEmpty()) {
            add("dsse.envelope", DSSE, false, provenance + " holds no DSSE envelope with an in-toto payload");
            return;
        }
        boolean signed = envelope.get().isSignedBy(evidence);
        add(
                "dsse.signature",
                DSSE,
                signed,
                signed
                        ? "the record is signed by the evidence key " + DsseEnvelope.fingerprint(evidence)
                        : "no signature of the record is by the given evidence key "
                                + DsseEnvelope.fingerprint(evidence));
        if (!signed) {
            return; // nothing in it means anything
        }
        JsonNode statement =
                new ObjectMapper().readTree(envelope.get().payload().toByteArray());
        compare("in-toto.type", IN_TOTO, "_type", SigningStatement.STATEMENT_TYPE, statement.path("_type"));
        compare("in-toto.predicate-type", IN_TOTO, "predicateType", PREDICATE, statement.path("predicateType"));
        try (ByteSource source = ByteSource.open(file)) {
            holdAgainst(source, statement);
        } catch (MalformedPe | MalformedSignature | MalformedTimestamp e) {
            add("provenance.file", PREDICATE, false, "the file cannot be read as a signed PE: " + e.getMessage());
        }
    }

    private static Optional<DsseEnvelope> envelope(Path provenance) throws IOException {
        if (Files.size(provenance) > MAXIMUM_SIZE) {
            throw new IOException(
                    provenance + " has more than " + MAXIMUM_SIZE + " bytes, which no provenance record needs");
        }
        return Files.readString(provenance)
                .lines()
                .flatMap(line -> DsseEnvelope.parse(line).stream())
                .filter(e -> e.payloadType().equals(SigningStatement.PAYLOAD_TYPE))
                .findFirst();
    }

    private void holdAgainst(ByteSource source, JsonNode statement)
            throws IOException, MalformedPe, MalformedSignature, MalformedTimestamp {
        PeImage image = PeImage.parse(source);
        Optional<EmbeddedSignature> embedded = EmbeddedSignature.read(image, source);
        ImageScan scan = ImageScan.of(
                image,
                source,
                embedded.map(e -> EnumSet.of(e.signature().imageDigest().algorithm()))
                        .orElse(EnumSet.noneOf(DigestAlgorithm.class)));
        compare(
                "in-toto.subject",
                IN_TOTO,
                "subject digest",
                scan.sha256().value().hex(),
                statement.path("subject").path(0).path("digest").path("sha256"));
        if (embedded.isEmpty()) {
            add("provenance.signature", PREDICATE, false, "the file is not signed");
            return;
        }
        JsonNode predicate = statement.path("predicate");
        AuthenticodeSignature signature = embedded.get().signature();
        String digest =
                scan.imageDigest(signature.imageDigest().algorithm()).value().hex();
        JsonNode authenticode = predicate.path("authenticode");
        String algorithm = signature.imageDigest().algorithm().label();
        compare(
                "provenance.digest-algorithm",
                PREDICATE,
                "digest algorithm",
                algorithm,
                authenticode.path("digestAlgorithm"));
        compare(
                "provenance.image-digest-before",
                PREDICATE,
                "image digest before",
                digest,
                authenticode.path("before"));
        compare("provenance.image-digest-after", PREDICATE, "image digest after", digest, authenticode.path("after"));
        certificates(signature, predicate.path("certificates"));
        timestamp(signature, predicate.path("timestamp"));
        if (predicate.has("secondTimestamp")) {
            secondTimestamp(signature, predicate.path("secondTimestamp"));
        }
    }

    private void certificates(AuthenticodeSignature signature, JsonNode recorded) {
        TreeSet<String> inRecord = new TreeSet<>();
        recorded.forEach(c -> inRecord.add(c.path("sha256").asText()));
        boolean all = !signature.certificates().isEmpty()
                && signature.certificates().stream()
                        .map(DsseEnvelope::fingerprint)
                        .allMatch(inRecord::contains);
        add(
                "provenance.certificates",
                PREDICATE,
                all,
                all
                        ? "every certificate in the signature is in the record"
                        : "the signature holds certificates that the record does not name");
    }

    private void timestamp(AuthenticodeSignature signature, JsonNode recorded) throws MalformedTimestamp {
        if (signature.timestamps().isEmpty()) {
            add(
                    "provenance.timestamp",
                    PREDICATE,
                    recorded.isMissingNode(),
                    recorded.isMissingNode()
                            ? "neither file nor record has a timestamp"
                            : "the record names a timestamp, the file has none");
            return;
        }
        TimestampToken token =
                TimestampToken.parse(signature.timestamps().get(0).toByteArray());
        compare("provenance.timestamp", PREDICATE, "timestamp", token.genTime().toString(), recorded.path("genTime"));
        String serial = token.serialNumber().toString(16);
        compare(
                "provenance.timestamp-serial",
                PREDICATE,
                "timestamp serial number",
                serial,
                recorded.path("serialNumber"));
        compare("provenance.timestamp-policy", PREDICATE, "timestamp policy", token.policy(), recorded.path("policy"));
    }

    /** Whether it is about this file and what the record says of it; whom to trust for it is for others to judge. */
    private void secondTimestamp(AuthenticodeSignature signature, JsonNode recorded) {
        String check = "provenance.second-timestamp";
        try {
            TimestampToken token = TimestampToken.parse(
                    Base64.getDecoder().decode(recorded.path("token").asText()));
            token.requireOwnSignature();
            boolean covers = token.imprint()
                    .map(i -> i.equals(
                            i.algorithm().digest(signature.signatureValue().toByteArray())))
                    .orElse(false);
            add(
                    check,
                    PREDICATE,
                    covers,
                    covers
                            ? "the second timestamp, in the record, is about this signature"
                            : "the second timestamp, in the record, is about something else than this signature");
            compare(check, PREDICATE, "second timestamp", token.genTime().toString(), recorded.path("genTime"));
        } catch (MalformedTimestamp | IllegalArgumentException e) {
            add(check, PREDICATE, false, "the second timestamp, in the record, does not hold: " + e.getMessage());
        }
    }

    private void compare(String check, String citation, String what, String wanted, JsonNode got) {
        boolean same = wanted.equals(got.asText());
        add(
                check,
                citation,
                same,
                same
                        ? what + " is " + wanted
                        : what + " is “" + got.asText().replaceAll("\\p{C}", "?") + "” in the record, wanted "
                                + wanted);
    }

    private void add(String check, String citation, boolean passed, String message) {
        findings.add(new Finding(check, citation, 0, passed ? Outcome.PASSED : Outcome.FAILED, message));
    }
}

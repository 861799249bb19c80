package io.countersign.provenance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.fixture.PeSample;
import io.countersign.fixture.SoftwareKey;
import io.countersign.fixture.TestPki;
import io.countersign.fixture.TestPki.Kind;
import io.countersign.key.Bytes;
import io.countersign.key.DigestAlgorithm;
import io.countersign.key.KeyAttributes;
import io.countersign.sign.SecondTimestamp;
import io.countersign.sign.SignFile;
import io.countersign.sign.SignFile.Options;
import io.countersign.sign.SignedFile;
import io.countersign.sign.UnacceptableFile;
import io.countersign.timestamp.FirstAvailable;
import io.countersign.timestamp.KnownAuthority;
import io.countersign.timestamp.Patience;
import io.countersign.timestamp.TimestampAuthority;
import io.countersign.timestamp.TimestampSource;
import io.countersign.timestamp.TimestampToken;
import io.countersign.timestamp.TimestampUnavailable;
import io.countersign.verify.Finding;
import io.countersign.verify.Finding.Outcome;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifyProvenanceTest {
    private static SoftwareKey publisher;
    private static SoftwareKey evidence;

    @TempDir
    private Path folder;

    private Path file;
    private String line;

    @BeforeAll
    static void makeKeys() {
        publisher = TestPki.issue(TestPki.root("Test Root"), "Test Publisher", Kind.CODE_SIGNING);
        evidence = TestPki.issue(
                TestPki.root("Test Evidence Root"),
                "Test Evidence",
                Kind.CODE_SIGNING,
                "EC",
                Instant.now().minusSeconds(60),
                Instant.now().plusSeconds(86400));
    }

    @BeforeEach
    void sign() throws Exception {
        file = folder.resolve("hello.sys");
        line = record(Optional.empty());
    }

    private String record(Optional<TimestampSource> timestamps) throws Exception {
        return record(timestamps, Optional.empty());
    }

    private String record(Optional<TimestampSource> timestamps, Optional<TimestampSource> second) throws Exception {
        SignedFile signed = new SignFile(publisher, timestamps)
                .sign(
                        PeSample.plus().writeTo(folder.resolve("in.sys")),
                        file,
                        Options.defaults().withOutputSha256(true));
        SigningStatement.Context context = new SigningStatement.Context(
                "hellö.sys",
                "4b1d8a0e-0000-4000-8000-000000000001",
                "lab",
                "hello-driver",
                "test-signing",
                DigestAlgorithm.SHA256.digest(new byte[] {1}),
                "ci",
                "publisher",
                new KeyAttributes(true, true, true, false, true),
                second.isPresent() ? Optional.of(new SecondTimestamp(second.get()).of(file)) : Optional.empty(),
                List.of(new SigningStatement.Approval("alice", Instant.EPOCH)),
                Optional.empty(),
                Instant.EPOCH,
                Instant.EPOCH.plusSeconds(1),
                "0.1.0");
        return SigningStatement.attest(signed, context, evidence);
    }

    @Test
    void aTrueRecordHolds() throws Exception {
        assertThat(verify(line)).isNotEmpty().allMatch(f -> f.outcome() == Outcome.PASSED);
    }

    @Test
    void theStatementNamesFileInputPolicyAndKey() throws Exception {
        JsonNode statement = payload();
        assertThat(statement.path("_type").asText()).isEqualTo("https://in-toto.io/Statement/v1");
        assertThat(statement.at("/subject/0/name").asText()).isEqualTo("hellö.sys");
        assertThat(statement.at("/subject/0/digest/sha256").asText())
                .isEqualTo(DigestAlgorithm.SHA256
                        .digest(Files.readAllBytes(file))
                        .value()
                        .hex());
        assertThat(statement.at("/predicate/input/digest/sha256").asText())
                .isEqualTo(DigestAlgorithm.SHA256
                        .digest(Files.readAllBytes(folder.resolve("in.sys")))
                        .value()
                        .hex());
        assertThat(statement.at("/predicate/policy/name").asText()).isEqualTo("test-signing");
        assertThat(statement.at("/predicate/key/extractable").asBoolean(true)).isFalse();
    }

    @Test
    void theStatementNamesWhoGaveTheTimestampAndWhyOthersDidNot() throws Exception {
        TimestampSource down = imprint -> {
            throw new TimestampUnavailable("it is down");
        };
        TimestampSource sound = authority("Test TSA");
        line = record(Optional.of(new FirstAvailable(
                List.of(
                        new KnownAuthority("first", down, OptionalInt.empty()),
                        new KnownAuthority("second", sound, OptionalInt.empty())),
                Patience.USUAL,
                InstantSource.system())));

        JsonNode timestamp = payload().at("/predicate/timestamp");
        assertThat(timestamp.path("source").asText()).isEqualTo("second");
        assertThat(timestamp.at("/failures/0/source").asText()).isEqualTo("first");
        assertThat(timestamp.at("/failures/0/reason").asText()).isEqualTo("it is down");
        assertThat(verify(line)).isNotEmpty().allMatch(f -> f.outcome() == Outcome.PASSED);
    }

    @Test
    void aSecondTimestampStandsInTheRecordAndIsHeldAgainstTheFile() throws Exception {
        line = record(Optional.of(authority("Test TSA")), Optional.of(authority("Test Other TSA")));
        JsonNode second = payload().at("/predicate/secondTimestamp");
        assertThat(second.path("authority").asText()).isEqualTo("CN=Test Other TSA");
        assertThat(verify(line)).anyMatch(f -> f.check().equals("provenance.second-timestamp"));
        assertThat(verify(line)).allMatch(f -> f.outcome() == Outcome.PASSED);

        TimestampToken ofAnother = authority("Test Other TSA")
                .timestamp(DigestAlgorithm.SHA256.digest(new byte[] {1}))
                .token();
        JsonNode present = payload();
        ((ObjectNode) present.at("/predicate/secondTimestamp"))
                .put("token", ofAnother.encoded().toByteArray())
                .put("genTime", ofAnother.genTime().toString());
        assertThat(failed(verify(resigned(present)))).containsExactly("provenance.second-timestamp");
        ((ObjectNode) present.at("/predicate/secondTimestamp")).put("token", "AAAA");
        assertThat(failed(verify(resigned(present)))).containsExactly("provenance.second-timestamp");
    }

    @Test
    void aSecondTimestampByTheFirstAuthorityIsNone() {
        TimestampSource same = authority("Test TSA");

        assertThatThrownBy(() -> record(Optional.of(same), Optional.of(same)))
                .isInstanceOf(TimestampUnavailable.class)
                .hasMessageContaining("the certificate of the first");
        assertThatThrownBy(() -> record(Optional.empty(), Optional.of(same)))
                .isInstanceOf(UnacceptableFile.class)
                .hasMessageContaining("no first timestamp");
    }

    private static String resigned(JsonNode statement) throws Exception {
        Bytes octets = Bytes.of(statement.toString().getBytes(StandardCharsets.UTF_8));
        return DsseEnvelope.sign(SigningStatement.PAYLOAD_TYPE, octets, evidence)
                .toJson();
    }

    private static TimestampSource authority(String name) {
        return new TimestampAuthority(
                name, TestPki.issue(TestPki.root(name + " Root"), name, Kind.TIME_STAMPING), InstantSource.system());
    }

    @Test
    void linesOfOtherKindsAreSkipped() throws Exception {
        assertThat(verify("not json\n{}\n{\"payload\":\"AA==\",\"payloadType\":\"text/plain\",\"signatures\":[]}\n"
                        + line + "\n"))
                .allMatch(f -> f.outcome() == Outcome.PASSED);
    }

    @Test
    void aChangedRecordASignatureByAnotherKeyAndNoRecordAreRefused() throws Exception {
        String forged = new DsseEnvelope(
                        SigningStatement.PAYLOAD_TYPE,
                        Bytes.of(payload()
                                .toString()
                                .replace("test-signing", "release-signing")
                                .getBytes(StandardCharsets.UTF_8)),
                        DsseEnvelope.parse(line).orElseThrow().signatures())
                .toJson();
        assertThat(failed(verify(forged))).containsExactly("dsse.signature");
        String retyped = new DsseEnvelope(
                        "application/other",
                        DsseEnvelope.parse(line).orElseThrow().payload(),
                        DsseEnvelope.parse(line).orElseThrow().signatures())
                .toJson();
        assertThat(failed(verify(retyped))).containsExactly("dsse.envelope");
        Path provenance = Files.writeString(folder.resolve("p.intoto.jsonl"), line);
        assertThat(failed(VerifyProvenance.verify(file, provenance, publisher.certificate())))
                .containsExactly("dsse.signature");
        assertThat(failed(verify(""))).containsExactly("dsse.envelope");
    }

    @Test
    void aRecordOfAnotherFileIsRefused() throws Exception {
        Path other = folder.resolve("other.sys");
        new SignFile(publisher, Optional.empty())
                .sign(
                        PeSample.pe32().writeTo(folder.resolve("in2.sys")),
                        other,
                        Options.defaults().withOutputSha256(true));
        Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
        assertThat(failed(verify(line)))
                .contains("in-toto.subject", "provenance.image-digest-before", "provenance.image-digest-after");
    }

    /** The vector of the DSSE specification, protocol.md. */
    @Test
    void thePreAuthenticationEncodingIsTheSpecifications() {
        byte[] pae = DsseEnvelope.preAuthenticationEncoding(
                "http://example.com/HelloWorld", Bytes.of("hello world".getBytes(StandardCharsets.UTF_8)));
        assertThat(new String(pae, StandardCharsets.UTF_8))
                .isEqualTo("DSSEv1 29 http://example.com/HelloWorld 11 hello world");
        byte[] umlaut = DsseEnvelope.preAuthenticationEncoding("ä", Bytes.of("ö".getBytes(StandardCharsets.UTF_8)));
        assertThat(new String(umlaut, StandardCharsets.UTF_8)).isEqualTo("DSSEv1 2 ä 2 ö");
    }

    private JsonNode payload() throws Exception {
        JsonNode envelope = new ObjectMapper().readTree(line);
        return new ObjectMapper()
                .readTree(Base64.getDecoder().decode(envelope.path("payload").asText()));
    }

    private List<Finding> verify(String bundle) throws Exception {
        return VerifyProvenance.verify(
                file, Files.writeString(folder.resolve("p.intoto.jsonl"), bundle), evidence.certificate());
    }

    private static List<String> failed(List<Finding> findings) {
        return findings.stream()
                .filter(f -> f.outcome() == Outcome.FAILED)
                .map(Finding::check)
                .toList();
    }
}

package io.countersign.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.countersign.fixture.PeSample;
import io.countersign.fixture.SoftwareKey;
import io.countersign.fixture.TestPki;
import io.countersign.fixture.TestPki.Kind;
import io.countersign.fixture.Tool;
import io.countersign.sign.SignFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifyCommandTest {
    private static SoftwareKey root;
    private static SoftwareKey publisher;

    @TempDir
    private Path folder;

    @BeforeAll
    static void makeKeys() {
        root = TestPki.root("Test Root");
        publisher = TestPki.issue(root, "Test Publisher", Kind.CODE_SIGNING);
    }

    private Path signed() throws Exception {
        Path unsigned = PeSample.plus().overlay(3).writeTo(folder.resolve("unsigned.sys"));
        Path signed = folder.resolve("signed.sys");
        new SignFile(publisher, Optional.empty()).sign(unsigned, signed, SignFile.Options.defaults());
        return signed;
    }

    private Path rootPem() {
        return TestPki.pem(folder.resolve("root.pem"), root.certificate());
    }

    @Test
    void aFileSignedUnderTheGivenRootIsTrusted() throws Exception {
        Transcript run = Transcript.of(folder, "verify", signed(), "--roots", rootPem());

        assertThat(run.exitCode()).as(run.out()).isZero();
        assertThat(run.out()).startsWith(folder.resolve("signed.sys") + ": trusted");
    }

    @Test
    void anUnknownRootIsNotTrustedAndTheReasonIsGiven() throws Exception {
        Path other = TestPki.pem(
                folder.resolve("other.pem"), TestPki.root("Other Root").certificate());

        Transcript run = Transcript.of(folder, "verify", signed(), "--roots", other);

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).contains(": not trusted", "FAILED");
    }

    @Test
    void anUnsignedFileEndsWithOne() {
        Path unsigned = PeSample.plus().writeTo(folder.resolve("unsigned.sys"));

        Transcript run = Transcript.of(folder, "verify", unsigned, "--roots", rootPem());

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).isEqualTo(unsigned + ": not signed" + System.lineSeparator());
    }

    @Test
    void afterTheCertificateEndedAnUntimestampedFileIsNotTrusted() throws Exception {
        Transcript run = Transcript.of(folder, "verify", signed(), "--roots", rootPem(), "--at", "2090-01-01");

        assertThat(run.exitCode()).as(run.out()).isEqualTo(1);
    }

    @Test
    void notAPeIsMalformedAndEndsWithOne() throws Exception {
        Path text = Files.writeString(folder.resolve("a.txt"), "not a PE at all");

        Transcript run = Transcript.of(folder, "verify", text, "--roots", rootPem());

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).contains(text + ": malformed", "because");
    }

    @Test
    void jsonIsOneDocumentForAllFilesAndTheWorstDecides() throws Exception {
        Path signed = signed();
        Path unsigned = folder.resolve("unsigned.sys");

        Transcript run = Transcript.of(folder, "verify", "--json", signed, unsigned, "--roots", rootPem());
        JsonNode files = run.json().path("files");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(files.findValuesAsText("verdict")).containsExactly("trusted", "not-signed");
        assertThat(files.get(0).path("findings")).isNotEmpty();
        assertThat(files.get(0).path("signatures").get(0).path("chain").get(0).asText())
                .contains("Test Publisher");
    }

    @Test
    void jsonIsOneDocumentForAnErrorToo() throws Exception {
        Transcript run = Transcript.of(folder, "verify", "--json", folder.resolve("missing.sys"))
                .fails(2);

        assertThat(run.json().path("error").asText()).contains("there is no file");
    }

    @Test
    void aRootsFileWithoutACertificateIsRefused() throws Exception {
        Path empty = Files.writeString(folder.resolve("empty.pem"), "");

        Transcript.of(folder, "verify", signed(), "--roots", empty).fails(2, "holds no certificate");
    }

    @Test
    void stripGivesTheSubmittedFileBack() throws Exception {
        Path stripped = folder.resolve("stripped.sys");

        Transcript run = Transcript.of(folder, "strip", signed(), "-o", stripped);

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).contains("the submitted file, bit by bit");
        assertThat(stripped).hasSameBinaryContentAs(folder.resolve("unsigned.sys"));
    }

    @Test
    void stripDoesNotWriteOverAFolder() throws Exception {
        Transcript.of(folder, "strip", signed(), "-o", "/").fails(2, "/ is a folder");
    }

    @Test
    void anEvidenceKeyThatIsNeitherRsaNorEcIsWrongUsage() throws Exception {
        Path signed = signed();
        Path pem = folder.resolve("ed25519.pem");
        Tool.named("openssl", "openssl")
                .run(
                        "req",
                        "-x509",
                        "-newkey",
                        "ed25519",
                        "-nodes",
                        "-subj",
                        "/CN=e",
                        "-keyout",
                        folder.resolve("k"),
                        "-out",
                        pem);
        Path record = Files.writeString(folder.resolve("r.jsonl"), "{}");

        Transcript.of(folder, "verify-provenance", signed, "--provenance", record, "--evidence", pem)
                .fails(2, pem.toString(), "signed with RSA or EC keys");
    }

    @Test
    void stripRefusesAFileWithoutASignatureAndWritesNothing() {
        Path unsigned = PeSample.plus().writeTo(folder.resolve("unsigned.sys"));
        Path stripped = folder.resolve("stripped.sys");

        Transcript.of(folder, "strip", unsigned, "-o", stripped).fails(1, "no signature");
        assertThat(stripped).doesNotExist();
    }
}

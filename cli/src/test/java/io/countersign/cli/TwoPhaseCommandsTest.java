package io.countersign.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.countersign.fixture.PeSample;
import io.countersign.fixture.Tool;
import io.countersign.home.Home;
import io.countersign.hsm.Ceremony;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Digest, sign-digest and attach with a key in a token. */
class TwoPhaseCommandsTest {
    private static final Path HOME = Path.of(System.getProperty("countersign.test.home"));

    @TempDir
    private Path folder;

    private Path driver;
    private Path tbs;
    private Path sig;
    private Path signed;

    @BeforeAll
    static void makeHome() throws Exception {
        Ceremony.run(new Home(HOME), line -> {});
    }

    @BeforeEach
    void name() {
        driver = PeSample.plus().overlay(5).checksum(9).writeTo(folder.resolve("driver.sys"));
        tbs = folder.resolve("driver.tbs");
        sig = folder.resolve("driver.sig");
        signed = folder.resolve("signed.sys");
    }

    @Test
    void aKeyInATokenMakesTheSameFileInTwoPhasesAsInOne() throws Exception {
        Path once = folder.resolve("once.sys");
        good("sign", driver, "-o", once, "--no-timestamp", "--digest", "sha384", "--description", "Hello");

        good("digest", driver, "-o", tbs, "--digest", "sha384", "--description", "Hello");
        good("sign-digest", tbs, "-o", sig, "--no-timestamp");
        good("attach", driver, sig, "-o", signed);

        assertThat(signed).hasSameBinaryContentAs(once);
    }

    @Test
    void theResultIsTimestampedAndOsslsigncodeAgrees() throws Exception {
        // Where the key is needs no file, where the file is needs no installation.
        Path nowhere = folder.resolve("nowhere");
        assertThat(Transcript.of(nowhere, "digest", driver, "-o", tbs).exitCode())
                .isZero();
        JsonNode told =
                Transcript.of(HOME, "sign-digest", tbs, "-o", sig, "--json").json();
        assertThat(told.path("timestamped").asBoolean()).isTrue();
        assertThat(told.path("fileSize").asLong()).isEqualTo(Files.size(driver));
        assertThat(Transcript.of(nowhere, "attach", driver, sig, "-o", signed).out())
                .contains(", timestamped");

        good("verify", signed);
        good("diff", driver, signed);
        Tool.Run run = Tool.named("osslsigncode", "osslsigncode")
                .run(
                        "verify",
                        "-ignore-crl",
                        "-CAfile",
                        HOME.resolve("pki/lab-root.pem"),
                        "-TSA-CAfile",
                        HOME.resolve("pki/lab-timestamp-root.pem"),
                        "-in",
                        signed);
        assertThat(run.exitCode()).as(run.output()).isZero();
    }

    @Test
    void whatToKnowBeforeRelyingOnTheSignatureIsInTheDocumentToo() throws Exception {
        good("digest", driver, "-o", tbs, "--rmc", "--url", "https://example.org/EGGA");
        good("sign-digest", tbs, "-o", sig, "--no-timestamp");

        Transcript run = Transcript.of(HOME, "attach", driver, sig, "-o", signed, "--json");

        String warning = run.json().path("warnings").path(0).asText();
        assertThat(warning).contains("“EGGA” stands outside the signed hashes");
        assertThat(run.err()).contains(warning);
    }

    @Test
    void whatIsNoToBeSignedFileOrNoSignatureIsRefusedAndNothingIsWritten() throws Exception {
        Transcript.of(HOME, "sign-digest", driver, "-o", sig).fails(1, "to-be-signed file");
        Files.write(tbs, new byte[] {0x30, 0});
        Transcript.of(HOME, "sign-digest", tbs, "-o", sig).fails(1, "no to-be-signed file");
        assertThat(sig).doesNotExist();
        Transcript.of(HOME, "attach", driver, tbs, "-o", signed).fails(1, "driver.tbs: the signature is not");
        good("digest", driver, "-o", tbs);
        good("sign-digest", tbs, "-o", sig, "--no-timestamp");
        Path other = PeSample.plus().overlay(6).writeTo(folder.resolve("other.sys"));
        Transcript.of(HOME, "attach", other, sig, "-o", signed).fails(1, "about another file");
        assertThat(signed).doesNotExist();
        Transcript.of(HOME, "sign-digest", tbs, "-o", sig, "--key", "evidence").fails(1, "not marked 'local: true'");
    }

    @Test
    void theKeyIsNotUsedWhereTheSignatureCannotGo() throws Exception {
        Path journal = HOME.resolve("log/key-use.jsonl");
        good("digest", driver, "-o", tbs);
        byte[] before = Files.exists(journal) ? Files.readAllBytes(journal) : new byte[0];

        Transcript.of(HOME, "sign-digest", tbs, "-o", "/nonexistent/x.sig").fails(2, "there is no folder /nonexistent");
        Transcript.of(HOME, "sign-digest", tbs, "-o", folder).fails(2, folder + " is a folder");
        Transcript.of(HOME, "digest", driver, "-o", folder + "/new/").fails(2, "there is no folder");
        assertThat(Files.exists(journal) ? Files.readAllBytes(journal) : new byte[0])
                .isEqualTo(before);
    }

    private static void good(Object... words) {
        Transcript run = Transcript.of(HOME, words);
        assertThat(run.exitCode()).as(run.err()).isZero();
    }
}

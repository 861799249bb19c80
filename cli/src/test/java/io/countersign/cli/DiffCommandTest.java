package io.countersign.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.countersign.fixture.PeSample;
import io.countersign.fixture.TestPki;
import io.countersign.sign.SignFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiffCommandTest {
    @TempDir
    private Path folder;

    private Path unsigned;
    private Path signed;

    @BeforeEach
    void sign() throws Exception {
        unsigned = PeSample.plus().overlay(5).writeTo(folder.resolve("driver.sys"));
        signed = folder.resolve("signed.sys");
        new SignFile(TestPki.root("Test Root"), Optional.empty()).sign(unsigned, signed, SignFile.Options.defaults());
    }

    @Test
    void aSignedFileIsProvenAndEachRangeNamed() throws Exception {
        Transcript run = Transcript.of(folder, "diff", unsigned, signed);

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out())
                .containsSubsequence(
                        "the same file, signed",
                        "checksum ",
                        "security directory entry ",
                        "padding ",
                        "3 bytes",
                        "certificate table ",
                        "all other " + (Files.size(unsigned) - 12) + " bytes are equal");
        JsonNode document =
                Transcript.of(folder, "diff", unsigned, signed, "--json").json();
        assertThat(document.path("proven").asBoolean()).isTrue();
        assertThat(document.findValuesAsText("name"))
                .containsExactly("checksum", "security directory entry", "padding", "certificate table");
        assertThat(document.has("difference")).isFalse();
    }

    @Test
    void anotherDifferenceEndsWithOneAndIsNamed() throws Exception {
        byte[] octets = Files.readAllBytes(signed);
        octets[0x234] ^= 1;
        Files.write(signed, octets);

        Transcript run = Transcript.of(folder, "diff", unsigned, signed);

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).contains("NOT the same file", "first other difference at 0x234, in section .text");
        Transcript json = Transcript.of(folder, "diff", unsigned, signed, "--json");
        assertThat(json.exitCode()).isEqualTo(1);
        assertThat(json.json().path("proven").asBoolean()).isFalse();
        assertThat(json.json().path("difference").path("offset").asInt()).isEqualTo(0x234);
    }

    @Test
    void theWrongOrderIsRefused() {
        Transcript.of(folder, "diff", signed, unsigned).fails(1, "driver.sys has no signature", "unsigned file first");
    }
}

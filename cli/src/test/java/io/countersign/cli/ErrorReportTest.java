package io.countersign.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ErrorReportTest {
    @TempDir
    private Path home;

    @Test
    void aProblemOfTheWholeConfigurationIsToldWithoutALine() throws IOException {
        Path file = Files.write(home.resolve("countersign.yaml"), new byte[] {(byte) 0xFF});

        Transcript.of(home, "hsm", "status").fails(2, "error: " + file + ": is not UTF-8 text; save it as UTF-8");
    }

    @Test
    void whatAMessageQuotesDoesNotSteerATerminal() {
        Transcript run = Transcript.of(home, "ca", "revoke", "12", "--reason", "\u001b[31mred\u0007\u202e");

        run.fails(2, "'?[31mred??' is no reason");
        assertThat(run.err()).doesNotContain("\u001b", "\u0007", "\u202e");
    }

    @Test
    void everyProblemOfAConfigurationHasALineOfItsOwn() throws IOException {
        Files.writeString(home.resolve("countersign.yaml"), "version: 1\nfirst: 1\nsecond: 2\n");

        Transcript run = Transcript.of(home, "hsm", "status");

        run.fails(2, "countersign.yaml:2: ", "countersign.yaml:3: ");
        assertThat(run.err().lines()).allMatch(line -> line.startsWith("countersign: "));
    }
}

package io.countersign.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code up} refuses before it makes or starts anything. */
class UpCommandTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "192.0.2.7"})
    void anAddressOthersCanReachNeedsHttps(String address) {
        Path home = folder.resolve("home");

        Transcript.of(home, "up", "--listen", address)
                .fails(
                        2,
                        "--listen " + address + " can be reached from other machines",
                        "--tls-certificate",
                        "--trusted-proxy")
                .saysNothingOnOut();
        assertThat(home).doesNotExist();
    }

    @Test
    void tlsFilesThatAreNotThereAreNamed() {
        Path home = folder.resolve("home");

        Transcript.of(home, "up", "--listen", "0.0.0.0", "--tls-certificate", "c.pem", "--tls-key", "k.pem")
                .fails(2, "there is no readable file c.pem");
        assertThat(home).doesNotExist();
    }

    @Test
    void aCertificateWithoutItsKeyIsRefused() {
        Transcript.of(folder, "up", "--tls-certificate", "c.pem").fails(2, "go together");
    }

    @Test
    void tlsAndAProxyExcludeEachOther() throws Exception {
        Path file = Files.writeString(folder.resolve("c.pem"), "");

        Transcript.of(folder, "up", "--tls-certificate", file, "--tls-key", file, "--trusted-proxy")
                .fails(2, "not in both");
    }
}

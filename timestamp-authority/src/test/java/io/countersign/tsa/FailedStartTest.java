package io.countersign.tsa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.quarkus.runtime.configuration.ConfigurationException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Quarkus prints the message of its ConfigurationException, without a stack trace, and exits with 1. */
class FailedStartTest {
    @TempDir
    private Path empty;

    @BeforeAll
    static void makeTheLabHome() {
        new LabHome().start();
    }

    @Test
    void anEmptyHomeIsToldWithTheFileThatIsMissing() {
        ConfigurationException failure = failure(empty, "lab");

        assertThat(failure)
                .hasNoCause()
                .hasMessageContainingAll(
                        "timestamp-authority: error: cannot start", empty.toString(), "countersign.yaml");
    }

    @Test
    void anAuthorityThatTheHomeDoesNotNameIsToldWithThoseItDoes() {
        ConfigurationException failure = failure(LabHome.home().root(), "elsewhere");

        assertThat(failure).hasNoCause().hasMessageContainingAll("\"elsewhere\"", "\"lab\"", "countersign.tsa");
    }

    private static ConfigurationException failure(Path home, String name) {
        Start start = new Start();
        start.home = Optional.of(home.toString());
        start.name = name;
        return catchThrowableOfType(ConfigurationException.class, () -> start.authority(MachineClock.SYSTEM));
    }
}

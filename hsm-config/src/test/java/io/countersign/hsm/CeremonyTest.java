package io.countersign.hsm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.home.Configuration;
import io.countersign.home.ConfigurationFile;
import io.countersign.home.Home;
import io.countersign.home.Identity;
import io.countersign.key.DigestAlgorithm;
import io.countersign.key.KeyUnavailable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The quick half: on the shared home and copies of it. What needs fresh keys is in {@link CeremonyKillTest}. */
class CeremonyTest {
    private static final List<String> ENTRIES =
            List.of("secrets", "pki", "tokens", "softhsm2.conf", "countersign.yaml");

    @TempDir
    Path folder;

    @Test
    void aWholeHomeIsLeftAloneAtOnce() throws Exception {
        Home home = LabHome.home();
        Map<String, String> before = contents(home);
        List<String> lines = new ArrayList<>();

        // The best of a few, since other builds may share the machine.
        Duration best = Duration.ofDays(1);
        for (int i = 0; i < 5; i++) {
            long start = System.nanoTime();
            assertThat(Ceremony.run(home, lines::add)).isFalse();
            Duration took = Duration.ofNanos(System.nanoTime() - start);
            best = took.compareTo(best) < 0 ? took : best;
        }

        assertThat(lines).isEmpty();
        assertThat(contents(home)).isEqualTo(before);
        assertThat(best).isLessThan(Duration.ofMillis(50));
    }

    @Test
    void secretsAndTokensAreTheOwnersAlone() throws Exception {
        Home home = LabHome.home();

        assertThat(mode(home.root())).isEqualTo("rwx------");
        assertThat(mode(home.secrets())).isEqualTo("rwx------");
        assertThat(mode(home.tokens())).isEqualTo("rwx------");
        for (Path root : List.of(home.secrets(), home.tokens())) {
            try (Stream<Path> files = Files.walk(root)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    assertThat(mode(file)).as(file.toString()).isEqualTo("rw-------");
                }
            }
        }
        assertThat(home.secrets())
                .isDirectoryContaining("glob:**countersign-ca.pin")
                .isDirectoryContaining("glob:**countersign-signing.pin")
                .isDirectoryContaining("glob:**countersign-status.pin")
                .isDirectoryContaining("glob:**countersign-timestamp.pin")
                .isDirectoryContaining("glob:**countersign-evidence.pin")
                .isDirectoryContaining("glob:**ci.token");
    }

    @Test
    void theFreshConfigurationIsTheLabs() throws Exception {
        Home home = LabHome.home();
        Configuration configuration = ConfigurationFile.read(home);

        assertThat(configuration.organization().slug()).isEqualTo("lab");
        assertThat(configuration.pkiBaseUrl()).hasToString("http://127.0.0.1:3161");
        assertThat(configuration.keys())
                .extracting(Configuration.Key::name)
                .containsExactly(
                        "publisher",
                        "tsa",
                        "evidence",
                        "root",
                        "ev-ca",
                        "timestamp-root",
                        "status",
                        "status-root",
                        "status-timestamp");
        assertThat(configuration.key("publisher").orElseThrow().local()).isTrue();
        assertThat(configuration.key("tsa").orElseThrow().local()).isFalse();
        assertThat(configuration.timestampAuthority("lab").orElseThrow().key()).contains("tsa");
        Configuration.Project project = configuration.project("hello-driver").orElseThrow();
        assertThat(project.policy("test-signing").orElseThrow().approvals()).isZero();
        assertThat(project.policy("release-signing").orElseThrow().approvals()).isEqualTo(1);
        assertThat(configuration.identities()).extracting(Identity::name).containsExactly("ci", "admin");
        for (Identity identity : configuration.identities()) {
            byte[] token = Files.readAllBytes(home.secrets().resolve(identity.name() + ".token"));
            assertThat(identity.tokenSha256())
                    .contains(DigestAlgorithm.SHA256.digest(token).value());
        }
    }

    /** As a kill between any two of the moves into place leaves it. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5})
    void aHomeKilledWhileItWasMovedIntoPlaceIsFinishedNotMadeAnew(int moved) throws Exception {
        Home home = HomeCopy.in(folder);
        Map<String, String> whole = contents(home);
        Path stage = Files.createDirectory(home.root().resolve(".ceremony-whole"));
        for (String entry : ENTRIES.subList(moved, ENTRIES.size())) {
            Files.move(home.root().resolve(entry), stage.resolve(entry));
        }

        assertThat(Ceremony.run(home, line -> {})).isTrue();

        assertThat(contents(home)).isEqualTo(whole);
        assertThat(Ceremony.run(home, line -> {})).isFalse();
    }

    @Test
    void tokensWithoutConfigurationAreNeverOverwritten() throws Exception {
        Home home = HomeCopy.in(folder);
        Files.delete(home.configuration());
        Map<String, String> before = contents(home);

        assertThatThrownBy(() -> Ceremony.run(home, line -> {}))
                .isInstanceOf(KeyUnavailable.class)
                .hasMessageContaining("has secrets and pki and tokens and softhsm2.conf but no countersign.yaml");
        assertThat(contents(home)).isEqualTo(before);
    }

    @Test
    void aConfigurationWhoseTokensAreGoneIsToldNotReplaced() throws Exception {
        Home home = HomeCopy.in(folder);
        Files.move(home.tokens(), folder.resolve("lost"));

        assertThatThrownBy(() -> Ceremony.run(home, line -> {}))
                .isInstanceOf(KeyUnavailable.class)
                .hasMessageContaining("its keys are gone");
        assertThat(home.tokens()).doesNotExist();
    }

    @Test
    void aFolderSoftHsmCannotNameIsRefusedBeforeAnythingIsMade() throws Exception {
        Home home = new Home(folder.resolve("home#1"));

        assertThatThrownBy(() -> Ceremony.run(home, line -> {}))
                .isInstanceOf(KeyUnavailable.class)
                .hasMessageContaining("'#'");
        assertThat(contents(home)).isEmpty();
    }

    private static String mode(Path path) throws Exception {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    /** Every file but the journal and the lock, with its digest. */
    private static Map<String, String> contents(Home home) throws Exception {
        TreeMap<String, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(home.root())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = home.root().relativize(file).toString();
                if (!name.startsWith("log/") && !name.equals(".ceremony-lock")) {
                    contents.put(
                            name,
                            DigestAlgorithm.SHA256
                                    .digest(Files.readAllBytes(file))
                                    .toString());
                }
            }
        }
        return contents;
    }
}

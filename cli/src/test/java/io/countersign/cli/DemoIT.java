package io.countersign.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.countersign.home.Home;
import io.countersign.hsm.Ceremony;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged command line with the packaged services. Skipped, saying so, where the services were not built before it. */
class DemoIT {
    private static final Path ROOT = Path.of(System.getProperty("countersign.root"));
    private static final Path HOME = Path.of(System.getProperty("countersign.test.home"));
    private static final Duration BOUND = Duration.ofMinutes(2);

    @TempDir
    private Path folder;

    @BeforeAll
    static void makeHome() throws Exception {
        for (String service : List.of("signer-service", "timestamp-authority")) {
            boolean built = Files.exists(ROOT.resolve(service).resolve("target/quarkus-app/quarkus-run.jar"));
            assumeTrue(built || System.getenv("CI") != null, service + " is not packaged; run the whole build");
        }
        Ceremony.run(new Home(HOME), line -> {});
    }

    @BeforeEach
    void nothingRuns() {
        assertThat(HOME.resolve("run/endpoints.json")).doesNotExist();
    }

    @Test
    void theDemoSignsVerifiesAndLeavesNothingRunningTwice() throws Exception {
        for (int run = 1; run <= 2; run++) {
            Transcript demo = finish(start("demo"));

            assertThat(demo.exitCode()).as(demo.out() + demo.err()).isZero();
            assertThat(demo.out())
                    .containsSubsequence("1. ", "2. ", "3. ", "Completed", "4. ", ": trusted", "7. ", "bit by bit")
                    .contains("install.ps1", "undo.ps1", "bcdedit /set testsigning off");
            assertThat(HOME.resolve("run/endpoints.json")).doesNotExist();
        }
        assertThat(HOME.resolve("demo/hello.stripped.sys"))
                .hasSameBinaryContentAs(ROOT.resolve("samples/hello-driver/prebuilt/hello.sys"));
        JsonNode verdict =
                new ObjectMapper().readTree(HOME.resolve("demo/verdict.json").toFile());
        assertThat(verdict.findValuesAsText("verdict")).containsExactly("trusted");
    }

    @Test
    void upServesUntilItIsToldToStopAndStopsWhatItStarted() throws Exception {
        Process up = start("up", "--port", "0", "--tsa-port", "0");
        try {
            waitFor(up, HOME.resolve("run/endpoints.json"));
            List<ProcessHandle> services = up.children().toList();
            assertThat(services).hasSize(2);
            assertNoSecretsShow(services);

            Path driver =
                    Files.copy(ROOT.resolve("samples/hello-driver/prebuilt/hello.sys"), folder.resolve("hello.sys"));
            Transcript submitted =
                    Transcript.of(HOME, "submit", driver, "--project", "hello-driver", "--policy", "test-signing");
            assertThat(submitted.exitCode()).as(submitted.err()).isZero();
            String said = Files.readString(folder.resolve("out.txt"));
            assertThat(said)
                    .containsPattern("sign in at +http://127\\.0\\.0\\.1:[0-9]+/ui\\R")
                    .contains("with the token in    " + HOME.resolve("secrets/admin.token"));
            assertThat(said.contains(Files.readString(HOME.resolve("secrets/admin.token"))
                            .strip()))
                    .isFalse();
            assertThat(Transcript.of(HOME, "verify", folder.resolve("hello.signed.sys"))
                            .exitCode())
                    .isZero();
            assertThat(Transcript.of(
                                    HOME,
                                    "verify-provenance",
                                    folder.resolve("hello.signed.sys"),
                                    "--provenance",
                                    folder.resolve("hello.signed.sys.intoto.jsonl"))
                            .exitCode())
                    .isZero();
            Transcript.of(HOME, "up", "--port", "0", "--tsa-port", "0").fails(1, "run already");

            up.destroy();
            assertThat(up.waitFor(BOUND.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(services).noneMatch(ProcessHandle::isAlive);
            assertThat(HOME.resolve("run/endpoints.json")).doesNotExist();
        } finally {
            up.destroy();
            up.waitFor();
        }
    }

    @Test
    void aServiceThatDiesEndsUpWithThreeAndItsLastLines() throws Exception {
        Process up = start("up", "--port", "0", "--tsa-port", "0");
        waitFor(up, HOME.resolve("run/endpoints.json"));
        List<ProcessHandle> services = up.children().toList();

        services.get(0).destroyForcibly();

        finish(up).fails(3, "service ended with exit code 137; the last lines of");
        assertThat(services).noneMatch(ProcessHandle::isAlive);
    }

    /** Neither the arguments nor the environment of a service hold a PIN or a token. */
    private static void assertNoSecretsShow(List<ProcessHandle> services) throws IOException {
        assumeTrue(Files.isDirectory(Path.of("/proc/self")), "only Linux shows the environment of other processes");
        try (Stream<Path> files = Files.list(HOME.resolve("secrets"))) {
            for (Path file : files.toList()) {
                String secret = Files.readAllLines(file).get(0);
                assertThat(secret).hasSizeGreaterThan(5);
                for (ProcessHandle service : services) {
                    Path proc = Path.of("/proc", Long.toString(service.pid()));
                    String shown = Files.readString(proc.resolve("cmdline"), StandardCharsets.ISO_8859_1)
                            + Files.readString(proc.resolve("environ"), StandardCharsets.ISO_8859_1);
                    // Compared without AssertJ's strings: a failure must not print an environment into a log.
                    assertThat(shown.contains("quarkus-run.jar") && shown.contains("COUNTERSIGN_HOME="))
                            .isTrue();
                    assertThat(shown.contains(secret))
                            .as("%s shows in %s", file, proc)
                            .isFalse();
                }
            }
        }
    }

    private Process start(String... words) throws IOException {
        Path jar;
        try (Stream<Path> files = Files.list(ROOT.resolve("cli/target"))) {
            jar = files.filter(f -> f.toString().endsWith("-all.jar"))
                    .findFirst()
                    .orElseThrow();
        }
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-jar", jar.toString()));
        command.addAll(List.of(words));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(folder.resolve("out.txt").toFile())
                .redirectError(folder.resolve("err.txt").toFile());
        builder.environment().put("COUNTERSIGN_HOME", HOME.toString());
        builder.environment().put("COUNTERSIGN_ROOT", ROOT.toString());
        builder.environment().put("COUNTERSIGN_DIST", ROOT.toString());
        builder.environment().put("SOFTHSM2_CONF", HOME.resolve("softhsm2.conf").toString());
        return builder.start();
    }

    private Transcript finish(Process process) throws IOException, InterruptedException {
        if (!process.waitFor(BOUND.toSeconds(), TimeUnit.SECONDS)) {
            process.destroy();
            throw new AssertionError("not done in " + BOUND);
        }
        return new Transcript(
                process.exitValue(),
                Files.readString(folder.resolve("out.txt"), StandardCharsets.UTF_8),
                Files.readString(folder.resolve("err.txt"), StandardCharsets.UTF_8));
    }

    private void waitFor(Process up, Path file) throws IOException, InterruptedException {
        long end = System.nanoTime() + BOUND.toNanos();
        while (!Files.exists(file)) {
            assertThat(up.isAlive())
                    .as(Files.readString(folder.resolve("err.txt")))
                    .isTrue();
            assertThat(System.nanoTime()).isLessThan(end);
            Thread.sleep(50);
        }
    }
}

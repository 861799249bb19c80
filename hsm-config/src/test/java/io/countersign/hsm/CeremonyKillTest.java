package io.countersign.hsm;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.home.Home;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One fresh home, made through kills, by two at once, under observation: fresh keys cost seconds, so it is one test. */
@Tag("any-jdk")
class CeremonyKillTest {
    /** What the ceremony says just before the moments it is killed at: making tokens, making keys, certifying, moving. */
    private static final List<String> MOMENTS = List.of("token countersign-evidence", "key ");

    private static final int SAMPLE_MILLIS = 40;
    private static final int MAX_SAMPLE_BYTES = 1 << 16;

    @TempDir
    Path folder;

    @Test
    void killedAtAnyMomentItIsWholeAfterTheNextRunAndNoSecretShowsInAnyProcess() throws Exception {
        Home home = new Home(folder.resolve("fresh"));
        for (String moment : MOMENTS) {
            killAt(home, moment);
            assertThat(home.configuration()).doesNotExist();
            assertThat(home.tokens()).doesNotExist();
        }

        Sampler sampler = new Sampler();
        Thread sampling = new Thread(sampler);
        sampling.start();
        JavaProcess first = JavaProcess.start(CeremonyProbe.class, home.root().toString());
        JavaProcess second = JavaProcess.start(CeremonyProbe.class, home.root().toString());
        String outputs = first.output() + second.output();
        sampler.stop.set(true);
        sampling.join();

        assertThat(outputs).containsOnlyOnce("made true").containsOnlyOnce("made false");
        try (Stream<Path> left = Files.list(home.root())) {
            assertThat(left.map(p -> p.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            ".ceremony-lock", "countersign.yaml", "log", "pki", "secrets", "softhsm2.conf", "tokens");
        }
        assertThat(JavaProcess.start(KeyProbe.class, home.root().toString(), "1")
                        .output())
                .isEqualToIgnoringNewLines("signed");
        assertThat(sampler.seen).anyMatch(text -> text.contains(TokenMakerProcess.class.getName()));
        assertThat(sampler.seen).anyMatch(text -> text.contains(SoftHsm.ENVIRONMENT + "=" + home.root()));
        try (Stream<Path> secrets = Files.list(home.secrets())) {
            for (Path secret : secrets.toList()) {
                String value = Files.readString(secret);
                assertThat(value).hasSizeGreaterThan(20);
                assertThat(sampler.seen).as(secret.toString()).noneMatch(text -> text.contains(value));
                assertThat(outputs).doesNotContain(value);
            }
        }
    }

    private static void killAt(Home home, String moment) throws Exception {
        Process process =
                JavaProcess.command(CeremonyProbe.class, home.root().toString()).start();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String line = lines.readLine();
            while (line != null && !line.startsWith(moment)) {
                line = lines.readLine();
            }
            assertThat(line).as("the ceremony reached '%s'", moment).isNotNull();
            List<ProcessHandle> children = process.descendants().toList();
            process.destroyForcibly().waitFor();
            assertThat(children).isNotEmpty();
            for (ProcessHandle child : children) {
                child.onExit().get(20, TimeUnit.SECONDS); // It ends with its parent.
            }
        }
    }

    /** Collects the argv and environment of every process of this machine. */
    private static final class Sampler implements Runnable {
        private final Set<String> seen = ConcurrentHashMap.newKeySet();
        private final AtomicBoolean stop = new AtomicBoolean();

        @Override
        public void run() {
            while (!stop.get()) {
                ProcessHandle.allProcesses().forEach(p -> {
                    Path proc = Path.of("/proc", Long.toString(p.pid()));
                    read(proc.resolve("cmdline"));
                    read(proc.resolve("environ"));
                });
                try {
                    Thread.sleep(SAMPLE_MILLIS);
                } catch (InterruptedException e) {
                    return;
                }
            }
        }

        private void read(Path file) {
            try (var in = Files.newInputStream(file)) {
                seen.add(new String(in.readNBytes(MAX_SAMPLE_BYTES), StandardCharsets.UTF_8));
            } catch (IOException e) {
                // The process has ended, or is another user's: nothing to see either way.
            }
        }
    }
}

package io.countersign.cli.process;

import io.countersign.home.Home;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** One service as a child of this process. Nothing secret is in its arguments: it finds PINs and tokens in the home. */
final class ServiceProcess {
    private static final Duration GRACE = Duration.ofSeconds(10);
    private static final int TAIL_BYTES = 16 << 10;
    private static final int TAIL_LINES = 12;

    /** Small, and quick to start: with the quick compiler alone the signer is ready in half the time. */
    private static final List<String> JVM = List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx256m");

    private final String name;
    private final Path log;
    private final Process process;

    private ServiceProcess(String name, Path log, Process process) {
        this.name = name;
        this.log = log;
        this.process = process;
    }

    /**
     * Starts a service of the same Java as this process.
     *
     * @param name names its log, {@code log/NAME.log}; the log of the run before is kept as {@code NAME.log.1}
     * @param settings system properties, none of them secret: arguments can be read by everybody on the machine
     */
    static ServiceProcess start(String name, Path jar, Home home, Map<String, String> settings) throws IOException {
        Files.createDirectories(home.log());
        Path log = home.log().resolve(name + ".log");
        if (Files.exists(log)) {
            Files.move(log, home.log().resolve(name + ".log.1"), StandardCopyOption.REPLACE_EXISTING);
        }
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JVM);
        settings.forEach((key, value) -> command.add("-D" + key + "=" + value));
        command.add("-jar");
        command.add(jar.toString());
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().put("COUNTERSIGN_HOME", home.root().toString());
        builder.environment()
                .put("SOFTHSM2_CONF", home.root().resolve("softhsm2.conf").toString());
        return new ServiceProcess(name, log, builder.start());
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Waits for its end, at most this long; true if it ended. */
    boolean await(Duration time) throws InterruptedException {
        return process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Says that it ended or is not ready, with the last lines of its log. */
    ServiceFailed failure() throws IOException {
        String state = isAlive() ? "is not ready" : "ended with exit code " + process.exitValue();
        return new ServiceFailed("the " + name + " service " + state + "; the last lines of " + log + ":"
                + System.lineSeparator() + tail());
    }

    private String tail() throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            file.seek(Math.max(0, file.length() - TAIL_BYTES));
            byte[] octets = new byte[TAIL_BYTES];
            int length = Math.max(0, file.read(octets));
            List<String> lines = new String(octets, 0, length, StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            return lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()).stream()
                    .map(line -> "  " + line)
                    .collect(Collectors.joining(System.lineSeparator()));
        }
    }

    /** Asks it to end, and ends it if it does not within ten seconds. */
    void stop() {
        process.destroy();
        try {
            if (!await(GRACE)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}

package io.countersign.docker;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The Docker engine of this machine, if one answers. */
final class Engine {
    private Engine() {}

    /** Skips the test, saying why, where no engine answers; fails it where COUNTERSIGN_REQUIRE_ENGINE=true demands one. */
    static void require() throws IOException, InterruptedException {
        Output version = run(List.of("docker", "version", "--format", "{{.Server.APIVersion}}"), 30);
        if (version.exitCode() == 0) {
            // docker-java asks for 1.44 unless told otherwise, which Debian's engine (1.41) refuses.
            System.setProperty("api.version", version.text().strip());
            return;
        }
        String reason = "the container test needs a Docker engine, and none answers: "
                + version.text().lines().reduce((first, last) -> last).orElse("docker is not installed")
                + " (docker/engine.sh start starts one)";
        if ("true".equals(System.getenv("COUNTERSIGN_REQUIRE_ENGINE"))) {
            throw new AssertionError(reason + "; COUNTERSIGN_REQUIRE_ENGINE=true allows no skip");
        }
        System.err.println("SKIPPED: " + reason);
        abort(reason);
    }

    /** A program's exit code and what it printed on either stream. */
    record Output(int exitCode, String text) {}

    /** Runs a program from the top of the repository; 127 where there is no such program. */
    static Output run(List<String> command, long seconds) throws IOException, InterruptedException {
        Path log = Files.createTempFile("countersign-it-", ".log");
        try {
            Process process;
            try {
                process = new ProcessBuilder(command)
                        .directory(
                                Path.of(System.getProperty("countersign.root")).toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
            } catch (IOException e) {
                return new Output(127, command.get(0) + " is not installed");
            }
            if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException(command + " took longer than " + seconds + " s");
            }
            return new Output(process.exitValue(), Files.readString(log, StandardCharsets.UTF_8));
        } finally {
            Files.delete(log);
        }
    }
}

package io.countersign.cli;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A program of the machine, found on PATH, run once with a bound on its time. */
record OutsideProgram(Path executable) {
    private static final Duration TIME = Duration.ofSeconds(30);

    /** What it printed on either stream, and what it ended with; -1 if it was stopped for taking too long. */
    record Result(int exitCode, String text) {}

    static Optional<OutsideProgram> find(Shell shell, String name) {
        for (String folder : shell.variable("PATH").orElse("").split(File.pathSeparator, -1)) {
            Path candidate = Path.of(folder.isEmpty() ? "." : folder, name);
            if (Files.isExecutable(candidate) && Files.isRegularFile(candidate)) {
                return Optional.of(new OutsideProgram(candidate));
            }
        }
        return Optional.empty();
    }

    Result run(List<String> arguments) throws IOException, InterruptedException {
        Path text = Files.createTempFile("countersign-", ".txt");
        try {
            List<String> command = new ArrayList<>(arguments);
            command.add(0, executable.toString());
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(text.toFile())
                    .start();
            process.getOutputStream().close();
            boolean ended = process.waitFor(TIME.toMillis(), TimeUnit.MILLISECONDS);
            if (!ended) {
                process.destroyForcibly();
            }
            return new Result(
                    ended ? process.exitValue() : -1, new String(Files.readAllBytes(text), StandardCharsets.UTF_8));
        } finally {
            Files.delete(text);
        }
    }
}

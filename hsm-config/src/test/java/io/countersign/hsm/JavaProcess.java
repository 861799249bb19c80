package io.countersign.hsm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A Java process of ours with the tests' class path: SoftHSM has one home a process, so another home needs another. Its output
 * goes to a file, since reading a pipe to its end would wait for a process that hangs.
 */
record JavaProcess(Process process, Path printed) {
    private static final int PATIENCE_SECONDS = 240;

    static JavaProcess start(Class<?> main, String... arguments) throws IOException {
        Path printed = Files.createTempFile("java-process-", ".out");
        return new JavaProcess(
                command(main, arguments).redirectOutput(printed.toFile()).start(), printed);
    }

    static ProcessBuilder command(Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))));
        command.addAll(TokenMakerProcess.nativeAccess());
        command.add(main.getName());
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().remove(SoftHsm.ENVIRONMENT);
        return builder;
    }

    /** What the process has printed when it has ended, on either stream. Once. */
    String output() throws IOException, InterruptedException {
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException("still running after " + PATIENCE_SECONDS + " s: " + Files.readString(printed));
            }
            return Files.readString(printed);
        } finally {
            Files.delete(printed);
        }
    }
}

package io.countersign.hsm;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A Java process of ours with the tests' class path: SoftHSM has one home a process, so another home needs another. */
final class JavaProcess {
    private static final int PATIENCE_SECONDS = 240;

    private JavaProcess() {}

    static Process start(Class<?> main, String... arguments) throws IOException {
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
        return builder.start();
    }

    /** What the process prints until it ends. */
    static String output(Process process) throws IOException, InterruptedException {
        try (var in = process.getInputStream()) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException("still running after " + PATIENCE_SECONDS + " s: " + text);
            }
            return text;
        }
    }

    /** Runs another tool and gives what it prints, on either stream. */
    static String tool(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        return output(process);
    }
}

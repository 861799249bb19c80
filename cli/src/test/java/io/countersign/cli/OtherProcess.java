package io.countersign.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Command lines for a home whose tokens are its own: SoftHSM has one configuration a process, and that of the tests is for the home
 * they share. It ends with its standard input.
 */
final class OtherProcess implements Closeable {
    private static final String SEPARATOR = "\t";

    private final Process process;
    private final BufferedWriter lines;
    private final BufferedReader answers;

    private OtherProcess(Process process) {
        this.process = process;
        this.lines = process.outputWriter(StandardCharsets.UTF_8);
        this.answers = process.inputReader(StandardCharsets.UTF_8);
    }

    static OtherProcess in(Path home) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))));
        if (Runtime.version().feature() >= 22) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.addAll(List.of(OtherProcess.class.getName(), home.toString()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().remove("SOFTHSM2_CONF");
        return new OtherProcess(builder.start());
    }

    Transcript run(Object... arguments) throws IOException {
        return new ObjectMapper().readValue(answer("", arguments), Transcript.class);
    }

    /** The process is gone as soon as standard error has these words, with no more ado than under kill -9. */
    void diesAt(String words, Object... arguments) throws IOException, InterruptedException {
        String answer = answer(words, arguments);
        if (answer != null) {
            throw new AssertionError("'" + words + "' was never said: " + answer);
        }
        process.waitFor();
    }

    private String answer(String end, Object... arguments) throws IOException {
        List<String> words = new ArrayList<>(List.of(end));
        Arrays.stream(arguments).map(Object::toString).forEach(words::add);
        lines.write(String.join(SEPARATOR, words) + "\n");
        lines.flush();
        return answers.readLine();
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
    }

    /** The other side. */
    public static void main(String[] arguments) throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] words = line.split(SEPARATOR, -1);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            ByteArrayOutputStream err = new ByteArrayOutputStream() {
                @Override
                public synchronized void write(byte[] octets, int offset, int length) {
                    super.write(octets, offset, length);
                    if (!words[0].isEmpty() && toString(StandardCharsets.UTF_8).contains(words[0])) {
                        Runtime.getRuntime().halt(1);
                    }
                }
            };
            int exitCode = Countersign.run(
                    new Shell(
                            Map.of("COUNTERSIGN_HOME", arguments[0]),
                            new PrintStream(out, true, StandardCharsets.UTF_8),
                            new PrintStream(err, true, StandardCharsets.UTF_8)),
                    Arrays.copyOfRange(words, 1, words.length));
            System.out.println(new ObjectMapper()
                    .writeValueAsString(new Transcript(
                            exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8))));
        }
    }
}

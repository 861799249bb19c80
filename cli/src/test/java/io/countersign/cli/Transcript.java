package io.countersign.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** One run of the command line: how it ended and what it said on each stream. */
record Transcript(int exitCode, String out, String err) {

    /** Runs in this process with COUNTERSIGN_HOME as given and nothing else in the environment but what is added. */
    static Transcript of(Path home, Map<String, String> more, Object... arguments) {
        Map<String, String> environment = new HashMap<>(more);
        environment.put("COUNTERSIGN_HOME", home.toString());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        String[] words = new String[arguments.length];
        for (int i = 0; i < words.length; i++) {
            words[i] = arguments[i].toString();
        }
        int exitCode = Countersign.run(
                new Shell(
                        environment,
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8)),
                words);
        return new Transcript(exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    static Transcript of(Path home, Object... arguments) {
        return of(home, Map.of(), arguments);
    }

    /** Asserts an error in our form, on standard error only, without a stack trace. */
    Transcript fails(int code, String... words) {
        assertThat(exitCode).as(err).isEqualTo(code);
        assertThat(err).contains("countersign: error: ").doesNotContain("\tat ").doesNotContain("java.");
        for (String word : words) {
            assertThat(err).contains(word);
        }
        return this;
    }

    Transcript saysNothingOnOut() {
        assertThat(out).isEmpty();
        return this;
    }

    /** Asserts that standard output is exactly one JSON document, and gives it. */
    JsonNode json() throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        try (JsonParser parser = mapper.createParser(out)) {
            JsonNode document = mapper.readTree(parser);
            assertThat(parser.nextToken()).as("nothing after the document").isNull();
            return document;
        }
    }
}

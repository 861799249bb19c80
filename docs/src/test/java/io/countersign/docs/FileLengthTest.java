package io.countersign.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A file that no longer fits in one's head is split on the day it grows, not years later. */
class FileLengthTest {
    private static final int MOST_LINES = 400;
    /** The Maven wrapper, as Apache Maven generates it. */
    private static final Path NOT_WRITTEN_HERE = Repository.ROOT.resolve("mvnw");

    @Test
    void noSourceFileIsLongerThan400Lines() throws IOException {
        List<Path> sources = Repository.files(FileLengthTest::isSource);
        Map<Path, Integer> tooLong = new TreeMap<>();
        for (Path source : sources) {
            int lines = Files.readAllLines(source, StandardCharsets.UTF_8).size();
            if (lines > MOST_LINES) {
                tooLong.put(Repository.ROOT.relativize(source), lines);
            }
        }
        assertThat(sources).as("the search finds this very test").anyMatch(p -> p.endsWith("FileLengthTest.java"));
        assertThat(tooLong).as("files of more than %d lines", MOST_LINES).isEmpty();
    }

    private static boolean isSource(Path file) {
        String name = file.getFileName().toString();
        return !file.equals(NOT_WRITTEN_HERE)
                && (name.endsWith(".java") || name.endsWith(".sh") || (!name.contains(".") && isShellScript(file)));
    }

    private static boolean isShellScript(Path file) {
        // Latin-1 reads any file; only the first line counts.
        try (BufferedReader reader = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
            char[] start = new char[32];
            int length = reader.read(start);
            return length > 0 && new String(start, 0, length).matches("(?s)#!\\S*(/env )?\\S*sh\\b.*");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}

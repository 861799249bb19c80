package io.countersign.hsm;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.countersign.home.Home;
import io.countersign.key.Digest;
import io.countersign.key.KeyUnavailable;
import io.countersign.key.SignatureAlgorithm;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * {@code log/key-use.jsonl}: one line for each use of a key, on the disk before the use. A line without a signature that
 * anybody knows is possible (a crash in between); a signature without a line is not. Any number of threads and processes append
 * to it, and it may be moved away at any time, as {@link DurableLines} says; a line may then be in both files. Safe for
 * several threads.
 */
final class KeyUseJournal {
    private static final JsonFactory JSON = new JsonFactory();

    private final Path file;
    private final DurableLines lines;
    private final Clock clock = Clock.systemUTC();

    KeyUseJournal(Home home) {
        this.file = home.log().resolve("key-use.jsonl");
        this.lines = new DurableLines(file);
    }

    /** Records a use that is about to happen; returns once the line is on the disk. */
    void append(String key, KeyPurpose purpose, SignatureAlgorithm algorithm, Digest digest) throws KeyUnavailable {
        try {
            lines.append(line(clock.instant(), key, purpose, algorithm, digest));
        } catch (IOException e) {
            throw KeyUnavailable.forNow(
                    "the use of key '" + key + "' could not be recorded in " + file + " (" + e.getMessage()
                            + "), so the key was not used; make room on the disk and the file writable",
                    e);
        }
    }

    private static byte[] line(
            Instant time, String key, KeyPurpose purpose, SignatureAlgorithm algorithm, Digest digest)
            throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(line)) {
            json.writeStartObject();
            json.writeStringField("time", time.truncatedTo(ChronoUnit.MILLIS).toString());
            json.writeStringField("key", key);
            json.writeStringField("purpose", purpose.name());
            json.writeStringField("algorithm", algorithm.jcaName());
            json.writeStringField("digest", digest.toString());
            json.writeNumberField("pid", ProcessHandle.current().pid());
            json.writeEndObject();
        }
        line.write('\n');
        return line.toByteArray();
    }
}

package io.countersign.hsm;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.countersign.file.Durable;
import io.countersign.home.Home;
import io.countersign.key.Digest;
import io.countersign.key.KeyUnavailable;
import io.countersign.key.SignatureAlgorithm;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * {@code log/key-use.jsonl}: one line for each use of a key, on the disk before the use. A line without a signature that
 * anybody knows is possible (a crash in between); a signature without a line is not. Any number of threads and processes append
 * to it: O_APPEND and one write a line keep the lines whole. The file is opened for each line, so it may be moved away at any
 * time.
 */
final class KeyUseJournal {
    private static final JsonFactory JSON = new JsonFactory();

    private final Path file;
    private final Clock clock = Clock.systemUTC();

    /**
     * The names of file and folder are on the disk, else the lines could vanish with them. That the file exists does not say
     * so: who made it may have been killed before it came to that.
     */
    private volatile boolean named;

    KeyUseJournal(Home home) {
        this.file = home.log().resolve("key-use.jsonl");
    }

    /** Records a use that is about to happen; returns once the line is on the disk. */
    void append(String key, KeyPurpose purpose, SignatureAlgorithm algorithm, Digest digest) throws KeyUnavailable {
        try {
            byte[] line = line(clock.instant(), key, purpose, algorithm, digest);
            Files.createDirectories(file.getParent());
            boolean isNew = Files.notExists(file);
            ByteBuffer buffer = ByteBuffer.wrap(endsTorn() ? prefixed(line) : line);
            try (FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
                channel.write(buffer);
                if (buffer.hasRemaining()) {
                    throw new IOException(
                            "only " + buffer.position() + " of " + buffer.limit() + " bytes were written");
                }
                channel.force(false);
            }
            if (isNew || !named) {
                Durable.folder(file.getParent());
                Durable.folder(file.getParent().getParent());
                named = true;
            }
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

    /** True where a power loss or a full disk has left half a line: the next must not be glued to it. */
    private boolean endsTorn() throws IOException {
        if (!Files.exists(file)) {
            return false;
        }
        try (SeekableByteChannel channel = Files.newByteChannel(file)) {
            ByteBuffer last = ByteBuffer.allocate(1);
            return channel.size() > 0 && channel.position(channel.size() - 1).read(last) == 1 && last.get(0) != '\n';
        }
    }

    private static byte[] prefixed(byte[] line) {
        return ByteBuffer.allocate(line.length + 1).put((byte) '\n').put(line).array();
    }
}

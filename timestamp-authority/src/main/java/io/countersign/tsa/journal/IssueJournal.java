package io.countersign.tsa.journal;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import io.countersign.file.FileInPlace;
import io.countersign.timestamp.TimestampAnswer;
import io.countersign.timestamp.TimestampAnswer.Issued;
import io.countersign.timestamp.TimestampAnswer.Rejected;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;

/**
 * {@code timestamps-DAY.jsonl}, a file a day (UTC): one JSON object in ASCII for each answer, so that nothing a client sends can
 * look like a line of its own. What was issued is also in the archive, which is the durable record; lines here are the operating
 * system's to write to the disk. Safe for several threads; several processes may append to one folder.
 */
public final class IssueJournal implements AutoCloseable {
    private static final JsonFactory JSON =
            JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();
    private static final String PREFIX = "timestamps-";
    private static final String SUFFIX = ".jsonl";

    private final Path folder;
    private Path current;
    private FileInPlace place;
    private FileChannel file;

    /** Writes nothing yet. */
    public IssueJournal(Path folder) {
        this.folder = folder;
    }

    /**
     * Writes the line of an answer.
     *
     * @param time of the answer by the machine's clock, believed or not
     * @param remote who asked, an address
     * @throws IOException if it was not written
     */
    public void append(Instant time, String remote, TimestampAnswer answer) throws IOException {
        ByteBuffer line = ByteBuffer.wrap(line(time, remote, answer));
        synchronized (this) {
            Path path = folder.resolve(PREFIX + LocalDate.ofInstant(time, ZoneOffset.UTC) + SUFFIX);
            try {
                FileChannel today = opened(path);
                today.write(line);
                if (line.hasRemaining()) {
                    throw new IOException("only " + line.position() + " of " + line.limit() + " bytes were written");
                }
            } catch (IOException e) {
                close(); // The next line opens it again, and sees whether half a line is at the end.
                throw e;
            }
        }
    }

    /** Again where it is another day's, or the file was removed or moved away. */
    private FileChannel opened(Path path) throws IOException {
        if (file == null || !path.equals(current) || !place.holds()) {
            close();
            Files.createDirectories(folder);
            file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            current = path;
            place = FileInPlace.of(path);
            if (endsWithinALine(path)) {
                file.write(ByteBuffer.wrap(new byte[] {'\n'}));
            }
        }
        return file;
    }

    /** As a full disk leaves it. */
    private static boolean endsWithinALine(Path path) throws IOException {
        try (FileChannel content = FileChannel.open(path, StandardOpenOption.READ)) {
            ByteBuffer last = ByteBuffer.allocate(1);
            return content.size() > 0 && content.read(last, content.size() - 1) == 1 && last.get(0) != '\n';
        }
    }

    private static byte[] line(Instant time, String remote, TimestampAnswer answer) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(384);
        try (JsonGenerator json = JSON.createGenerator(line)) {
            json.writeStartObject();
            json.writeStringField("time", time.truncatedTo(ChronoUnit.MILLIS).toString());
            json.writeStringField("remote", remote);
            if (answer instanceof Issued issued) {
                json.writeStringField("outcome", "issued");
                json.writeStringField("serial", issued.serialNumber().toString(16));
                json.writeStringField("genTime", issued.genTime().toString());
                json.writeStringField("policy", issued.policy());
                json.writeStringField("imprint", issued.imprint().toString());
            } else if (answer instanceof Rejected rejected) {
                json.writeStringField("outcome", rejected.refusal().toString());
                json.writeStringField("text", rejected.text());
            }
            json.writeEndObject();
        }
        line.write('\n');
        return line.toByteArray();
    }

    /**
     * Removes the files of days before the given one.
     *
     * @return how many
     */
    public int removeBefore(LocalDate first) throws IOException {
        int removed = 0;
        if (Files.isDirectory(folder)) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, PREFIX + "*" + SUFFIX)) {
                for (Path each : files) {
                    if (dayOf(each).isBefore(first)) {
                        Files.delete(each);
                        removed++;
                    }
                }
            }
        }
        return removed;
    }

    /** A file that is none of ours is of no day that ends. */
    private static LocalDate dayOf(Path file) {
        String name = file.getFileName().toString();
        try {
            return LocalDate.parse(name.substring(PREFIX.length(), name.length() - SUFFIX.length()));
        } catch (DateTimeException e) {
            return LocalDate.MAX;
        }
    }

    @Override
    public synchronized void close() throws IOException {
        if (file != null) {
            file.close();
            file = null;
        }
    }
}

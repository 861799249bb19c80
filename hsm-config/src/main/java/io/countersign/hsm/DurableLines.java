package io.countersign.hsm;

import io.countersign.file.Durable;
import io.countersign.file.FileInPlace;
import java.io.ByteArrayOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Lines at the end of a file, each on the disk before the call that brought it returns. While some are on their way to the disk,
 * those of other threads gather and go together next: one write and one force for all of them. Any number of threads, and of
 * processes beside this one, append; O_APPEND and whole lines in each write keep the lines whole.
 *
 * <p>The file may be moved away or removed at any time, and lines go to a new one from then on. A line counts as written only
 * if its file was still in its place after the force; else it is written again to the new one. So it may be in both files, but
 * it is never in none that was to be kept. What may not be done is to cut the file short in its place.
 */
final class DurableLines {
    /** Written at once: within what Java's streams hand to the system in one call. */
    private static final int WRITE_BYTES = 32 * 1024;

    private final Path file;
    private Batch gathering = new Batch();
    private boolean writing;

    /** Only the thread that writes touches it. */
    private OpenFile open;

    DurableLines(Path file) {
        this.file = file;
    }

    /** Lines that go together. */
    private static final class Batch {
        private final List<byte[]> lines = new ArrayList<>();
        private boolean done;
        private IOException failure;
    }

    /**
     * Appends a line, which ends in a line feed; returns once it is on the disk. An interrupt is kept for later: what others
     * wait for must not fail because of it.
     *
     * @throws IOException if it may not be on the disk
     */
    void append(byte[] line) throws IOException {
        Batch batch = turn(line);
        if (!batch.done) {
            boolean interrupted = Thread.interrupted();
            IOException failure = null;
            try {
                write(batch.lines);
            } catch (IOException e) {
                failure = e;
            } catch (RuntimeException | Error e) {
                failure = new IOException("the lines could not be written", e);
            } finally {
                finished(batch, failure);
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        if (batch.failure != null) {
            // A new one each: threads must not share an exception.
            throw new IOException(batch.failure.getMessage(), batch.failure);
        }
    }

    /** Waits until the line was written, or until it is this thread's turn to write it and those that came with it. */
    private synchronized Batch turn(byte[] line) {
        Batch batch = gathering;
        batch.lines.add(line);
        boolean interrupted = false;
        while (writing && !batch.done) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (!batch.done) {
            writing = true;
            gathering = new Batch();
        }
        return batch;
    }

    private synchronized void finished(Batch batch, IOException failure) {
        batch.failure = failure;
        batch.done = true;
        writing = false;
        notifyAll();
    }

    private void write(List<byte[]> lines) throws IOException {
        try {
            do {
                while (open == null || !open.isInPlace()) {
                    reopen();
                }
                open.write(lines);
            } while (!open.isInPlace());
        } catch (IOException e) {
            // After a failed force the system may have dropped what was to be written: that file handle is not asked
            // again.
            close();
            throw e;
        }
    }

    private void reopen() throws IOException {
        close();
        Files.createDirectories(file.getParent());
        open = new OpenFile(file);
        // The names of file and folder must be on the disk too, else the lines could vanish with them. That they exist
        // does
        // not say so: who made them may have been killed before it came to that.
        Durable.folder(file.getParent());
        Durable.folder(file.getParent().getParent());
    }

    private void close() throws IOException {
        if (open != null) {
            OpenFile closing = open;
            open = null;
            closing.close();
        }
    }

    /** By streams: an interrupt would close a channel. */
    private static final class OpenFile {
        private final FileOutputStream end;
        private final RandomAccessFile content;
        private final FileInPlace place;

        /** Its place is taken before it is opened: where the name means that file afterwards as well, that is what was opened. */
        OpenFile(Path path) throws IOException {
            new FileOutputStream(path.toFile(), true).close();
            this.place = FileInPlace.of(path);
            this.end = new FileOutputStream(path.toFile(), true);
            try {
                // Not for reading alone: that would fail where the file was moved away in between.
                this.content = new RandomAccessFile(path.toFile(), "rw");
            } catch (IOException e) {
                end.close();
                throw e;
            }
        }

        void write(List<byte[]> lines) throws IOException {
            ByteArrayOutputStream octets = new ByteArrayOutputStream();
            if (endsTorn()) {
                octets.write('\n');
            }
            for (byte[] line : lines) {
                if (octets.size() + line.length > WRITE_BYTES) {
                    end.write(octets.toByteArray());
                    octets.reset();
                }
                octets.write(line, 0, line.length);
            }
            end.write(octets.toByteArray());
            end.getFD().sync();
        }

        /** True where a power loss or a full disk has left half a line: the next must not be glued to it. */
        private boolean endsTorn() throws IOException {
            long length = content.length();
            if (length == 0) {
                return false;
            }
            content.seek(length - 1);
            return content.read() != '\n';
        }

        /** Whether the file that is open has still the name it was opened by. */
        boolean isInPlace() throws IOException {
            return place.holds();
        }

        void close() throws IOException {
            content.close();
            end.close();
        }
    }
}

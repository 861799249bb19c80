package io.countersign.pe;

import io.countersign.key.Bytes;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;

/** Random access to octets that do not change meanwhile. Safe for several threads. */
public interface ByteSource extends Closeable {
    long size();

    /**
     * Fills the buffer's remaining space from this position.
     *
     * @throws EOFException if the source ends before the buffer is full
     */
    void read(long position, ByteBuffer into) throws IOException;

    @Override
    default void close() throws IOException {}

    /**
     * The file at this path, held open until closed.
     *
     * @throws IOException if it cannot be opened, or is a pipe or device, which opening would wait for
     */
    static ByteSource open(Path path) throws IOException {
        if (Files.readAttributes(path, BasicFileAttributes.class).isOther()) {
            throw new FileSystemException(path.toString(), null, "a pipe, a socket or a device, wanted a file");
        }
        FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
        return new ByteSource() {
            private final long size = channel.size();

            @Override
            public long size() {
                return size;
            }

            @Override
            public void read(long position, ByteBuffer into) throws IOException {
                long at = position;
                while (into.hasRemaining()) {
                    int n = channel.read(into, at);
                    if (n < 0) {
                        throw new EOFException(path + " ends at " + at + ", it had " + size + " bytes when opened");
                    }
                    at += n;
                }
            }

            @Override
            public void close() throws IOException {
                channel.close();
            }
        };
    }

    /** Octets in memory. */
    static ByteSource of(Bytes bytes) {
        byte[] octets = bytes.toByteArray();
        return new ByteSource() {
            @Override
            public long size() {
                return octets.length;
            }

            @Override
            public void read(long position, ByteBuffer into) throws IOException {
                if (position < 0 || position > octets.length - into.remaining()) {
                    throw new EOFException(
                            "wanted " + into.remaining() + " bytes at " + position + " of " + octets.length);
                }
                into.put(octets, (int) position, into.remaining());
            }
        };
    }
}

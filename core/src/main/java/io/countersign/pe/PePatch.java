package io.countersign.pe;

import io.countersign.key.Bytes;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.List;

/** Changes to a file as values: what is taken out where, and what is put there instead. */
public record PePatch(List<Replacement> replacements) {
    private static final int BLOCK = 1 << 18;

    /** {@code removed} octets at {@code offset} of the old file give way to {@code inserted}. */
    public record Replacement(long offset, long removed, Bytes inserted) {}

    /**
     * @throws IllegalArgumentException if replacements overlap or are out of order
     */
    public PePatch {
        replacements = List.copyOf(replacements);
        long end = 0;
        for (Replacement r : replacements) {
            if (r.offset() < end) {
                throw new IllegalArgumentException(
                        "replacement at " + r.offset() + " overlaps one that ends at " + end);
            }
            end = r.offset() + r.removed();
        }
    }

    /** Writes the changed file, reading the old one block by block. */
    public void apply(ByteSource old, WritableByteChannel out) throws IOException {
        long at = 0;
        for (Replacement r : replacements) {
            copy(old, at, r.offset(), out);
            write(out, r.inserted().asBuffer());
            at = r.offset() + r.removed();
        }
        copy(old, at, old.size(), out);
    }

    /** Makes the changes in the file itself; what stands behind a replacement of another length is moved. */
    public void applyTo(FileChannel file) throws IOException {
        // The last one first: what comes before it stands where the old file had it.
        for (int i = replacements.size() - 1; i >= 0; i--) {
            Replacement r = replacements.get(i);
            move(file, r.offset() + r.removed(), r.offset() + r.inserted().size());
            file.position(r.offset());
            write(file, r.inserted().asBuffer());
        }
    }

    /** Moves everything from an offset to the end, in blocks that are read before they are written over. */
    private static void move(FileChannel file, long from, long to) throws IOException {
        long length = file.size() - from;
        ByteBuffer block = ByteBuffer.allocate((int) Math.min(BLOCK, from == to ? 0 : length));
        for (long done = 0; from != to && done < length; done += block.limit()) {
            block.clear().limit((int) Math.min(BLOCK, length - done));
            long at = to < from ? done : length - done - block.limit();
            while (block.hasRemaining()) {
                if (file.read(block, from + at + block.position()) < 0) {
                    throw new EOFException("the file became shorter while it was changed");
                }
            }
            file.position(to + at);
            write(file, block.flip());
        }
        file.truncate(to + length);
    }

    private static void copy(ByteSource old, long from, long to, WritableByteChannel out) throws IOException {
        ByteBuffer block = ByteBuffer.allocate((int) Math.min(BLOCK, Math.max(0, to - from)));
        for (long at = from; at < to; at += block.limit()) {
            block.clear().limit((int) Math.min(block.capacity(), to - at));
            old.read(at, block);
            write(out, block.flip());
        }
    }

    private static void write(WritableByteChannel out, ByteBuffer octets) throws IOException {
        while (octets.hasRemaining()) {
            out.write(octets);
        }
    }

    /** Collects replacements in order of offset. */
    static final class Builder {
        private final List<Replacement> replacements = new ArrayList<>();

        Builder replace(ByteRange old, ByteBuffer inserted) {
            byte[] octets = new byte[inserted.remaining()];
            inserted.duplicate().get(octets);
            return replace(old, Bytes.taking(octets));
        }

        Builder replace(ByteRange old, Bytes inserted) {
            replacements.add(new Replacement(old.offset(), old.length(), inserted));
            return this;
        }

        PePatch build() {
            return new PePatch(replacements);
        }
    }
}

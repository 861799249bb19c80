package io.countersign.pe;

import io.countersign.key.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
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
            write(out, ByteBuffer.wrap(r.inserted().toByteArray()));
            at = r.offset() + r.removed();
        }
        copy(old, at, old.size(), out);
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
            replacements.add(new Replacement(old.offset(), old.length(), Bytes.of(octets)));
            return this;
        }

        PePatch build() {
            return new PePatch(replacements);
        }
    }
}

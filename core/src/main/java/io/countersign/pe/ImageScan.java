package io.countersign.pe;

import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What one pass over a PE file yields. The file is read once, in blocks, whatever its size. Immutable once made. */
public final class ImageScan {
    private static final int BLOCK = 1 << 18;

    private final ByteSource source;
    private final Map<DigestAlgorithm, MessageDigest> running = new EnumMap<>(DigestAlgorithm.class);
    private final MessageDigest flat = DigestAlgorithm.SHA256.newMessageDigest();
    private final ByteBuffer block = ByteBuffer.allocate(BLOCK);
    private final WordSum content = new WordSum();
    private final WordSum afterTable = new WordSum();
    private final WordSum holes = new WordSum();

    private final Map<DigestAlgorithm, Digest> imageDigests = new EnumMap<>(DigestAlgorithm.class);
    private final Digest sha256;
    private final int checksum;
    private final long contentSize;

    private ImageScan(PeImage image, ByteSource source, Set<DigestAlgorithm> algorithms) throws IOException {
        this.source = source;
        algorithms.forEach(a -> running.put(a, a.newMessageDigest()));
        ByteRange table = image.certificateTable().orElse(new ByteRange(image.size(), 0));
        List<ByteRange> fields =
                image.securityEntry().map(e -> List.of(image.checksum(), e)).orElse(List.of(image.checksum()));
        long at = 0;
        for (ByteRange field : fields) {
            covered(at, field.offset(), 0, content);
            // The checksum counts its own field as zero.
            uncovered(field, field.equals(image.checksum()) ? Optional.empty() : Optional.of(holes));
            at = field.end();
        }
        covered(at, table.offset(), 0, content);
        uncovered(table, Optional.of(holes));
        // Summed as if the table's length were even, as that of every table we write is.
        covered(table.end(), image.size(), table.length() & 1, afterTable);
        if (image.certificateTable().isEmpty()) {
            running.values().forEach(d -> d.update(new byte[padding(image.size())]));
        }
        running.forEach((a, d) -> imageDigests.put(a, new Digest(a, Bytes.of(d.digest()))));
        sha256 = new Digest(DigestAlgorithm.SHA256, Bytes.of(flat.digest()));
        contentSize = image.size() - table.length();
        checksum = new WordSum()
                .add(content)
                .add(holes)
                .add((table.length() & 1) == 1 ? afterTable.movedByOddDistance() : afterTable)
                .checksum(image.size());
    }

    /** Reads the whole file once. */
    public static ImageScan of(PeImage image, ByteSource source, Set<DigestAlgorithm> algorithms) throws IOException {
        return new ImageScan(image, source, algorithms);
    }

    /**
     * The Authenticode image digest: over the file minus its checksum, security directory entry and certificate table. An
     * unsigned file is padded with zero octets to a multiple of 8, as signing will pad it.
     *
     * @throws IllegalArgumentException if it was not asked for
     */
    public Digest imageDigest(DigestAlgorithm algorithm) {
        Digest digest = imageDigests.get(algorithm);
        if (digest == null) {
            throw new IllegalArgumentException("the scan made " + imageDigests.keySet() + ", not " + algorithm);
        }
        return digest;
    }

    /** Of the file as it is. */
    public Digest sha256() {
        return sha256;
    }

    /** What the CheckSum field should hold for the file as it is; unsigned 32 bits. */
    public long checksum() {
        return Integer.toUnsignedLong(checksum);
    }

    /** What the CheckSum field should hold once the certificate table and its directory entry are gone; unsigned 32 bits. */
    public long checksumWithoutTable() {
        return Integer.toUnsignedLong(contentSum().checksum(contentSize));
    }

    /** The words of everything but the two header fields and the certificate table, as they add up once a new table is in. */
    WordSum contentSum() {
        return new WordSum().add(content).add(afterTable);
    }

    /** Zero octets that bring an unsigned file to the 8-byte boundary where its certificate table will start. */
    static int padding(long size) {
        return (int) (-size & 7);
    }

    private interface Block {
        void accept(long offset, ByteBuffer octets);
    }

    private void covered(long from, long to, long parityShift, WordSum sum) throws IOException {
        each(from, to, (offset, octets) -> {
            flat.update(octets.duplicate());
            running.values().forEach(d -> d.update(octets.duplicate()));
            sum.add(offset + parityShift, octets);
        });
    }

    private void uncovered(ByteRange range, Optional<WordSum> sum) throws IOException {
        each(range.offset(), range.end(), (offset, octets) -> {
            flat.update(octets.duplicate());
            sum.ifPresent(s -> s.add(offset, octets));
        });
    }

    private void each(long from, long to, Block consumer) throws IOException {
        for (long at = from; at < to; at += block.limit()) {
            block.clear().limit((int) Math.min(BLOCK, to - at));
            source.read(at, block);
            consumer.accept(at, block.flip());
        }
    }
}

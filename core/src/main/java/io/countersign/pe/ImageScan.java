package io.countersign.pe;

import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.security.MessageDigest;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** What one pass over a PE file yields. The file is read once, in blocks, whatever its size. Immutable once made. */
public final class ImageScan {
    private final ByteSource source;
    private final Optional<WritableByteChannel> copy;
    private final Map<DigestAlgorithm, MessageDigest> ofImage = new EnumMap<>(DigestAlgorithm.class);
    private final List<MessageDigest> covering;
    private final List<MessageDigest> flat;
    private final WordSum content = new WordSum();
    private final WordSum afterTable = new WordSum();
    private final WordSum holes = new WordSum();

    private final Map<DigestAlgorithm, Digest> imageDigests = new EnumMap<>(DigestAlgorithm.class);
    private final Optional<Digest> sha256;
    private final int checksum;
    private final long contentSize;

    private ImageScan(
            PeImage image,
            ByteSource source,
            Set<DigestAlgorithm> algorithms,
            boolean whole,
            Optional<WritableByteChannel> copy)
            throws IOException {
        this.source = source;
        this.copy = copy;
        algorithms.forEach(a -> ofImage.put(a, a.newMessageDigest()));
        flat = whole ? List.of(DigestAlgorithm.SHA256.newMessageDigest()) : List.of();
        covering = Stream.concat(ofImage.values().stream(), flat.stream()).toList();
        try (DigestLanes lanes = new DigestLanes(covering, image.size())) {
            read(image, lanes);
            lanes.finish();
        }
        if (image.certificateTable().isEmpty()) {
            ofImage.values().forEach(d -> d.update(new byte[padding(image.size())]));
        }
        ofImage.forEach((a, d) -> imageDigests.put(a, new Digest(a, Bytes.of(d.digest()))));
        sha256 = flat.stream()
                .map(d -> new Digest(DigestAlgorithm.SHA256, Bytes.of(d.digest())))
                .findFirst();
        long table = image.certificateTable().map(ByteRange::length).orElse(0L);
        contentSize = image.size() - table;
        checksum = new WordSum()
                .add(content)
                .add(holes)
                .add((table & 1) == 1 ? afterTable.movedByOddDistance() : afterTable)
                .checksum(image.size());
    }

    /** Reads the whole file once. */
    public static ImageScan of(PeImage image, ByteSource source, Set<DigestAlgorithm> algorithms) throws IOException {
        return new ImageScan(image, source, algorithms, true, Optional.empty());
    }

    /** The same without {@link #sha256}, for whoever does not need it: it costs as much as an image digest. */
    public static ImageScan withoutSha256(PeImage image, ByteSource source, Set<DigestAlgorithm> algorithms)
            throws IOException {
        return new ImageScan(image, source, algorithms, false, Optional.empty());
    }

    /**
     * Reads the whole file once and copies it on the way: the octets that are digested are those that are written, even if
     * somebody changes the file meanwhile.
     */
    public static ImageScan copying(
            PeImage image, ByteSource source, Set<DigestAlgorithm> algorithms, WritableByteChannel copy)
            throws IOException {
        return new ImageScan(image, source, algorithms, true, Optional.of(copy));
    }

    private void read(PeImage image, DigestLanes lanes) throws IOException {
        ByteRange table = image.certificateTable().orElse(new ByteRange(image.size(), 0));
        List<ByteRange> fields =
                image.securityEntry().map(e -> List.of(image.checksum(), e)).orElse(List.of(image.checksum()));
        long at = 0;
        for (ByteRange field : fields) {
            covered(at, field.offset(), 0, content, lanes);
            // The checksum counts its own field as zero.
            uncovered(field, field.equals(image.checksum()) ? Optional.empty() : Optional.of(holes), lanes);
            at = field.end();
        }
        covered(at, table.offset(), 0, content, lanes);
        uncovered(table, Optional.of(holes), lanes);
        // Summed as if the table's length were even, as that of every table we write is.
        covered(table.end(), image.size(), table.length() & 1, afterTable, lanes);
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

    /**
     * Of the file as it is.
     *
     * @throws IllegalStateException if the scan was made without it
     */
    public Digest sha256() {
        return sha256.orElseThrow(() -> new IllegalStateException("the scan was made without the file's SHA-256"));
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

    private void covered(long from, long to, long parityShift, WordSum sum, DigestLanes lanes) throws IOException {
        each(from, to, parityShift, Optional.of(sum), covering, lanes);
    }

    private void uncovered(ByteRange range, Optional<WordSum> sum, DigestLanes lanes) throws IOException {
        each(range.offset(), range.end(), 0, sum, flat, lanes);
    }

    private void each(
            long from, long to, long parityShift, Optional<WordSum> sum, List<MessageDigest> by, DigestLanes lanes)
            throws IOException {
        long at = from;
        while (at < to) {
            ByteBuffer block = lanes.block();
            block.limit((int) Math.min(block.capacity(), to - at));
            source.read(at, block);
            lanes.digest(block.flip(), by);
            if (sum.isPresent()) {
                sum.get().add(at + parityShift, block);
            }
            at += block.limit();
            if (copy.isPresent()) {
                while (block.hasRemaining()) {
                    copy.get().write(block);
                }
            }
        }
    }
}

package io.countersign.catalog;

import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import io.countersign.pe.ByteSource;
import io.countersign.pe.ImageScan;
import io.countersign.pe.MalformedPe;
import io.countersign.pe.PeImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;

/**
 * The digests a catalog may know a file by. A PE file is hashed as Authenticode does, so that signing it does not change its
 * digest; other files whole.
 *
 * @param whole of all octets
 * @param image of the PE image; empty if the file is none
 * @param signed true for a PE file with a certificate table
 * @param flaw what is wrong with a file that starts as a PE file does and is none
 * @param cabinet true for a cabinet, which Windows hashes in its own way
 */
record FileDigests(
        Map<DigestAlgorithm, Digest> whole,
        Map<DigestAlgorithm, Digest> image,
        boolean signed,
        Optional<String> flaw,
        boolean cabinet) {
    private static final int BLOCK = 1 << 18;
    private static final EnumSet<DigestAlgorithm> ALGORITHMS = EnumSet.of(DigestAlgorithm.SHA1, DigestAlgorithm.SHA256);

    static FileDigests of(Path file) throws IOException {
        try (ByteSource source = ByteSource.open(file)) {
            Map<DigestAlgorithm, Digest> whole = whole(source);
            if (!startsWith(source, "MZ")) {
                return new FileDigests(whole, Map.of(), false, Optional.empty(), startsWith(source, "MSCF"));
            }
            try {
                PeImage image = PeImage.parse(source);
                ImageScan scan = ImageScan.withoutSha256(image, source, ALGORITHMS);
                Map<DigestAlgorithm, Digest> digests = new EnumMap<>(DigestAlgorithm.class);
                ALGORITHMS.forEach(a -> digests.put(a, scan.imageDigest(a)));
                boolean signed = image.certificateTable().isPresent();
                return new FileDigests(whole, digests, signed, Optional.empty(), false);
            } catch (MalformedPe e) {
                return new FileDigests(whole, Map.of(), false, Optional.of(e.getMessage()), false);
            }
        }
    }

    boolean isImage() {
        return !image.isEmpty();
    }

    /** What a catalog should hold of the file. */
    Digest member(DigestAlgorithm algorithm) {
        return isImage() ? image.get(algorithm) : whole.get(algorithm);
    }

    private static Map<DigestAlgorithm, Digest> whole(ByteSource source) throws IOException {
        Map<DigestAlgorithm, MessageDigest> running = new EnumMap<>(DigestAlgorithm.class);
        ALGORITHMS.forEach(a -> running.put(a, a.newMessageDigest()));
        ByteBuffer block = ByteBuffer.allocate(BLOCK);
        long size = source.size();
        for (long at = 0; at < size; at += block.limit()) {
            block.clear().limit((int) Math.min(BLOCK, size - at));
            source.read(at, block);
            block.flip();
            running.values().forEach(d -> d.update(block.duplicate()));
        }
        Map<DigestAlgorithm, Digest> digests = new EnumMap<>(DigestAlgorithm.class);
        running.forEach((a, d) -> digests.put(a, new Digest(a, Bytes.of(d.digest()))));
        return digests;
    }

    private static boolean startsWith(ByteSource source, String magic) throws IOException {
        if (source.size() < magic.length()) {
            return false;
        }
        ByteBuffer start = ByteBuffer.allocate(magic.length());
        source.read(0, start);
        for (int i = 0; i < magic.length(); i++) {
            if (start.get(i) != magic.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}

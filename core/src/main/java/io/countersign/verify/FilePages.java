package io.countersign.verify;

import io.countersign.key.DigestAlgorithm;
import io.countersign.pe.ByteSource;
import io.countersign.pe.MalformedPe;
import io.countersign.pe.PageHashes;
import io.countersign.pe.PeImage;
import java.io.IOException;
import java.util.Optional;

/**
 * The page hashes of a file as it is.
 *
 * @param hashes empty if it is not known what this file's pages are
 * @param obstacle why
 */
public record FilePages(Optional<PageHashes> hashes, String obstacle) {
    static FilePages of(PeImage image, ByteSource source, DigestAlgorithm algorithm) throws IOException {
        try {
            return new FilePages(Optional.of(PageHashes.of(image, source, algorithm)), "");
        } catch (MalformedPe e) {
            return new FilePages(Optional.empty(), e.getMessage());
        }
    }
}

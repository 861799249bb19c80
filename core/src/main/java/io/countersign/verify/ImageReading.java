package io.countersign.verify;

import io.countersign.cms.AuthenticodeSignature;
import io.countersign.cms.EmbeddedSignature;
import io.countersign.cms.MalformedSignature;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import io.countersign.pe.ByteSource;
import io.countersign.pe.ImageScan;
import io.countersign.pe.MalformedPe;
import io.countersign.pe.PageHashes;
import io.countersign.pe.PeImage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What reading a PE file yields for all who judge it, so that it is read once whatever their number. Immutable.
 *
 * @param image its headers
 * @param scan with the image digests of its signatures' algorithms, and those asked for
 * @param sha256 of the whole file; always of one without a signature that can be read
 * @param embedded its signature; empty if it has none, or none that can be read
 * @param flaw why the certificate table that is there cannot be read; empty if it can, or if there is none
 * @param pages its own page hashes, for each kind that a signature has
 */
public record ImageReading(
        PeImage image,
        ImageScan scan,
        Optional<Digest> sha256,
        Optional<EmbeddedSignature> embedded,
        Optional<String> flaw,
        Map<DigestAlgorithm, FilePages> pages) {
    public ImageReading {
        pages = Map.copyOf(pages);
    }

    /**
     * Reads the file once, and once more for each kind of page hashes in its signatures.
     *
     * @param others image digests to make beside those the signatures need
     * @param sha256 whether that of a signed file is wanted, which costs as much as an image digest
     * @throws MalformedPe if its headers are not those of a PE file
     */
    public static ImageReading of(ByteSource source, Set<DigestAlgorithm> others, boolean sha256)
            throws IOException, MalformedPe {
        PeImage image = PeImage.parse(source);
        Optional<EmbeddedSignature> embedded = Optional.empty();
        Optional<String> flaw = Optional.empty();
        try {
            embedded = EmbeddedSignature.read(image, source);
        } catch (MalformedPe | MalformedSignature e) {
            flaw = Optional.of(e.getMessage());
        }
        List<AuthenticodeSignature> signatures = signatures(embedded);
        Set<DigestAlgorithm> algorithms = EnumSet.noneOf(DigestAlgorithm.class);
        algorithms.addAll(others);
        signatures.forEach(s -> algorithms.add(s.imageDigest().algorithm()));

        // Once for all signatures: a hostile file may nest many.
        Map<DigestAlgorithm, FilePages> pages = new EnumMap<>(DigestAlgorithm.class);
        for (AuthenticodeSignature signature : signatures) {
            DigestAlgorithm kind =
                    signature.pageHashes().map(PageHashes::algorithm).orElse(null);
            if (kind != null && !pages.containsKey(kind)) {
                pages.put(kind, FilePages.of(image, source, kind));
            }
        }
        if (sha256 || signatures.isEmpty()) {
            ImageScan scan = ImageScan.of(image, source, algorithms);
            return new ImageReading(image, scan, Optional.of(scan.sha256()), embedded, flaw, pages);
        }
        ImageScan scan = ImageScan.withoutSha256(image, source, algorithms);
        return new ImageReading(image, scan, Optional.empty(), embedded, flaw, pages);
    }

    /** The primary signature, then those nested in it; none in an unsigned file. */
    public List<AuthenticodeSignature> signatures() {
        return signatures(embedded);
    }

    private static List<AuthenticodeSignature> signatures(Optional<EmbeddedSignature> embedded) {
        List<AuthenticodeSignature> all = new ArrayList<>();
        embedded.map(EmbeddedSignature::signature).ifPresent(primary -> {
            all.add(primary);
            all.addAll(primary.nested());
        });
        return all;
    }
}

package io.countersign.sign;

import io.countersign.cms.AuthenticodeSignature;
import io.countersign.cms.EmbeddedSignature;
import io.countersign.cms.MalformedSignature;
import io.countersign.file.AtomicFile;
import io.countersign.key.Digest;
import io.countersign.pe.ByteSource;
import io.countersign.pe.ImageScan;
import io.countersign.pe.MalformedPe;
import io.countersign.pe.PageHashes;
import io.countersign.pe.PeImage;
import io.countersign.pe.PePatch;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;

/**
 * Reads what was written before anybody else can: the file must be the submitted one but for the signature, which the equal
 * image digest proves, and the signature must be the one that was made.
 */
final class OutputCheck {
    private final AuthenticodeSignature expected;
    private final Digest expectedDigest;
    private final Optional<PageHashes> expectedPages;
    private Digest imageDigest;
    private Digest sha256;

    OutputCheck(AuthenticodeSignature expected, Digest expectedDigest, Optional<PageHashes> expectedPages) {
        this.expected = expected;
        this.expectedDigest = expectedDigest;
        this.expectedPages = expectedPages;
    }

    /**
     * Applies the patch; the output appears only if it is what it must be.
     *
     * @throws IllegalStateException if it is not
     */
    void write(PePatch patch, ByteSource source, Path output) throws IOException {
        AtomicFile.write(output, temporary -> {
            try (FileChannel out = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                patch.apply(source, out);
            }
            accept(temporary);
        });
    }

    /**
     * @throws IllegalStateException if the output is not what it must be, which would be a fault of ours or of the disk
     */
    private void accept(Path written) throws IOException {
        try (ByteSource source = ByteSource.open(written)) {
            PeImage image = PeImage.parse(source);
            ImageScan scan = ImageScan.of(image, source, Set.of(expectedDigest.algorithm()));
            imageDigest = scan.imageDigest(expectedDigest.algorithm());
            sha256 = scan.sha256();
            Optional<EmbeddedSignature> read = EmbeddedSignature.read(image, source);
            require(
                    imageDigest.equals(expectedDigest),
                    "its image digest is " + imageDigest + ", signed was " + expectedDigest);
            require(
                    read.isPresent() && read.get().signature().encoded().equals(expected.encoded()),
                    "the signature in it is not the one that was made");
            if (expectedPages.isPresent()) {
                PageHashes pages =
                        PageHashes.of(image, source, expectedPages.get().algorithm());
                require(pages.equals(expectedPages.get()), "its pages are not those that were hashed");
            }
            require(image.storedChecksum() == scan.checksum(), "its CheckSum is wrong");
        } catch (MalformedPe | MalformedSignature e) {
            throw new IllegalStateException("the signed file is malformed and was not kept: " + e.getMessage(), e);
        }
    }

    Digest imageDigest() {
        return imageDigest;
    }

    Digest sha256() {
        return sha256;
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new IllegalStateException("the signed file was not kept: " + otherwise);
        }
    }
}

package io.countersign.sign;

import io.countersign.cms.AuthenticodeSignature;
import io.countersign.cms.EmbeddedSignature;
import io.countersign.cms.MalformedSignature;
import io.countersign.key.Digest;
import io.countersign.pe.ByteSource;
import io.countersign.pe.ImageScan;
import io.countersign.pe.MalformedPe;
import io.countersign.pe.PeImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * Reads what was written before anybody else can: the file must be the submitted one but for the signature, which the equal
 * image digest proves, and the signature must be the one that was made.
 */
final class OutputCheck {
    private final AuthenticodeSignature expected;
    private final Digest expectedDigest;
    private Digest imageDigest;
    private Digest sha256;

    OutputCheck(AuthenticodeSignature expected, Digest expectedDigest) {
        this.expected = expected;
        this.expectedDigest = expectedDigest;
    }

    /**
     * @throws IllegalStateException if the output is not what it must be, which would be a fault of ours or of the disk
     */
    void accept(Path written) throws IOException {
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

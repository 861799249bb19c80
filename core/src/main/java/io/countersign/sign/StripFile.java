package io.countersign.sign;

import io.countersign.cms.EmbeddedSignature;
import io.countersign.cms.MalformedSignature;
import io.countersign.cms.SourceImage;
import io.countersign.key.DigestAlgorithm;
import io.countersign.pe.ByteSource;
import io.countersign.pe.ImageScan;
import io.countersign.pe.MalformedPe;
import io.countersign.pe.PeImage;
import io.countersign.pe.PePatch;
import io.countersign.pe.SignaturePatches;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.EnumSet;
import java.util.Optional;

/** Takes signatures away again. */
public final class StripFile {
    private StripFile() {}

    /** What stripping gave. */
    public enum Result {
        /** The file is the submitted one bit by bit: our signer had noted its length and CheckSum. */
        RESTORED,
        /** Somebody else signed it: up to 7 zero octets at the end may be padding, and the CheckSum is computed anew. */
        LENGTH_AND_CHECKSUM_UNKNOWN
    }

    /**
     * Writes the file without its certificate table; the output appears whole or not at all, and may be the input itself.
     *
     * @throws UnacceptableFile if the input is no PE, is malformed or is not signed
     */
    public static Result strip(Path input, Path output) throws IOException, UnacceptableFile {
        try (ByteSource source = ByteSource.open(input)) {
            PeImage image = PeImage.parse(source);
            EmbeddedSignature embedded = EmbeddedSignature.read(image, source)
                    .orElseThrow(() -> new UnacceptableFile("the file has no signature to take away"));
            long tableStart = image.certificateTable().orElseThrow().offset();
            // The note is not signed, so it may say anything: believe it only where it can be true.
            Optional<SourceImage> before = embedded.signature()
                    .sourceImage()
                    .filter(note -> image.certificateTable().orElseThrow().end() == image.size());
            if (before.isPresent() && !isPadding(source, before.get().length(), tableStart)) {
                before = Optional.empty();
            }
            long length = before.map(SourceImage::length).orElse(tableStart);
            long checkSum = before.isPresent()
                    ? before.get().checkSum()
                    : ImageScan.of(image, source, EnumSet.noneOf(DigestAlgorithm.class))
                            .checksumWithoutTable();
            PePatch patch = SignaturePatches.detach(image, length, (int) checkSum);
            AtomicFile.write(output, temporary -> {
                try (FileChannel out = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                    patch.apply(source, out);
                }
            });
            return before.isPresent() ? Result.RESTORED : Result.LENGTH_AND_CHECKSUM_UNKNOWN;
        } catch (MalformedPe | MalformedSignature e) {
            throw new UnacceptableFile(e.getMessage(), e);
        }
    }

    private static boolean isPadding(ByteSource source, long from, long to) throws IOException {
        if (from > to || to - from > 7) {
            return false;
        }
        ByteBuffer between = ByteBuffer.allocate((int) (to - from));
        source.read(from, between);
        return between.flip().equals(ByteBuffer.allocate(between.limit()));
    }
}

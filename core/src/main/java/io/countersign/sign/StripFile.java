package io.countersign.sign;

import io.countersign.cms.EmbeddedSignature;
import io.countersign.cms.MalformedSignature;
import io.countersign.cms.SourceImage;
import io.countersign.file.AtomicFile;
import io.countersign.format.FileFormat;
import io.countersign.format.MalformedFile;
import io.countersign.format.SignableFile;
import io.countersign.key.Bytes;
import io.countersign.key.Digest;
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
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;

/** Takes signatures away again. */
public final class StripFile {
    private StripFile() {}

    /** What stripping gave. */
    public enum Result {
        /** The file has the length, CheckSum and SHA-256 that our signer noted of the submitted one. */
        RESTORED,
        /** Somebody else signed it: up to 7 zero octets at the end may be padding, and the CheckSum is computed anew. */
        LENGTH_AND_CHECKSUM_UNKNOWN,
        /** No PE file: every part but the signature is as it was; how the container was laid out before is not known. */
        PARTS_KEPT
    }

    /**
     * Writes the file without its signature; the output appears whole or not at all, and may be the input itself.
     *
     * @throws UnacceptableFile if the input is of no known format, is malformed or is not signed
     */
    public static Result strip(Path input, Path output) throws IOException, UnacceptableFile {
        FileFormat format = Formats.of(input);
        return switch (format) {
            case PE -> stripImage(input, output);
            case CATALOG ->
                throw new UnacceptableFile(
                        "a catalog has its signature around it; 'countersign catalog create' makes one"
                                + " without, 'countersign sign --replace' signs it anew");
            default -> stripCopy(input, format, output);
        };
    }

    private static Result stripCopy(Path input, FileFormat format, Path output) throws IOException, UnacceptableFile {
        try (PrivateCopy copy = PrivateCopy.of(input, output)) {
            Map<String, Digest> parts;
            try (SignableFile file = SignableFile.open(copy.path(), format)) {
                if (file.signature().isEmpty()) {
                    throw new UnacceptableFile("the file has no signature to take away");
                }
                parts = file.parts();
            }
            copy.strip(format);
            copy.checkUnsigned(format, parts);
            copy.release();
            return Result.PARTS_KEPT;
        } catch (MalformedFile e) {
            throw new UnacceptableFile(e.getMessage(), e);
        }
    }

    private static Result stripImage(Path input, Path output) throws IOException, UnacceptableFile {
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
            Optional<PePatch> restoring =
                    before.map(note -> SignaturePatches.detach(image, note.length(), (int) note.checkSum()));
            if (restoring.isPresent()
                    && !gives(restoring.get(), source, before.get().sha256())) {
                restoring = Optional.empty();
            }
            PePatch patch = restoring.isPresent() ? restoring.get() : detachAnew(image, source);
            AtomicFile.write(output, temporary -> {
                try (FileChannel out = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                    patch.apply(source, out);
                }
            });
            return restoring.isPresent() ? Result.RESTORED : Result.LENGTH_AND_CHECKSUM_UNKNOWN;
        } catch (MalformedPe | MalformedSignature e) {
            throw new UnacceptableFile(e.getMessage(), e);
        }
    }

    private static PePatch detachAnew(PeImage image, ByteSource source) throws IOException {
        ImageScan scan = ImageScan.withoutSha256(image, source, EnumSet.noneOf(DigestAlgorithm.class));
        long tableStart = image.certificateTable().orElseThrow().offset();
        return SignaturePatches.detach(image, tableStart, (int) scan.checksumWithoutTable());
    }

    private static boolean gives(PePatch patch, ByteSource source, Digest expected) throws IOException {
        MessageDigest digest = expected.algorithm().newMessageDigest();
        patch.apply(source, new DigestChannel(digest));
        return expected.value().equals(Bytes.of(digest.digest()));
    }

    /** Digests what is written to it and keeps nothing. */
    private record DigestChannel(MessageDigest digest) implements WritableByteChannel {
        @Override
        public int write(ByteBuffer octets) {
            int count = octets.remaining();
            digest.update(octets);
            return count;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
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

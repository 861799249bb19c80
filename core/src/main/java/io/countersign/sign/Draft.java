package io.countersign.sign;

import io.countersign.cms.AuthenticodeSignature;
import io.countersign.file.AtomicFile;
import io.countersign.key.DigestAlgorithm;
import io.countersign.pe.ByteSource;
import io.countersign.pe.CertificateTable;
import io.countersign.pe.ImageScan;
import io.countersign.pe.MalformedPe;
import io.countersign.pe.PageHashes;
import io.countersign.pe.PeImage;
import io.countersign.pe.SignaturePatches;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;

/**
 * A signed file in the making. It begins as a copy of the submitted file that is digested while it is made, so that whatever is
 * decided and signed is about these octets, whoever changes the submitted file meanwhile. The signature is put into the copy;
 * then the copy is read back before anybody else can: the equal image digest proves that it is the submitted file but for the
 * signature, and the signature must be the one that was made. Only then it gets its name. To be used by one thread.
 */
final class Draft implements Closeable {
    private final AtomicFile file;
    private final PeImage image;
    private final Set<DigestAlgorithm> algorithms;
    private final ImageScan scan;

    private Draft(AtomicFile file, PeImage image, Set<DigestAlgorithm> algorithms, ImageScan scan) {
        this.file = file;
        this.image = image;
        this.algorithms = algorithms;
        this.scan = scan;
    }

    /**
     * Copies and digests the submitted file.
     *
     * @param image of the submitted file
     * @param output which the draft becomes; may be the submitted file
     * @param algorithms of the image digests that are signed
     */
    static Draft of(PeImage image, ByteSource submitted, Path output, Set<DigestAlgorithm> algorithms)
            throws IOException {
        AtomicFile file = AtomicFile.beside(output);
        try (FileChannel out = FileChannel.open(file.path(), StandardOpenOption.WRITE)) {
            return new Draft(file, image, algorithms, ImageScan.copying(image, submitted, algorithms, out));
        } catch (IOException | RuntimeException | Error e) {
            file.close();
            throw e;
        }
    }

    /** Of the submitted file. */
    ImageScan scan() {
        return scan;
    }

    /**
     * Of the submitted file.
     *
     * @throws MalformedPe if it has none
     */
    PageHashes pageHashes(DigestAlgorithm algorithm) throws IOException, MalformedPe {
        try (ByteSource source = ByteSource.open(file.path())) {
            return PageHashes.of(image, source, algorithm);
        }
    }

    /**
     * Puts the signature in, and releases the output if it is what it must be.
     *
     * @param sha256 whether that of the output is wanted
     * @return of the output, with the same algorithms
     * @throws MalformedPe if the file has no room for a signature
     * @throws IllegalStateException if the output is not what it must be, which would be a fault of ours or of the disk
     */
    ImageScan release(AuthenticodeSignature signature, boolean sha256) throws IOException, MalformedPe {
        try (FileChannel out = FileChannel.open(file.path(), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            SignaturePatches.attach(image, scan, signature.encoded()).applyTo(out);
        }
        ImageScan released = check(signature, sha256);
        file.release();
        return released;
    }

    private ImageScan check(AuthenticodeSignature expected, boolean sha256) throws IOException {
        try (ByteSource source = ByteSource.open(file.path())) {
            PeImage written = PeImage.parse(source);
            ImageScan is = sha256
                    ? ImageScan.of(written, source, algorithms)
                    : ImageScan.withoutSha256(written, source, algorithms);
            for (DigestAlgorithm algorithm : algorithms) {
                require(
                        is.imageDigest(algorithm).equals(scan.imageDigest(algorithm)),
                        "its image digest is " + is.imageDigest(algorithm) + ", the submitted file's was "
                                + scan.imageDigest(algorithm));
            }
            List<CertificateTable.Entry> entries = CertificateTable.entries(written, source);
            require(
                    entries.size() == 1
                            && entries.get(0).isSignedData()
                            && CertificateTable.holds(entries.get(0), expected.encoded(), source),
                    "the signature in it is not the one that was made");
            require(written.storedChecksum() == is.checksum(), "its CheckSum is wrong");
            return is;
        } catch (MalformedPe e) {
            throw new IllegalStateException("the signed file is malformed and was not kept: " + e.getMessage(), e);
        }
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new IllegalStateException("the signed file was not kept: " + otherwise);
        }
    }

    /** Removes what was not released. */
    @Override
    public void close() throws IOException {
        file.close();
    }
}

package io.countersign.catalog;

import io.countersign.cms.EmbeddedSignature;
import io.countersign.cms.MalformedSignature;
import io.countersign.cms.SourceImage;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import io.countersign.pe.ByteSource;
import io.countersign.pe.ImageScan;
import io.countersign.pe.MalformedPe;
import io.countersign.pe.PeImage;
import io.countersign.pe.SignaturePatches;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/**
 * Says which files a catalog covers. Windows finds a file in a catalog by its digest alone; the name a member carries only
 * helps to say what went wrong. Says nothing about the catalog's own signature.
 */
public final class CatalogCheck {
    private final Catalog catalog;

    public CatalogCheck(Catalog catalog) {
        this.catalog = catalog;
    }

    /** What became of one file. */
    public enum Outcome {
        /** The catalog holds the digest Windows will look for. */
        COVERED,
        /** The catalog has a member of this name, with another digest. */
        CHANGED,
        /** The catalog knows the file by a digest Windows does not look for, as happens when a PE file is hashed whole. */
        WRONG_DIGEST,
        /** The catalog knows neither the digest nor the name. */
        ABSENT
    }

    /**
     * One file's outcome.
     *
     * @param message what is so, and what to do about it
     */
    public record Result(Path file, Outcome outcome, String message) {}

    /**
     * Checks one file.
     *
     * @throws IOException if it cannot be read
     */
    public Result check(Path file) throws IOException {
        FileDigests digests = FileDigests.of(file);
        String name = PackageFolder.name(file);
        if (digests.cabinet()) {
            return new Result(file, Outcome.ABSENT, "a cabinet, whose digest in catalogs is not judged yet");
        }
        if (catalog.member(digests.member(DigestAlgorithm.SHA256)).isPresent()
                || catalog.member(digests.member(DigestAlgorithm.SHA1)).isPresent()) {
            return new Result(file, Outcome.COVERED, covered(digests));
        }
        for (DigestAlgorithm algorithm : List.of(DigestAlgorithm.SHA256, DigestAlgorithm.SHA1)) {
            if (digests.isImage()
                    && catalog.member(digests.whole().get(algorithm)).isPresent()) {
                return new Result(
                        file,
                        Outcome.WRONG_DIGEST,
                        "the catalog holds the digest of all its octets, and Windows looks a PE file up by its image"
                                + " digest; make the catalog again with a tool that hashes PE files so");
            }
        }
        Optional<CatalogMember> named = catalog.members().stream()
                .filter(m -> m.file().filter(name::equalsIgnoreCase).isPresent()
                        && m.content().isPresent())
                .findFirst();
        return named.isPresent()
                ? changed(file, digests, named.get())
                : new Result(file, Outcome.ABSENT, "the catalog has no member with its digest or its name");
    }

    /** Members whose name none of these files has. */
    public List<String> membersWithout(List<Path> files) {
        return catalog.members().stream()
                .flatMap(m -> m.file().stream())
                .distinct()
                .filter(f -> files.stream().noneMatch(p -> PackageFolder.name(p).equalsIgnoreCase(f)))
                .toList();
    }

    private static String covered(FileDigests digests) {
        if (!digests.isImage()) {
            return "covered by the digest of its octets";
        }
        return digests.signed()
                ? "covered by its image digest, which leaves its embedded signature out: signing it before or after the"
                        + " catalog was made is the same"
                : "covered by its image digest; it has no embedded signature";
    }

    private static Result changed(Path file, FileDigests digests, CatalogMember member) throws IOException {
        Digest held = member.content().orElseThrow().digest();
        if (digests.signed()
                && unsigned(file, held.algorithm()).filter(held::equals).isPresent()) {
            return new Result(
                    file,
                    Outcome.CHANGED,
                    "was signed after the catalog was made: the catalog holds the digest of all octets of the unsigned"
                            + " file, which signing changes; sign first, then make the catalog");
        }
        Digest own = held.algorithm() == DigestAlgorithm.SHA1 || held.algorithm() == DigestAlgorithm.SHA256
                ? digests.member(held.algorithm())
                : digests.member(DigestAlgorithm.SHA256);
        return new Result(
                file,
                Outcome.CHANGED,
                "changed since the catalog was made: the catalog has " + held + ", the file "
                        + (digests.isImage() ? "image " : "") + own
                        + "; make the catalog last, after every other change");
    }

    /** The digest of the file as it was before it was signed: exact for our own signatures, else as far as it can be known. */
    private static Optional<Digest> unsigned(Path file, DigestAlgorithm algorithm) throws IOException {
        Path stripped = Files.createTempFile("countersign-", ".stripped");
        try (ByteSource source = ByteSource.open(file);
                FileChannel out = FileChannel.open(stripped, StandardOpenOption.WRITE)) {
            PeImage image = PeImage.parse(source);
            long table = image.certificateTable().orElseThrow().offset();
            // The note is not signed, so it may say anything: believe it only where it can be true.
            Optional<SourceImage> before = EmbeddedSignature.read(image, source)
                    .flatMap(e -> e.signature().sourceImage())
                    .filter(note -> note.length() <= table && table - note.length() <= 7);
            long length = before.map(SourceImage::length).orElse(table);
            long checkSum = before.isPresent()
                    ? before.get().checkSum()
                    : ImageScan.withoutSha256(image, source, EnumSet.noneOf(DigestAlgorithm.class))
                            .checksumWithoutTable();
            SignaturePatches.detach(image, length, (int) checkSum).apply(source, out);
            return Optional.ofNullable(FileDigests.of(stripped).whole().get(algorithm));
        } catch (MalformedPe | MalformedSignature e) {
            return Optional.empty();
        } finally {
            Files.deleteIfExists(stripped);
        }
    }
}

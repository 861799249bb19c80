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
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Says which files a catalog covers. Windows finds a file in a catalog by its digest alone; the name a member carries only
 * helps to say what went wrong. Says nothing about the catalog's own signature.
 */
public final class CatalogCheck {
    private final Catalog catalog;
    private final Map<Digest, CatalogMember> byDigest = new HashMap<>();
    private final Map<String, CatalogMember> byName = new HashMap<>();

    public CatalogCheck(Catalog catalog) {
        this.catalog = catalog;
        for (CatalogMember member : catalog.members()) {
            member.content().ifPresent(c -> byDigest.putIfAbsent(c.digest(), member));
            member.tagDigest().ifPresent(d -> byDigest.putIfAbsent(d, member));
            member.file()
                    .filter(f -> member.content().isPresent())
                    .ifPresent(f -> byName.putIfAbsent(f.toLowerCase(Locale.ROOT), member));
        }
    }

    /** What became of one file. */
    public enum Outcome {
        /** The catalog holds the digest Windows will look for. */
        COVERED,
        /** The catalog has a member of this name, with another digest. */
        CHANGED,
        /** The catalog knows the file by the digest of all octets it had before it was signed. */
        SIGNED_AFTER,
        /** The catalog knows the file by a digest Windows does not look for, as happens when a PE file is hashed whole. */
        WRONG_DIGEST,
        /** The catalog knows neither the digest nor the name. */
        ABSENT,
        /** A file that Windows hashes in a way that is not known here. */
        NOT_JUDGED
    }

    /**
     * One file's outcome.
     *
     * @param message what is so, and what to do about it
     * @param member what covers it; empty if nothing does
     */
    public record Result(Path file, Outcome outcome, String message, Optional<CatalogMember> member) {
        Result(Path file, Outcome outcome, String message) {
            this(file, outcome, message, Optional.empty());
        }
    }

    /**
     * Checks one file.
     *
     * @throws IOException if it cannot be read
     */
    public Result check(Path file) throws IOException {
        FileDigests digests = FileDigests.of(file);
        String name = PackageFolder.name(file);
        if (digests.cabinet()) {
            return new Result(file, Outcome.NOT_JUDGED, "a cabinet, whose digest in catalogs is not judged yet");
        }
        Optional<CatalogMember> member = Stream.of(DigestAlgorithm.SHA256, DigestAlgorithm.SHA1)
                .flatMap(a -> Optional.ofNullable(byDigest.get(digests.member(a))).stream())
                .findFirst();
        if (member.isPresent()) {
            return new Result(file, Outcome.COVERED, covered(digests), member);
        }
        for (DigestAlgorithm algorithm : List.of(DigestAlgorithm.SHA256, DigestAlgorithm.SHA1)) {
            if (digests.isImage() && byDigest.containsKey(digests.whole().get(algorithm))) {
                return new Result(
                        file,
                        Outcome.WRONG_DIGEST,
                        "the catalog holds the digest of all its octets, and Windows looks a PE file up by its image"
                                + " digest; make the catalog again with a tool that hashes PE files so");
            }
        }
        if (digests.signed() && knowsUnsigned(file)) {
            return new Result(
                    file,
                    Outcome.SIGNED_AFTER,
                    "was signed after the catalog was made: the catalog holds the digest of all octets of the unsigned"
                            + " file, which signing changes; sign first, then make the catalog");
        }
        Optional<CatalogMember> named = Optional.ofNullable(byName.get(name.toLowerCase(Locale.ROOT)));
        return named.isPresent()
                ? changed(file, digests, named.get())
                : new Result(file, Outcome.ABSENT, "the catalog has no member with its digest or its name");
    }

    /** Members whose name none of these files has. */
    public List<String> membersWithout(List<Path> files) {
        Set<String> names = new HashSet<>();
        files.forEach(f -> names.add(PackageFolder.name(f).toLowerCase(Locale.ROOT)));
        return catalog.members().stream()
                .flatMap(m -> m.file().stream())
                .distinct()
                .filter(f -> !names.contains(f.toLowerCase(Locale.ROOT)))
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

    private static Result changed(Path file, FileDigests digests, CatalogMember member) {
        Digest held = member.content().orElseThrow().digest();
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

    /** Whether it holds the file as it was before it was signed: exact for our own signatures, else as far as can be known. */
    private boolean knowsUnsigned(Path file) throws IOException {
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
            return FileDigests.of(stripped).whole().values().stream().anyMatch(byDigest::containsKey);
        } catch (MalformedPe | MalformedSignature e) {
            return false;
        } finally {
            Files.deleteIfExists(stripped);
        }
    }
}

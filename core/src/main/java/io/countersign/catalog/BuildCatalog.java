package io.countersign.catalog;

import io.countersign.catalog.CatalogMember.Content;
import io.countersign.catalog.CatalogMember.Kind;
import io.countersign.catalog.CatalogMember.MemberInfo;
import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.bouncycastle.asn1.ASN1Encoding;

/**
 * Makes the catalog of a driver package, as Inf2Cat does. Version 2 holds each file twice: by SHA-256, and by SHA-1 for those
 * who still look it up so. The same package, systems and time give the same octets: the list identifier, random elsewhere, is
 * taken from the digest of everything else. No page hashes.
 */
public final class BuildCatalog {
    /** The subject interface package for PE images (CRYPT_SUBJTYPE_PE_IMAGE of wintrust.h). */
    private static final String PE_SUBJECT = "{C689AAB8-8E78-11D0-8C47-00C04FC295EE}";

    /** The one for files that are hashed whole (CRYPT_SUBJTYPE_FLAT_IMAGE). */
    private static final String FLAT_SUBJECT = "{DE351A42-8E59-11D0-8C47-00C04FC295EE}";

    private static final int INFO_VERSION = 0x200;
    private static final int LIST_ID_SIZE = 16;

    private final CatalogVersion version;
    private final CatalogAttribute osAttr;
    private final Map<Bytes, CatalogMember> members =
            new TreeMap<>((a, b) -> Arrays.compareUnsigned(a.toByteArray(), b.toByteArray()));

    private BuildCatalog(CatalogVersion version, CatalogAttribute osAttr) {
        this.version = version;
        this.osAttr = osAttr;
    }

    /**
     * Hashes the files of a package.
     *
     * @param time what the catalog says of when it was made; whole seconds count
     * @throws UnfitPackage if a file cannot be hashed as Windows would: a malformed PE file, or a cabinet
     */
    public static Catalog of(DriverPackage source, CatalogVersion version, Instant time)
            throws IOException, UnfitPackage {
        BuildCatalog build =
                new BuildCatalog(version, CatalogAttribute.ofText("OSAttr", TargetSystem.kernels(source.systems())));
        build.add(PackageFolder.name(source.inf()), source.inf());
        for (DriverPackage.Source file : source.files()) {
            build.add(file.name(), file.path());
        }
        Catalog unnamed = new Catalog(
                Bytes.of(new byte[LIST_ID_SIZE]),
                time.truncatedTo(ChronoUnit.SECONDS),
                version,
                new ArrayList<>(build.members.values()),
                attributes(source),
                Optional.empty());
        byte[] everything = unnamed.trustList().getEncoded(ASN1Encoding.DER);
        byte[] listId = DigestAlgorithm.SHA256.digest(everything).value().toByteArray();
        return new Catalog(
                Bytes.of(Arrays.copyOf(listId, LIST_ID_SIZE)),
                unnamed.time(),
                version,
                unnamed.members(),
                unnamed.attributes(),
                Optional.empty());
    }

    /** The systems, then the hardware identifiers with the highest number first, as Inf2Cat writes them. */
    private static List<CatalogAttribute> attributes(DriverPackage source) {
        List<CatalogAttribute> attributes = new ArrayList<>();
        attributes.add(CatalogAttribute.ofText(
                "OS",
                source.systems().stream().map(TargetSystem::label).distinct().collect(Collectors.joining(","))));
        List<String> ids = source.hardwareIds();
        for (int i = ids.size(); i > 0; i--) {
            attributes.add(CatalogAttribute.ofText("HWID" + i, ids.get(i - 1)));
        }
        return attributes;
    }

    private void add(String name, Path path) throws IOException, UnfitPackage {
        FileDigests digests = FileDigests.of(path);
        if (digests.flaw().isPresent()) {
            throw new UnfitPackage(
                    path + " starts as a PE file does, but: " + digests.flaw().get());
        }
        if (digests.cabinet()) {
            throw new UnfitPackage(path + " is a cabinet, whose digest in catalogs Countersign does not make yet;"
                    + " install its files by themselves, or make this catalog with Inf2Cat");
        }
        List<CatalogAttribute> attributes =
                List.of(CatalogAttribute.ofText("File", name.toLowerCase(Locale.ROOT)), osAttr);
        Kind kind = digests.isImage() ? Kind.PE_IMAGE : Kind.FILE;
        Digest digest = digests.member(version.digest());
        Optional<Content> content = Optional.of(new Content(kind, digest));
        if (version == CatalogVersion.V1) {
            Bytes tag = Bytes.of(
                    (digest.value().hex().toUpperCase(Locale.ROOT) + '\0').getBytes(StandardCharsets.UTF_16LE));
            String subject = digests.isImage() ? PE_SUBJECT : FLAT_SUBJECT;
            put(new CatalogMember(tag, content, Optional.of(new MemberInfo(subject, INFO_VERSION)), attributes));
        } else {
            put(new CatalogMember(digest.value(), content, Optional.empty(), attributes));
            Bytes old = digests.member(DigestAlgorithm.SHA1).value();
            put(new CatalogMember(old, Optional.empty(), Optional.empty(), attributes));
        }
    }

    /** Files with the same content are one member, under the first one's name: a catalog knows a digest once. */
    private void put(CatalogMember member) {
        members.putIfAbsent(member.tag(), member);
    }
}

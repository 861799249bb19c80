package io.countersign.catalog;

import io.countersign.cms.CatalogSignature;
import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Sequence;

/**
 * A security catalog: a PKCS#7 SignedData over a certificate trust list whose subjects are files. Immutable. Whoever has one
 * that was parsed may ask it anything: hostile octets fail in {@link #parse} or nowhere.
 *
 * @param listId 16 octets in every catalog Windows makes; empty if the list has none
 * @param time when it was made, by its own account
 * @param members in the order of the catalog, which Windows keeps sorted by tag
 * @param attributes of the whole catalog: {@code OS}, {@code HWID1} and the like
 * @param signature empty for a catalog that is not signed yet
 */
public record Catalog(
        Bytes listId,
        Instant time,
        CatalogVersion version,
        List<CatalogMember> members,
        List<CatalogAttribute> attributes,
        Optional<CatalogSignature> signature) {
    /** Above this a file is not read. The catalogs of a Windows update have some megabytes. */
    public static final int MAXIMUM_SIZE = 1 << 25;

    public Catalog {
        members = List.copyOf(members);
        attributes = List.copyOf(attributes);
    }

    /**
     * Reads a catalog.
     *
     * @throws MalformedCatalog if it is none
     */
    public static Catalog read(Path file) throws IOException, MalformedCatalog {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] octets = in.readNBytes(MAXIMUM_SIZE + 1);
            if (octets.length > MAXIMUM_SIZE) {
                throw new MalformedCatalog("the file has more than " + MAXIMUM_SIZE + " bytes, the most that is read");
            }
            return parse(Bytes.of(octets));
        }
    }

    /**
     * Parses a catalog.
     *
     * @param der a ContentInfo
     * @throws MalformedCatalog if it is no catalog
     */
    public static Catalog parse(Bytes der) throws MalformedCatalog {
        return CatalogReader.parse(der);
    }

    /** The member a file of this digest is found by, by what was hashed or by its tag. */
    public Optional<CatalogMember> member(Digest digest) {
        return members.stream()
                .filter(m -> m.content()
                                .map(CatalogMember.Content::digest)
                                .filter(digest::equals)
                                .isPresent()
                        || m.tagDigest().filter(digest::equals).isPresent())
                .findFirst();
    }

    /** The CertificateTrustList in DER: what a signature is made over. */
    public ASN1Sequence trustList() {
        return CatalogWriter.trustList(this);
    }

    /** The same without its signature. */
    public Catalog unsigned() {
        return new Catalog(listId, time, version, members, attributes, Optional.empty());
    }

    /** The catalog as a file: the octets that were signed, or an unsigned catalog as Inf2Cat would write it. */
    public Bytes encoded() {
        return signature.map(CatalogSignature::encoded).orElseGet(() -> CatalogWriter.unsigned(this));
    }
}

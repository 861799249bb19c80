package io.countersign.catalog;

import io.countersign.key.DigestAlgorithm;
import java.util.Arrays;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;

/** The two formats of catalogs (CatalogVersion of MakeCat). */
public enum CatalogVersion {
    /** SHA-1 members, tagged with the hexadecimal digits of the digest; the only one Windows 7 and older know. */
    V1(CatalogOids.MEMBER_V1, DigestAlgorithm.SHA1),
    /** SHA-256 members, tagged with the digest itself; since Windows 8. */
    V2(CatalogOids.MEMBER_V2, DigestAlgorithm.SHA256);

    private final ASN1ObjectIdentifier oid;
    private final DigestAlgorithm digest;

    CatalogVersion(ASN1ObjectIdentifier oid, DigestAlgorithm digest) {
        this.oid = oid;
        this.digest = digest;
    }

    static Optional<CatalogVersion> of(ASN1ObjectIdentifier oid) {
        return Arrays.stream(values()).filter(v -> v.oid.equals(oid)).findFirst();
    }

    /** What members are hashed with. */
    public DigestAlgorithm digest() {
        return digest;
    }

    ASN1ObjectIdentifier oid() {
        return oid;
    }
}

package io.countersign.cms;

import io.countersign.key.Bytes;
import io.countersign.key.DigestAlgorithm;
import io.countersign.pe.PageHashes;
import java.io.IOException;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Object;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1Set;
import org.bouncycastle.asn1.ASN1TaggedObject;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.DERTaggedObject;

/**
 * What an Authenticode signature says of a PE image beside its digest: nothing, or its page hashes.
 *
 * <pre>
 * SpcPeImageData ::= SEQUENCE {
 *     flags   SpcPeImageFlags DEFAULT { includeResources },
 *     file    SpcLink }        -- the specification says so; files carry it as [0] EXPLICIT
 * SpcSerializedObject ::= SEQUENCE {
 *     classId         OCTET STRING,    -- A6B586D5B4A12466AE05A217DA8E60D6 for page hashes
 *     serializedData  OCTET STRING }   -- for page hashes the DER of:
 * SET { SEQUENCE {
 *     type    OBJECT IDENTIFIER,       -- 1.3.6.1.4.1.311.2.3.1 (version 1) or 1.3.6.1.4.1.311.2.3.2 (version 2)
 *     value   SET { OCTET STRING } } } -- the table of {@link PageHashes}
 * </pre>
 *
 * Windows Authenticode Portable Executable Signature Format 1.0, "SpcPeImageData" and "SpcSerializedObject"; what is inside the
 * serialized data as files by Microsoft have it.
 */
final class SpcPeImageData extends ASN1Object {
    private static final Bytes PAGE_HASHES = Bytes.ofHex("a6b586d5b4a12466ae05a217da8e60d6");

    private final Optional<PageHashes> pageHashes;

    SpcPeImageData(Optional<PageHashes> pageHashes) {
        this.pageHashes = pageHashes;
    }

    /**
     * Reads the page hashes; whatever else there may be has no meaning to a verifier.
     *
     * @throws MalformedSignature if there are page hashes in another form than the one known
     */
    static SpcPeImageData of(ASN1Encodable asn1) throws MalformedSignature, IOException {
        for (ASN1Encodable element : ASN1Sequence.getInstance(asn1)) {
            if (element.toASN1Primitive() instanceof ASN1TaggedObject file
                    && file.hasContextTag(0)
                    && file.getExplicitBaseObject() instanceof ASN1TaggedObject moniker
                    && moniker.hasContextTag(1)) {
                ASN1Sequence serialized = ASN1Sequence.getInstance(moniker, false);
                if (octets(serialized.getObjectAt(0)).equals(PAGE_HASHES)) {
                    return new SpcPeImageData(Optional.of(read(octets(serialized.getObjectAt(1)))));
                }
            }
        }
        return new SpcPeImageData(Optional.empty());
    }

    private static PageHashes read(Bytes serialized) throws MalformedSignature, IOException {
        ASN1Set attributes = ASN1Set.getInstance(Asn1.parse(serialized));
        if (attributes.size() != 1) {
            throw new MalformedSignature("page hashes are one attribute, here are " + attributes.size());
        }
        ASN1Sequence attribute = ASN1Sequence.getInstance(attributes.getObjectAt(0));
        ASN1ObjectIdentifier version = ASN1ObjectIdentifier.getInstance(attribute.getObjectAt(0));
        ASN1Set values = ASN1Set.getInstance(attribute.getObjectAt(1));
        if (values.size() != 1) {
            throw new MalformedSignature("page hashes are one table, here are " + values.size());
        }
        Bytes table = octets(values.getObjectAt(0));
        if (version.equals(Oids.SPC_PE_IMAGE_PAGE_HASHES_V1)) {
            return new PageHashes(DigestAlgorithm.SHA1, table);
        }
        if (version.equals(Oids.SPC_PE_IMAGE_PAGE_HASHES_V2)) {
            return new PageHashes(DigestAlgorithm.SHA256, table);
        }
        throw new MalformedSignature("page hashes of kind " + version + "; known are "
                + Oids.SPC_PE_IMAGE_PAGE_HASHES_V1 + " and " + Oids.SPC_PE_IMAGE_PAGE_HASHES_V2);
    }

    private static Bytes octets(ASN1Encodable string) {
        return Bytes.taking(ASN1OctetString.getInstance(string).getOctets());
    }

    Optional<PageHashes> pageHashes() {
        return pageHashes;
    }

    @Override
    public ASN1Primitive toASN1Primitive() {
        ASN1EncodableVector image = new ASN1EncodableVector();
        image.add(new DERBitString(new byte[0]));
        image.add(new DERTaggedObject(
                true, 0, pageHashes.map(SpcPeImageData::moniker).orElseGet(() -> SpcLink.file(""))));
        return new DERSequence(image);
    }

    private static ASN1Encodable moniker(PageHashes hashes) {
        ASN1Encodable table = new DERSet(new DEROctetString(hashes.table().toByteArray()));
        ASN1ObjectIdentifier version = hashes.algorithm() == DigestAlgorithm.SHA1
                ? Oids.SPC_PE_IMAGE_PAGE_HASHES_V1
                : Oids.SPC_PE_IMAGE_PAGE_HASHES_V2;
        byte[] serialized =
                Asn1.octets(new DERSet(new DERSequence(new ASN1Encodable[] {version, table})), ASN1Encoding.DER);
        return SpcLink.moniker(new DERSequence(
                new ASN1Encodable[] {new DEROctetString(PAGE_HASHES.toByteArray()), new DEROctetString(serialized)}));
    }
}

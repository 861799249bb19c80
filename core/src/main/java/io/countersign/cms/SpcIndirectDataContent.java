package io.countersign.cms;

import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import io.countersign.pe.PageHashes;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Object;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.x509.DigestInfo;

/**
 * What an Authenticode signature signs: the digest of the image, and what kind of image it is.
 *
 * <pre>
 * SpcIndirectDataContent ::= SEQUENCE {
 *     data            SpcAttributeTypeAndOptionalValue,
 *     messageDigest   DigestInfo }
 * SpcAttributeTypeAndOptionalValue ::= SEQUENCE {
 *     type    OBJECT IDENTIFIER,
 *     value   [0] EXPLICIT ANY DEFINED BY type OPTIONAL }  -- untagged in every signed file
 * SpcLink ::= CHOICE {
 *     url     [0] IMPLICIT IA5STRING,
 *     moniker [1] IMPLICIT SpcSerializedObject,
 *     file    [2] EXPLICIT SpcString }
 * SpcString ::= CHOICE {
 *     unicode [0] IMPLICIT BMPSTRING,
 *     ascii   [1] IMPLICIT IA5STRING }
 * </pre>
 *
 * Windows Authenticode Portable Executable Signature Format 1.0, "Authenticode-Specific Structures".
 */
public final class SpcIndirectDataContent extends ASN1Object {
    private static final byte[] LIST = {'A', 'P', 'P', 'X'};

    private final ASN1Encodable data;
    private final DigestInfo messageDigest;

    private SpcIndirectDataContent(ASN1Encodable data, DigestInfo messageDigest) {
        this.data = data;
        this.messageDigest = messageDigest;
    }

    /** For a PE image without page hashes. */
    public static SpcIndirectDataContent ofPeImage(Digest digest) {
        return ofPeImage(digest, Optional.empty());
    }

    /** For a PE image: no flags and, without page hashes, an empty file name, as signtool writes it. */
    static SpcIndirectDataContent ofPeImage(Digest digest, Optional<PageHashes> pageHashes) {
        return of(Oids.SPC_PE_IMAGE_DATA, new SpcPeImageData(pageHashes), digest);
    }

    /** For a member of a catalog that is hashed whole: an empty file name. */
    public static SpcIndirectDataContent ofFile(Digest digest) {
        return of(Oids.SPC_CAB_DATA, SpcLink.file(""), digest);
    }

    private static SpcIndirectDataContent of(ASN1ObjectIdentifier type, ASN1Encodable value, Digest digest) {
        ASN1EncodableVector data = new ASN1EncodableVector();
        data.add(type);
        // Once: each encoding would make it again, and page hashes are megabytes.
        data.add(value.toASN1Primitive());
        return new SpcIndirectDataContent(
                new DERSequence(data),
                new DigestInfo(
                        digest.algorithm().algorithmIdentifier(), digest.value().toByteArray()));
    }

    /**
     * Reads it.
     *
     * @throws MalformedSignature if it has another shape
     */
    public static SpcIndirectDataContent of(ASN1Encodable asn1) throws MalformedSignature {
        ASN1Sequence sequence = ASN1Sequence.getInstance(asn1);
        if (sequence.size() != 2) {
            throw new MalformedSignature("SpcIndirectDataContent has " + sequence.size() + " elements, wanted 2");
        }
        return new SpcIndirectDataContent(sequence.getObjectAt(0), DigestInfo.getInstance(sequence.getObjectAt(1)));
    }

    /** What kind of thing is signed, such as SPC_PE_IMAGE_DATA. */
    public ASN1ObjectIdentifier type() {
        return ASN1ObjectIdentifier.getInstance(ASN1Sequence.getInstance(data).getObjectAt(0));
    }

    /**
     * What kind of thing is signed, exactly.
     *
     * @throws MalformedSignature if SPC_SIPINFO_OBJID data has another shape
     */
    SpcSubject subject() throws MalformedSignature {
        if (!type().equals(Oids.SPC_SIPINFO)) {
            return SpcSubject.of(type());
        }
        // SpcSipInfo ::= SEQUENCE { version INTEGER, uuid OCTET STRING (SIZE(16)), reserved INTEGER × 5 }
        ASN1Sequence info =
                ASN1Sequence.getInstance(ASN1Sequence.getInstance(data).getObjectAt(1));
        if (info.size() != 7) {
            throw new MalformedSignature("SpcSipInfo has " + info.size() + " elements, wanted 7");
        }
        return new SpcSubject(
                Oids.SPC_SIPINFO.getId(),
                Bytes.of(ASN1OctetString.getInstance(info.getObjectAt(1)).getOctets()));
    }

    /**
     * The page hashes beside the digest.
     *
     * @return empty also for anything but a PE image
     * @throws MalformedSignature if there are page hashes, in another form than the one known
     */
    Optional<PageHashes> pageHashes() throws MalformedSignature, IOException {
        ASN1Sequence typeAndValue = ASN1Sequence.getInstance(data);
        return type().equals(Oids.SPC_PE_IMAGE_DATA) && typeAndValue.size() > 1
                ? SpcPeImageData.of(typeAndValue.getObjectAt(1)).pageHashes()
                : Optional.empty();
    }

    /**
     * The digest of what is signed. An app package signs a list of digests (of its records, its central directory and three of
     * its entries); for it this is the digest of that list, see {@link #ofList}.
     *
     * @throws MalformedSignature if the algorithm is unknown or the length does not fit it
     */
    public Digest digest() throws MalformedSignature {
        ASN1ObjectIdentifier oid = messageDigest.getAlgorithmId().getAlgorithm();
        DigestAlgorithm algorithm = DigestAlgorithm.of(oid)
                .orElseThrow(() -> new MalformedSignature("the image digest's algorithm " + oid + " is none we know"));
        byte[] value = messageDigest.getDigest();
        if (type().equals(Oids.SPC_SIPINFO)
                && value.length > algorithm.size()
                && Arrays.equals(value, 0, LIST.length, LIST, 0, LIST.length)) {
            return ofList(algorithm, value);
        }
        if (value.length != algorithm.size()) {
            throw new MalformedSignature("the image digest has " + value.length + " bytes, " + algorithm.jcaName()
                    + " has " + algorithm.size());
        }
        return new Digest(algorithm, Bytes.of(value));
    }

    /** One digest for what an app package has in its place, a list that starts with "APPX". */
    public static Digest ofList(DigestAlgorithm algorithm, byte[] list) {
        return algorithm.digest(list);
    }

    @Override
    public ASN1Primitive toASN1Primitive() {
        ASN1EncodableVector v = new ASN1EncodableVector();
        v.add(data);
        v.add(messageDigest);
        return new DERSequence(v);
    }
}

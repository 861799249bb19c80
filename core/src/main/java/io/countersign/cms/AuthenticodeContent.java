package io.countersign.cms;

import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import io.countersign.key.HostileInput;
import io.countersign.pe.PageHashes;
import java.io.IOException;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1Object;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Set;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.AttributeTable;
import org.bouncycastle.asn1.cms.CMSAttributes;

/**
 * An Authenticode signature but for what a key and its certificates add: the SpcIndirectDataContent and the signed attributes
 * over it, which bind each other. Immutable; safe for several threads.
 */
public final class AuthenticodeContent {
    /** SPC_MARKER_CHECK_SKIP_SIP_INDIRECT_DATA_FLAG, the only flag there is (Windows SDK, mssip.h). */
    private static final int SKIP_INDIRECT_DATA = 1;

    private final SpcIndirectDataContent content;
    private final ASN1Set signedAttributes;
    private final Digest imageDigest;

    private AuthenticodeContent(SpcIndirectDataContent content, ASN1Set signedAttributes, Digest imageDigest) {
        this.content = content;
        this.signedAttributes = signedAttributes;
        this.imageDigest = imageDigest;
    }

    /** About a PE image, with the attributes contentType, messageDigest, SpcStatementType, SpcSpOpusInfo and those asked for. */
    public static AuthenticodeContent ofPeImage(
            Digest imageDigest, Optional<PageHashes> pageHashes, SignedAttributes said) {
        SpcIndirectDataContent content = SpcIndirectDataContent.ofPeImage(imageDigest, pageHashes);
        ASN1Set signedAttributes = signedAttributes(Oids.SPC_INDIRECT_DATA, content, imageDigest.algorithm(), said);
        return new AuthenticodeContent(content, signedAttributes, imageDigest);
    }

    /**
     * About a file of any other format.
     *
     * @param indirectData an SpcIndirectDataContent, DER
     * @throws MalformedSignature if it is none
     */
    public static AuthenticodeContent of(Bytes indirectData, SignedAttributes said) throws MalformedSignature {
        SpcIndirectDataContent content = SpcIndirectDataContent.of(SignedDataSignature.asn1(indirectData));
        Digest digest = content.digest();
        return new AuthenticodeContent(
                content, signedAttributes(Oids.SPC_INDIRECT_DATA, content, digest.algorithm(), said), digest);
    }

    /** What the key signs for content of this type, which need not be about a file. */
    static ASN1Set signedAttributes(
            ASN1ObjectIdentifier contentType, ASN1Object content, DigestAlgorithm digest, SignedAttributes said) {
        ASN1EncodableVector attributes = new ASN1EncodableVector();
        attributes.add(attribute(CMSAttributes.contentType, contentType));
        attributes.add(attribute(Oids.SPC_SP_OPUS_INFO, said.opusInfo()));
        attributes.add(attribute(Oids.SPC_STATEMENT_TYPE, new DERSequence(Oids.SPC_INDIVIDUAL)));
        attributes.add(attribute(CMSAttributes.messageDigest, contentDigest(content, digest)));
        if (said.relaxedMarkerCheck()) {
            attributes.add(attribute(Oids.SPC_RELAXED_PE_MARKER_CHECK, new ASN1Integer(SKIP_INDIRECT_DATA)));
        }
        said.sequenceNumber().ifPresent(n -> attributes.add(attribute(Oids.SEQUENCE_NUMBER, new ASN1Integer(n))));
        return new DERSet(attributes);
    }

    /**
     * Reads the two parts as {@link #content()} and {@link #signedAttributes()} gave them. Whoever signs the attributes signs
     * an Authenticode signature of the image digest, and page hashes, in the content and nothing else.
     *
     * @throws MalformedSignature if they are not DER, not about a PE image, or the attributes do not fit the content
     */
    public static AuthenticodeContent parse(Bytes content, Bytes signedAttributes) throws MalformedSignature {
        try {
            SpcIndirectDataContent read = SpcIndirectDataContent.of(Asn1.parse(content));
            ASN1Set attributes = ASN1Set.getInstance(Asn1.parse(signedAttributes));
            require(
                    Asn1.der(read).equals(content) && Asn1.der(attributes).equals(signedAttributes),
                    "they are not DER");
            require(read.type().equals(Oids.SPC_PE_IMAGE_DATA), "the content is not about a PE image");
            Digest imageDigest = read.digest();
            read.pageHashes(); // in the form that is known, or none
            require(imageDigest.algorithm() != DigestAlgorithm.SHA1, "nothing is signed with SHA-1");
            AttributeTable table = new AttributeTable(attributes);
            require(
                    Oids.SPC_INDIRECT_DATA.equals(only(table, CMSAttributes.contentType)),
                    "the signed attributes do not say that SpcIndirectDataContent is signed");
            require(
                    ASN1OctetString.getInstance(only(table, CMSAttributes.messageDigest))
                            .equals(contentDigest(read, imageDigest.algorithm())),
                    "the signed attributes are about another content");
            return new AuthenticodeContent(read, attributes, imageDigest);
        } catch (IOException | RuntimeException e) {
            // Bouncy Castle answers hostile ASN.1 with many kinds of unchecked exception.
            throw new MalformedSignature("what is to be signed is not well-formed ASN.1: " + HostileInput.reason(e), e);
        }
    }

    private static ASN1Primitive only(AttributeTable table, ASN1ObjectIdentifier type) throws MalformedSignature {
        require(table.getAll(type).size() == 1, "there must be one signed attribute " + type);
        Attribute attribute = table.get(type);
        require(attribute.getAttrValues().size() == 1, "signed attribute " + type + " must have one value");
        return attribute.getAttrValues().getObjectAt(0).toASN1Primitive();
    }

    private static void require(boolean condition, String otherwise) throws MalformedSignature {
        if (!condition) {
            throw new MalformedSignature("what is to be signed cannot be used: " + otherwise);
        }
    }

    /** The digest of the file this is about; the signature uses the same algorithm. */
    public Digest imageDigest() {
        return imageDigest;
    }

    /** The page hashes that are signed beside it, if any. */
    public Optional<PageHashes> pageHashes() {
        try {
            return content.pageHashes();
        } catch (IOException | MalformedSignature e) {
            throw new IllegalStateException("what was made or parsed before can be parsed", e);
        }
    }

    /** The SpcIndirectDataContent, DER. */
    public Bytes content() {
        return Asn1.der(content);
    }

    /** The SET OF Attribute that the key signs (RFC 5652 section 5.4), DER. */
    public Bytes signedAttributes() {
        return Asn1.der(signedAttributes);
    }

    SpcIndirectDataContent asn1Content() {
        return content;
    }

    ASN1Set asn1SignedAttributes() {
        return signedAttributes;
    }

    static Attribute attribute(ASN1ObjectIdentifier type, ASN1Encodable value) {
        return new Attribute(type, new DERSet(value));
    }

    static DEROctetString contentDigest(ASN1Object content, DigestAlgorithm algorithm) {
        return new DEROctetString(
                algorithm.digest(Asn1.contentOctets(content)).value().toByteArray());
    }
}

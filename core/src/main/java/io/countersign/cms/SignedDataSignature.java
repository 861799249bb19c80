package io.countersign.cms;

import io.countersign.key.Bytes;
import io.countersign.key.DigestAlgorithm;
import io.countersign.key.HostileInput;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.CMSAttributes;
import org.bouncycastle.asn1.cms.CMSObjectIdentifiers;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.cms.SignedData;
import org.bouncycastle.asn1.cms.SignerInfo;

/**
 * A SignedData with one SignerInfo (RFC 5652 section 5), whatever its content. Immutable and safe for several threads. Parsing
 * proves form; the {@code is…} methods do the arithmetic; trust is judged in {@code io.countersign.verify}. Every question is
 * decided while parsing, since Bouncy Castle parses lazily and hostile ASN.1 would throw from any later look at it.
 */
public abstract sealed class SignedDataSignature permits AuthenticodeSignature, CatalogSignature, PackageSignature {
    private static final int MAXIMUM_CERTIFICATES = 64;

    private final Bytes encoded;
    private final SignerInfo signer;
    private final SignerReading reading;
    private final ASN1ObjectIdentifier timestampType;
    private final boolean contentTypeRight;
    private final boolean contentDigestRight;
    private final List<X509Certificate> certificates;
    private final List<Bytes> timestamps;
    private final List<Bytes> countersignatures;
    private final Set<String> unsignedAttributeTypes;

    /**
     * @param encoded the ContentInfo
     * @param signedData what is in it, with one SignerInfo
     * @param octets the same as it stands
     * @param timestampType the unsigned attribute that holds RFC 3161 tokens
     */
    SignedDataSignature(Bytes encoded, SignedData signedData, SignedOctets octets, ASN1ObjectIdentifier timestampType)
            throws MalformedSignature, IOException, CertificateException {
        this.encoded = encoded;
        this.timestampType = timestampType;
        signer = SignerInfo.getInstance(signedData.getSignerInfos().getObjectAt(0));
        certificates = readCertificates(octets);
        reading = new SignerReading(signer, certificates);
        List<ASN1Encodable> contentTypes = signed(CMSAttributes.contentType);
        contentTypeRight = contentTypes.size() == 1
                && contentTypes.get(0).equals(signedData.getEncapContentInfo().getContentType());
        contentDigestRight = reading.isAbout(octets.content());
        timestamps = encoded(unsigned(timestampType));
        countersignatures = encoded(unsigned(CMSAttributes.counterSignature));
        unsignedAttributeTypes = new TreeSet<>();
        if (signer.getUnauthenticatedAttributes() != null) {
            for (ASN1Encodable element : signer.getUnauthenticatedAttributes()) {
                unsignedAttributeTypes.add(
                        Attribute.getInstance(element).getAttrType().getId());
            }
        }
    }

    /**
     * How one kind is made.
     *
     * @param <S> the kind
     */
    interface Reader<S> {
        S read(Bytes encoded) throws MalformedSignature, IOException, CertificateException;
    }

    static <S> S read(Bytes encoded, Reader<S> reader) throws MalformedSignature {
        try {
            return reader.read(encoded);
        } catch (IOException | CertificateException | RuntimeException e) {
            // Bouncy Castle answers hostile ASN.1 with many kinds of unchecked exception, some without a message.
            throw new MalformedSignature("the signature is not well formed: " + HostileInput.reason(e), e);
        }
    }

    /** The SignedData over content of this type. */
    static SignedData signedData(Bytes encoded, ASN1ObjectIdentifier contentType, String wanted)
            throws MalformedSignature, IOException {
        if (encoded.size() == 0) {
            throw new MalformedSignature("the signature is empty");
        }
        ContentInfo info = ContentInfo.getInstance(Asn1.parse(encoded));
        if (!info.getContentType().equals(CMSObjectIdentifiers.signedData)) {
            throw new MalformedSignature("content type is " + info.getContentType() + ", wanted SignedData");
        }
        SignedData signedData = SignedData.getInstance(info.getContent());
        ContentInfo inner = signedData.getEncapContentInfo();
        if (!inner.getContentType().equals(contentType) || inner.getContent() == null) {
            throw new MalformedSignature(
                    "signed content is " + inner.getContentType() + ", wanted " + wanted + " " + contentType);
        }
        return signedData;
    }

    private static List<X509Certificate> readCertificates(SignedOctets octets)
            throws CertificateException, MalformedSignature {
        // Attribute certificates, of which Microsoft's timestamps carry some, are not among them.
        if (octets.certificates().size() > MAXIMUM_CERTIFICATES) {
            throw new MalformedSignature(
                    octets.certificates().size() + " certificates; at most " + MAXIMUM_CERTIFICATES + " are read");
        }
        List<X509Certificate> found = new ArrayList<>();
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        for (byte[] certificate : octets.certificates()) {
            found.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(certificate)));
        }
        return found;
    }

    private static List<Bytes> encoded(List<ASN1Encodable> values) throws IOException {
        List<Bytes> encoded = new ArrayList<>();
        for (ASN1Encodable value : values) {
            encoded.add(Bytes.of(value.toASN1Primitive().getEncoded()));
        }
        return encoded;
    }

    /** The values of a signed attribute, in order. */
    final List<ASN1Encodable> signed(ASN1ObjectIdentifier type) {
        return reading.signed(type);
    }

    /** The values of an unsigned attribute, in order. */
    final List<ASN1Encodable> unsigned(ASN1ObjectIdentifier type) {
        return reading.unsigned(type);
    }

    /** The ContentInfo as it was read. */
    public final Bytes encoded() {
        return encoded;
    }

    /** The digest of the SignerInfo; honest signers use the same for what they sign. */
    public final DigestAlgorithm digestAlgorithm() {
        return reading.digestAlgorithm();
    }

    /** All X.509 certificates inside, in no particular order. */
    public final List<X509Certificate> certificates() {
        return List.copyOf(certificates);
    }

    /** The certificate the SignerInfo names by issuer and serial number, if it is inside. */
    public final Optional<X509Certificate> signerCertificate() {
        return reading.certificate();
    }

    /** The signature value: what a timestamp covers. */
    public final Bytes signatureValue() {
        return reading.signatureValue();
    }

    /** RFC 3161 tokens over the signature value, DER. */
    public final List<Bytes> timestamps() {
        return List.copyOf(timestamps);
    }

    /** PKCS#9 countersignatures, the timestamps of old, DER: what {@link Countersignature} reads. */
    public final List<Bytes> countersignatures() {
        return List.copyOf(countersignatures);
    }

    /** Types of unsigned attributes with no meaning here, dotted: free storage that no signature covers. */
    public final Set<String> foreignAttributes() {
        Set<String> foreign = new TreeSet<>(unsignedAttributeTypes);
        foreign.remove(CMSAttributes.counterSignature.getId());
        foreign.remove(timestampType.getId());
        unsignedAttributes().forEach(known -> foreign.remove(known.getId()));
        return Set.copyOf(foreign);
    }

    /** Unsigned attributes that have a meaning in this kind, beside timestamps. */
    Set<ASN1ObjectIdentifier> unsignedAttributes() {
        return Set.of();
    }

    /** RFC 5652 section 5.4: the messageDigest attribute is the digest of the content without its tag and length. */
    public final boolean isContentDigestRight() {
        return contentDigestRight;
    }

    /** RFC 5652 section 11.1: the contentType attribute names the content's type. */
    public final boolean isContentTypeRight() {
        return contentTypeRight;
    }

    /** RFC 5652 section 5.6: the signature value over the DER of the signed attributes, by this certificate's key. */
    public final boolean isSignedBy(X509Certificate certificate) {
        return reading.isSignedBy(certificate);
    }

    /**
     * True if the signed attributes bind the content and the signature value fits them and the key of the signer's certificate,
     * which is inside. Says nothing about whether that signer is trusted.
     */
    public final boolean holds() {
        return contentTypeRight
                && contentDigestRight
                && reading.certificate().map(this::isSignedBy).orElse(false);
    }

    /**
     * This signature with one more timestamp.
     *
     * @param token an RFC 3161 token, DER
     */
    public abstract SignedDataSignature withTimestamp(Bytes token) throws MalformedSignature;

    /** The octets with one more timestamp, behind those that are there. */
    final Bytes encodedWithTimestamp(Bytes token) {
        return encodedWithUnsigned(timestampType, asn1(token));
    }

    /** The octets with one more value of an unsigned attribute, behind those that are there. */
    final Bytes encodedWithUnsigned(ASN1ObjectIdentifier type, ASN1Encodable value) {
        return SignedDataEncoding.withUnsigned(parsedAgain(), signer, type, value);
    }

    /** The octets with the value at this index of an unsigned attribute replaced by another. */
    final Bytes encodedWithReplaced(ASN1ObjectIdentifier type, int index, ASN1Encodable value) {
        return SignedDataEncoding.withReplaced(parsedAgain(), signer, type, index, value);
    }

    /**
     * True if taking this apart and putting it together gives the same octets. Where not (some old signers wrote BER), adding
     * to the unsigned attributes would change octets that certificates or the signature cover.
     */
    public final boolean isRebuiltUnchanged() {
        return SignedDataEncoding.rebuilt(parsedAgain(), signer).equals(encoded);
    }

    /** Not kept, since Bouncy Castle has copied all octets into it. */
    private SignedData parsedAgain() {
        return SignedData.getInstance(ContentInfo.getInstance(asn1(encoded)).getContent());
    }

    /** Octets that are well-formed ASN.1, to be put into something. */
    static ASN1Primitive asn1(Bytes der) {
        try {
            return Asn1.parse(der);
        } catch (IOException e) {
            throw new UncheckedIOException("what was parsed before can be parsed", e);
        }
    }
}

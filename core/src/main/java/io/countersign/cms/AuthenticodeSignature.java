package io.countersign.cms;

import io.countersign.key.Bytes;
import io.countersign.key.CountersignOid;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import io.countersign.key.HostileKeys;
import io.countersign.pe.PageHashes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Object;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1Set;
import org.bouncycastle.asn1.ASN1TaggedObject;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.CMSAttributes;
import org.bouncycastle.asn1.cms.CMSObjectIdentifiers;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.cms.IssuerAndSerialNumber;
import org.bouncycastle.asn1.cms.SignedData;
import org.bouncycastle.asn1.cms.SignerInfo;
import org.bouncycastle.asn1.x500.X500Name;

/**
 * One Authenticode signature: a PKCS#7 SignedData (RFC 5652 section 5) over an SpcIndirectDataContent. Immutable and safe for
 * several threads. Parsing proves form; the {@code is…} methods do the arithmetic; trust is judged in
 * {@code io.countersign.verify}.
 */
public final class AuthenticodeSignature {
    private static final int MAXIMUM_CERTIFICATES = 64;
    private static final int MAXIMUM_NESTED = 16;

    private static final Set<ASN1ObjectIdentifier> UNSIGNED_ATTRIBUTES = Set.of(
            CMSAttributes.counterSignature,
            Oids.SPC_RFC3161_TIMESTAMP,
            Oids.SPC_NESTED_SIGNATURE,
            CountersignOid.SOURCE_IMAGE);

    private final Bytes encoded;
    private final SignedData signedData;
    private final SignerInfo signer;
    private final Digest imageDigest;
    private final boolean aboutPeImage;
    private final Optional<PageHashes> pageHashes;
    private final Optional<InvalidMarker> invalidMarker;
    private final boolean relaxedMarkerCheck;
    private final boolean contentTypeRight;
    private final boolean contentDigestRight;
    private final boolean legacyTimestamp;
    private final Optional<Bytes> signedAttributes;
    private final DigestAlgorithm digestAlgorithm;
    private final List<X509Certificate> certificates;
    private final Optional<X509Certificate> signerCertificate;
    private final List<Bytes> timestamps;
    private final List<AuthenticodeSignature> nested;
    private final Optional<SourceImage> sourceImage;
    private final Set<String> foreignAttributes;

    private AuthenticodeSignature(Bytes encoded, boolean mayNest)
            throws MalformedSignature, IOException, CertificateException {
        this.encoded = encoded;
        if (encoded.size() == 0) {
            throw new MalformedSignature("the signature is empty");
        }
        byte[] der = encoded.toByteArray();
        ContentInfo info = ContentInfo.getInstance(ASN1Primitive.fromByteArray(der));
        if (!info.getContentType().equals(CMSObjectIdentifiers.signedData)) {
            throw new MalformedSignature("content type is " + info.getContentType() + ", wanted SignedData");
        }
        signedData = SignedData.getInstance(info.getContent());
        ContentInfo inner = signedData.getEncapContentInfo();
        if (!inner.getContentType().equals(Oids.SPC_INDIRECT_DATA) || inner.getContent() == null) {
            throw new MalformedSignature("signed content is " + inner.getContentType()
                    + ", wanted SpcIndirectDataContent " + Oids.SPC_INDIRECT_DATA);
        }
        SpcIndirectDataContent content = SpcIndirectDataContent.of(inner.getContent());
        if (!Arrays.equals(inner.getContent().toASN1Primitive().getEncoded(), content.getEncoded(ASN1Encoding.DER))) {
            // Windows digests the octets that are there, we those of the DER: they must be the same.
            throw new MalformedSignature("the signed content is not DER");
        }
        imageDigest = content.digest();
        aboutPeImage = content.type().equals(Oids.SPC_PE_IMAGE_DATA);
        pageHashes = content.pageHashes();
        if (signedData.getSignerInfos().size() != 1) {
            throw new MalformedSignature("Authenticode has exactly one SignerInfo, this has "
                    + signedData.getSignerInfos().size());
        }
        signer = SignerInfo.getInstance(signedData.getSignerInfos().getObjectAt(0));
        ASN1ObjectIdentifier digestOid = signer.getDigestAlgorithm().getAlgorithm();
        digestAlgorithm = DigestAlgorithm.of(digestOid)
                .orElseThrow(() ->
                        new MalformedSignature("the signer's digest algorithm " + digestOid + " is none we know"));
        // Everything is decided here, since Bouncy Castle parses lazily and hostile ASN.1 would throw from any later
        // look at it.
        ASN1Set attributes = signer.getAuthenticatedAttributes();
        signedAttributes =
                attributes == null ? Optional.empty() : Optional.of(Bytes.of(attributes.getEncoded(ASN1Encoding.DER)));
        byte[] contentOctets = contentOctets(content);
        invalidMarker = InvalidMarker.find(der, contentOctets);
        relaxedMarkerCheck =
                !values(attributes, Oids.SPC_RELAXED_PE_MARKER_CHECK).isEmpty();
        List<ASN1Encodable> contentTypes = values(attributes, CMSAttributes.contentType);
        contentTypeRight = contentTypes.size() == 1 && contentTypes.get(0).equals(Oids.SPC_INDIRECT_DATA);
        List<ASN1Encodable> contentDigests = values(attributes, CMSAttributes.messageDigest);
        contentDigestRight = contentDigests.size() == 1
                && contentDigests.get(0).toASN1Primitive() instanceof ASN1OctetString claimed
                && digestAlgorithm.digest(contentOctets).value().equals(Bytes.of(claimed.getOctets()));
        legacyTimestamp = !unsigned(CMSAttributes.counterSignature).isEmpty();
        certificates = readCertificates();
        signerCertificate = findSigner();
        timestamps = new ArrayList<>();
        for (ASN1Encodable value : unsigned(Oids.SPC_RFC3161_TIMESTAMP)) {
            timestamps.add(Bytes.of(value.toASN1Primitive().getEncoded()));
        }
        nested = mayNest ? readNested() : List.of();
        List<ASN1Encodable> source = unsigned(CountersignOid.SOURCE_IMAGE);
        sourceImage = source.isEmpty()
                ? Optional.empty()
                : SourceImage.of(source.get(0).toASN1Primitive());
        foreignAttributes = new TreeSet<>();
        if (signer.getUnauthenticatedAttributes() != null) {
            for (ASN1Encodable element : signer.getUnauthenticatedAttributes()) {
                ASN1ObjectIdentifier type = Attribute.getInstance(element).getAttrType();
                if (!UNSIGNED_ATTRIBUTES.contains(type)) {
                    foreignAttributes.add(type.getId());
                }
            }
        }
    }

    /**
     * Reads one signature and what is nested in it.
     *
     * @param der a ContentInfo
     * @throws MalformedSignature if it is not an Authenticode signature, with the reason
     */
    public static AuthenticodeSignature parse(Bytes der) throws MalformedSignature {
        ElementLimit.require(der);
        return parse(der, true);
    }

    private static AuthenticodeSignature parse(Bytes der, boolean mayNest) throws MalformedSignature {
        try {
            return new AuthenticodeSignature(der, mayNest);
        } catch (IOException | CertificateException | RuntimeException e) {
            // Bouncy Castle parses lazily and answers hostile ASN.1 with many kinds of unchecked exception, some
            // without a
            // message.
            String reason =
                    Objects.requireNonNullElse(e.getMessage(), e.getClass().getSimpleName());
            throw new MalformedSignature("the signature is not well formed: " + reason, e);
        }
    }

    private List<X509Certificate> readCertificates() throws CertificateException, IOException, MalformedSignature {
        List<X509Certificate> found = new ArrayList<>();
        ASN1Set set = signedData.getCertificates();
        if (set == null) {
            return found;
        }
        if (set.size() > MAXIMUM_CERTIFICATES) {
            throw new MalformedSignature(set.size() + " certificates; at most " + MAXIMUM_CERTIFICATES + " are read");
        }
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        for (ASN1Encodable element : set) {
            // CertificateChoices: attribute certificates are tagged, and Microsoft's timestamps carry some.
            if (element.toASN1Primitive() instanceof ASN1Sequence sequence) {
                found.add((X509Certificate)
                        factory.generateCertificate(new ByteArrayInputStream(sequence.getEncoded(ASN1Encoding.DER))));
            }
        }
        return found;
    }

    private Optional<X509Certificate> findSigner() throws IOException {
        ASN1Encodable id = signer.getSID().getId();
        if (id.toASN1Primitive() instanceof ASN1TaggedObject) {
            return Optional.empty(); // a subjectKeyIdentifier, which Authenticode does not use
        }
        IssuerAndSerialNumber sid = IssuerAndSerialNumber.getInstance(id);
        for (X509Certificate c : certificates) {
            if (c.getSerialNumber().equals(sid.getSerialNumber().getValue())
                    && sid.getName()
                            .equals(X500Name.getInstance(
                                    c.getIssuerX500Principal().getEncoded()))) {
                return Optional.of(c);
            }
        }
        return Optional.empty();
    }

    private List<AuthenticodeSignature> readNested() throws MalformedSignature, IOException {
        List<AuthenticodeSignature> found = new ArrayList<>();
        for (ASN1Encodable value : unsigned(Oids.SPC_NESTED_SIGNATURE)) {
            if (found.size() == MAXIMUM_NESTED) {
                throw new MalformedSignature("more than " + MAXIMUM_NESTED + " nested signatures");
            }
            found.add(parse(Bytes.of(value.toASN1Primitive().getEncoded()), false));
        }
        return found;
    }

    private List<ASN1Encodable> unsigned(ASN1ObjectIdentifier type) {
        return values(signer.getUnauthenticatedAttributes(), type);
    }

    private static List<ASN1Encodable> values(ASN1Set attributes, ASN1ObjectIdentifier type) {
        List<ASN1Encodable> values = new ArrayList<>();
        if (attributes != null) {
            for (ASN1Encodable element : attributes) {
                Attribute attribute = Attribute.getInstance(element);
                if (attribute.getAttrType().equals(type)) {
                    attribute.getAttrValues().forEach(values::add);
                }
            }
        }
        return values;
    }

    /** The ContentInfo as it was read. */
    public Bytes encoded() {
        return encoded;
    }

    /** The digest of the file that this signature is about. */
    public Digest imageDigest() {
        return imageDigest;
    }

    /** True if the signed content says it is about a PE image. */
    public boolean isAboutPeImage() {
        return aboutPeImage;
    }

    /** The page hashes it signs beside the image digest, if any. */
    public Optional<PageHashes> pageHashes() {
        return pageHashes;
    }

    /** What Windows may take for a hidden archive, anywhere in this signature, its timestamps and nested ones. */
    public Optional<InvalidMarker> invalidMarker() {
        return invalidMarker;
    }

    /** Whether it asks Windows to excuse an invalid marker (signed attribute 1.3.6.1.4.1.311.2.6.1). */
    public boolean hasRelaxedMarkerCheck() {
        return relaxedMarkerCheck;
    }

    /** The digest of the SignerInfo; honest signers use the same for the image. */
    public DigestAlgorithm digestAlgorithm() {
        return digestAlgorithm;
    }

    /** All X.509 certificates inside, in no particular order. */
    public List<X509Certificate> certificates() {
        return List.copyOf(certificates);
    }

    /** The certificate the SignerInfo names by issuer and serial number, if it is inside. */
    public Optional<X509Certificate> signerCertificate() {
        return signerCertificate;
    }

    /** The signature value: what a timestamp covers. */
    public Bytes signatureValue() {
        return Bytes.of(signer.getEncryptedDigest().getOctets());
    }

    /** RFC 3161 tokens (unsigned attribute 1.3.6.1.4.1.311.3.3.1), DER. */
    public List<Bytes> timestamps() {
        return List.copyOf(timestamps);
    }

    /** True if there is a PKCS#9 countersignature, the timestamp of old. */
    public boolean hasLegacyTimestamp() {
        return legacyTimestamp;
    }

    /** Further signatures in unsigned attribute 1.3.6.1.4.1.311.2.4.1, in order. */
    public List<AuthenticodeSignature> nested() {
        return List.copyOf(nested);
    }

    /** What our own signer noted of the file before signing. */
    public Optional<SourceImage> sourceImage() {
        return sourceImage;
    }

    /** Types of unsigned attributes with no meaning here, dotted: free storage that no signature covers. */
    public Set<String> foreignAttributes() {
        return Set.copyOf(foreignAttributes);
    }

    /** RFC 5652 section 5.4: the messageDigest attribute is the digest of the content without its tag and length. */
    public boolean isContentDigestRight() {
        return contentDigestRight;
    }

    /** RFC 5652 section 11.1: the contentType attribute names the content's type. */
    public boolean isContentTypeRight() {
        return contentTypeRight;
    }

    /** RFC 5652 section 5.6: the signature value over the DER of the signed attributes, by this certificate's key. */
    public boolean isSignedBy(X509Certificate certificate) {
        if (signedAttributes.isEmpty() || !HostileKeys.isBounded(certificate.getPublicKey())) {
            return false;
        }
        String digest = digestAlgorithm.jcaName().replace("-", "");
        String key = certificate.getPublicKey().getAlgorithm().equals("EC") ? "ECDSA" : "RSA";
        try {
            Signature verifier = Signature.getInstance(digest + "with" + key);
            verifier.initVerify(certificate.getPublicKey());
            verifier.update(signedAttributes.get().toByteArray());
            return verifier.verify(signer.getEncryptedDigest().getOctets());
        } catch (GeneralSecurityException | ArithmeticException e) {
            return false; // a key or a signature value of another kind than announced, or one made to fail
        }
    }

    /** This signature with one more value of an unsigned attribute, behind those that are there. */
    public AuthenticodeSignature withUnsigned(ASN1ObjectIdentifier type, ASN1Encodable value)
            throws MalformedSignature {
        return parse(SignedDataEncoding.withUnsigned(signedData, signer, type, value));
    }

    /**
     * This signature with one more timestamp.
     *
     * @param token an RFC 3161 token, DER
     */
    public AuthenticodeSignature withTimestamp(Bytes token) throws MalformedSignature {
        return withUnsigned(Oids.SPC_RFC3161_TIMESTAMP, asn1(token));
    }

    /** This signature with one more nested in it, behind those that are there. */
    public AuthenticodeSignature withNested(AuthenticodeSignature other) throws MalformedSignature {
        return withUnsigned(Oids.SPC_NESTED_SIGNATURE, asn1(other.encoded()));
    }

    /**
     * This signature with another in place of one that is nested in it.
     *
     * @param index in {@link #nested()}
     */
    public AuthenticodeSignature withNested(int index, AuthenticodeSignature replacement) throws MalformedSignature {
        if (index < 0 || index >= nested.size()) {
            throw new IndexOutOfBoundsException("nested signature " + index + " of " + nested.size());
        }
        return parse(SignedDataEncoding.withReplaced(
                signedData, signer, Oids.SPC_NESTED_SIGNATURE, index, asn1(replacement.encoded())));
    }

    /** Octets that are well-formed ASN.1, to be put into something. */
    private static ASN1Primitive asn1(Bytes der) {
        try {
            return ASN1Primitive.fromByteArray(der.toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException("what was parsed before can be parsed", e);
        }
    }

    /**
     * True if taking this apart and putting it together gives the same octets. Where not (some old signers wrote BER), adding
     * to the unsigned attributes would change octets that certificates or the signature cover.
     */
    public boolean isRebuiltUnchanged() {
        return SignedDataEncoding.rebuilt(signedData, signer).equals(encoded);
    }

    static byte[] contentOctets(ASN1Object content) throws IOException {
        byte[] der = content.getEncoded(ASN1Encoding.DER);
        // A definite length of up to 127 takes one octet; above, the first says how many follow.
        int header = (der[1] & 0x80) == 0 ? 2 : 2 + (der[1] & 0x7F);
        return Arrays.copyOfRange(der, header, der.length);
    }
}

package io.countersign.cms;

import io.countersign.key.Bytes;
import io.countersign.key.CountersignOid;
import io.countersign.key.Digest;
import io.countersign.pe.PageHashes;
import java.io.IOException;
import java.security.cert.CertificateException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.cms.SignedData;

/**
 * One Authenticode signature: a SignedData over an SpcIndirectDataContent (Windows Authenticode Portable Executable Signature
 * Format 1.0, "PKCS #7 SignedData structure").
 */
public final class AuthenticodeSignature extends SignedDataSignature {
    private static final int MAXIMUM_NESTED = 16;

    private final Digest imageDigest;
    private final SpcSubject subject;
    private final Optional<PageHashes> pageHashes;
    private final Optional<InvalidMarker> invalidMarker;
    private final boolean relaxedMarkerCheck;
    private final List<AuthenticodeSignature> nested;
    private final Optional<SourceImage> sourceImage;

    private AuthenticodeSignature(
            Bytes encoded, SignedData signedData, SpcIndirectDataContent content, SignedOctets octets, boolean mayNest)
            throws MalformedSignature, IOException, CertificateException {
        super(encoded, signedData, octets, Oids.SPC_RFC3161_TIMESTAMP);
        imageDigest = content.digest();
        subject = content.subject();
        pageHashes = content.pageHashes();
        invalidMarker = InvalidMarker.find(encoded.asBuffer(), octets.content());
        relaxedMarkerCheck = !signed(Oids.SPC_RELAXED_PE_MARKER_CHECK).isEmpty();
        nested = mayNest ? readNested() : List.of();
        List<ASN1Encodable> source = unsigned(CountersignOid.SOURCE_IMAGE);
        sourceImage = source.isEmpty()
                ? Optional.empty()
                : SourceImage.of(source.get(0).toASN1Primitive());
    }

    /**
     * Reads one signature and what is nested in it.
     *
     * @param der a ContentInfo
     * @throws MalformedSignature if it is not an Authenticode signature, with the reason
     */
    public static AuthenticodeSignature parse(Bytes der) throws MalformedSignature {
        ElementLimit.require(der);
        return read(der, encoded -> of(encoded, true));
    }

    private static AuthenticodeSignature of(Bytes encoded, boolean mayNest)
            throws MalformedSignature, IOException, CertificateException {
        SignedData signedData = signedData(encoded, Oids.SPC_INDIRECT_DATA, "SpcIndirectDataContent");
        ASN1Encodable inner = signedData.getEncapContentInfo().getContent();
        SpcIndirectDataContent content = SpcIndirectDataContent.of(inner);
        SignedOctets octets = new SignedOctets(encoded);
        if (!octets.content().equals(Asn1.contentOctets(content))) {
            throw new MalformedSignature("the signed content is not DER");
        }
        if (signedData.getSignerInfos().size() != 1) {
            throw new MalformedSignature("Authenticode has exactly one SignerInfo, this has "
                    + signedData.getSignerInfos().size());
        }
        return new AuthenticodeSignature(encoded, signedData, content, octets, mayNest);
    }

    private List<AuthenticodeSignature> readNested() throws MalformedSignature, IOException {
        List<AuthenticodeSignature> found = new ArrayList<>();
        for (ASN1Encodable value : unsigned(Oids.SPC_NESTED_SIGNATURE)) {
            if (found.size() == MAXIMUM_NESTED) {
                throw new MalformedSignature("more than " + MAXIMUM_NESTED + " nested signatures");
            }
            found.add(read(Bytes.of(value.toASN1Primitive().getEncoded()), encoded -> of(encoded, false)));
        }
        return found;
    }

    /** The digest of the file that this signature is about. */
    public Digest imageDigest() {
        return imageDigest;
    }

    /** True if the signed content says it is about a PE image. */
    public boolean isAboutPeImage() {
        return subject.equals(SpcSubject.of(Oids.SPC_PE_IMAGE_DATA));
    }

    /** What kind of file the signed content says it is about. */
    public SpcSubject subject() {
        return subject;
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

    /** Further signatures in unsigned attribute 1.3.6.1.4.1.311.2.4.1, in order. */
    public List<AuthenticodeSignature> nested() {
        return List.copyOf(nested);
    }

    /** What our own signer noted of the file before signing. */
    public Optional<SourceImage> sourceImage() {
        return sourceImage;
    }

    @Override
    Set<ASN1ObjectIdentifier> unsignedAttributes() {
        return Set.of(Oids.SPC_NESTED_SIGNATURE, CountersignOid.SOURCE_IMAGE);
    }

    /** This signature with one more value of an unsigned attribute, behind those that are there. */
    public AuthenticodeSignature withUnsigned(ASN1ObjectIdentifier type, ASN1Encodable value)
            throws MalformedSignature {
        return parse(encodedWithUnsigned(type, value));
    }

    @Override
    public AuthenticodeSignature withTimestamp(Bytes token) throws MalformedSignature {
        return parse(encodedWithTimestamp(token));
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
        return parse(encodedWithReplaced(Oids.SPC_NESTED_SIGNATURE, index, asn1(replacement.encoded())));
    }
}

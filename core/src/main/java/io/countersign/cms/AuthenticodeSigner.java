package io.countersign.cms;

import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import io.countersign.key.KeyUnavailable;
import io.countersign.key.SignatureAlgorithm;
import io.countersign.key.SigningKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.OptionalInt;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1Object;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1Set;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.cms.CMSAttributes;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.cms.IssuerAndSerialNumber;
import org.bouncycastle.asn1.cms.SignerIdentifier;
import org.bouncycastle.asn1.cms.SignerInfo;
import org.bouncycastle.asn1.cms.Time;
import org.bouncycastle.asn1.esf.CommitmentTypeIndication;
import org.bouncycastle.asn1.ess.ESSCertIDv2;
import org.bouncycastle.asn1.ess.SigningCertificateV2;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.Certificate;
import org.bouncycastle.asn1.x509.IssuerSerial;

/**
 * Makes Authenticode signatures: SignedData version 1 with one SignerInfo, the whole chain but the root, and the signed
 * attributes of an {@link AuthenticodeContent}. No signingTime, so the same input gives the same octets. Safe for several
 * threads.
 */
public final class AuthenticodeSigner {
    private final SigningKey key;

    public AuthenticodeSigner(SigningKey key) {
        this.key = key;
    }

    /**
     * Signs.
     *
     * @throws KeyUnavailable if the key cannot be used now
     */
    public AuthenticodeSignature sign(AuthenticodeContent content) throws KeyUnavailable {
        Bytes signedData = sign(
                Oids.SPC_INDIRECT_DATA,
                content.asn1Content(),
                content.asn1SignedAttributes(),
                content.imageDigest().algorithm());
        try {
            return AuthenticodeSignature.parse(signedData);
        } catch (MalformedSignature e) {
            throw new IllegalStateException("what was just made cannot be read", e);
        }
    }

    /**
     * Signs a catalog.
     *
     * @param trustList the CertificateTrustList, DER
     * @param digest of content and signature; not SHA-1
     * @throws KeyUnavailable if the key cannot be used now
     */
    public CatalogSignature signCatalog(ASN1Sequence trustList, DigestAlgorithm digest, SpcSpOpusInfo opusInfo)
            throws KeyUnavailable {
        Bytes signedData = sign(
                Oids.CERTIFICATE_TRUST_LIST,
                trustList,
                AuthenticodeContent.signedAttributes(
                        Oids.CERTIFICATE_TRUST_LIST,
                        trustList,
                        digest,
                        new SignedAttributes(opusInfo, false, OptionalInt.empty())),
                digest);
        try {
            return CatalogSignature.parse(signedData).orElseThrow();
        } catch (MalformedSignature e) {
            throw new IllegalStateException("what was just made cannot be read", e);
        }
    }

    /**
     * Signs a NuGet package as its author, in NuGet's own profile.
     *
     * @param time the signing-time attribute, which NuGet wants
     * @throws KeyUnavailable if the key cannot be used now
     */
    public PackageSignature signPackage(Digest packageDigest, Instant time) throws KeyUnavailable {
        ASN1OctetString content = new DEROctetString(PackageSignature.content(packageDigest));
        IssuerAndSerialNumber issued = new IssuerAndSerialNumber(certificate(key.certificate()));
        ESSCertIDv2 binding = new ESSCertIDv2(
                DigestAlgorithm.SHA256
                        .digest(encoded(key.certificate()))
                        .value()
                        .toByteArray(),
                new IssuerSerial(issued.getName(), issued.getSerialNumber().getValue()));
        ASN1EncodableVector attributes = new ASN1EncodableVector();
        attributes.add(AuthenticodeContent.attribute(CMSAttributes.contentType, PKCSObjectIdentifiers.data));
        attributes.add(AuthenticodeContent.attribute(
                CMSAttributes.messageDigest, AuthenticodeContent.contentDigest(content, packageDigest.algorithm())));
        attributes.add(AuthenticodeContent.attribute(CMSAttributes.signingTime, new Time(Date.from(time))));
        attributes.add(AuthenticodeContent.attribute(
                PKCSObjectIdentifiers.id_aa_signingCertificateV2, new SigningCertificateV2(binding)));
        attributes.add(AuthenticodeContent.attribute(
                PKCSObjectIdentifiers.id_aa_ets_commitmentType,
                new CommitmentTypeIndication(PKCSObjectIdentifiers.id_cti_ets_proofOfOrigin)));
        try {
            return PackageSignature.parse(
                    sign(PKCSObjectIdentifiers.data, content, new DERSet(attributes), packageDigest.algorithm()));
        } catch (MalformedSignature e) {
            throw new IllegalStateException("what was just made cannot be read", e);
        }
    }

    private Bytes sign(
            ASN1ObjectIdentifier contentType, ASN1Object content, ASN1Set signedAttributes, DigestAlgorithm digest)
            throws KeyUnavailable {
        AlgorithmIdentifier digestAlgorithm = digest.algorithmIdentifier();
        SignatureAlgorithm algorithm = SignatureAlgorithm.of(key.certificate().getPublicKey(), digest);
        byte[] signature = key.signDigest(
                algorithm, digest.digest(Asn1.der(signedAttributes).toByteArray()));
        Certificate leaf = certificate(key.certificate());
        SignerInfo signer = new SignerInfo(
                new SignerIdentifier(new IssuerAndSerialNumber(leaf)),
                digestAlgorithm,
                signedAttributes,
                signatureAlgorithm(algorithm),
                new DEROctetString(signature),
                null);
        return SignedDataEncoding.encode(
                new ASN1Integer(1),
                new DERSet(digestAlgorithm),
                new ContentInfo(contentType, content),
                certificates(),
                null,
                new DERSet(signer));
    }

    /** PKCS#7 (RFC 2315 section 9.2) and signtool name the key's own algorithm for RSA, not the combination with the digest. */
    private static AlgorithmIdentifier signatureAlgorithm(SignatureAlgorithm algorithm) {
        return algorithm.keyAlgorithm().equals("RSA")
                ? new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE)
                : algorithm.algorithmIdentifier();
    }

    private ASN1Set certificates() {
        ASN1EncodableVector certificates = new ASN1EncodableVector();
        List<X509Certificate> chain = key.chain();
        for (int i = 0; i < chain.size(); i++) {
            X509Certificate c = chain.get(i);
            // The verifier has its own roots; a root shipped inside proves nothing. A lone self-signed leaf must be
            // there.
            if (i == 0 || !c.getSubjectX500Principal().equals(c.getIssuerX500Principal())) {
                certificates.add(certificate(c));
            }
        }
        return new DERSet(certificates);
    }

    private static Certificate certificate(X509Certificate certificate) {
        return Certificate.getInstance(encoded(certificate));
    }

    private static byte[] encoded(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was parsed can be encoded", e);
        }
    }
}

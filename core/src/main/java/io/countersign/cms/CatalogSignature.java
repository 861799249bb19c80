package io.countersign.cms;

import io.countersign.key.Bytes;
import java.io.IOException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.cms.SignedData;
import org.bouncycastle.asn1.cms.SignerInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.operator.OperatorCreationException;

/**
 * The signature of a catalog: a PKCS#7 SignedData over a certificate trust list. Immutable and safe for several threads; as
 * with {@link AuthenticodeSignature}, everything is decided while parsing.
 */
public final class CatalogSignature {
    private static final int MAXIMUM_CERTIFICATES = 64;

    private final Bytes encoded;
    private final SignedData signedData;
    private final SignerInfo signer;
    private final List<X509Certificate> certificates = new ArrayList<>();
    private final Optional<X509Certificate> signerCertificate;
    private final List<Bytes> timestamps = new ArrayList<>();
    private final boolean holds;

    private CatalogSignature(Bytes encoded, CMSSignedData cms, SignerInformation information)
            throws MalformedSignature, IOException, CertificateException {
        this.encoded = encoded;
        signedData = SignedData.getInstance(cms.toASN1Structure().getContent());
        signer = information.toASN1Structure();
        Collection<X509CertificateHolder> holders = cms.getCertificates().getMatches(null);
        if (holders.size() > MAXIMUM_CERTIFICATES) {
            throw new MalformedSignature(
                    holders.size() + " certificates; at most " + MAXIMUM_CERTIFICATES + " are read");
        }
        JcaX509CertificateConverter converter = new JcaX509CertificateConverter();
        X509Certificate found = null;
        for (X509CertificateHolder holder : holders) {
            X509Certificate certificate = converter.getCertificate(holder);
            certificates.add(certificate);
            if (information.getSID().match(holder)) {
                found = certificate;
            }
        }
        signerCertificate = Optional.ofNullable(found);
        if (information.getUnsignedAttributes() != null) {
            ASN1EncodableVector attributes = information.getUnsignedAttributes().getAll(Oids.SPC_RFC3161_TIMESTAMP);
            for (int i = 0; i < attributes.size(); i++) {
                for (ASN1Encodable value :
                        Attribute.getInstance(attributes.get(i)).getAttrValues()) {
                    timestamps.add(Bytes.of(value.toASN1Primitive().getEncoded()));
                }
            }
        }
        holds = signerCertificate.isPresent() && isSignedBy(information, signerCertificate.get());
    }

    /**
     * Reads the signature of a catalog.
     *
     * @param der a ContentInfo
     * @return empty for a catalog without a SignerInfo, as Inf2Cat makes it
     * @throws MalformedSignature if it is no SignedData over a certificate trust list
     */
    public static Optional<CatalogSignature> parse(Bytes der) throws MalformedSignature {
        try {
            CMSSignedData cms =
                    new CMSSignedData(ContentInfo.getInstance(ASN1Primitive.fromByteArray(der.toByteArray())));
            if (!cms.getSignedContentTypeOID().equals(Oids.CERTIFICATE_TRUST_LIST.getId())) {
                throw new MalformedSignature(
                        "signed content is " + cms.getSignedContentTypeOID() + ", wanted a certificate trust list");
            }
            Collection<SignerInformation> signers = cms.getSignerInfos().getSigners();
            if (signers.size() > 1) {
                throw new MalformedSignature("a catalog has at most one SignerInfo, this has " + signers.size());
            }
            return signers.isEmpty()
                    ? Optional.empty()
                    : Optional.of(
                            new CatalogSignature(der, cms, signers.iterator().next()));
        } catch (CMSException | IOException | CertificateException e) {
            throw new MalformedSignature("the signature is not well formed: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            // Bouncy Castle parses lazily and answers hostile ASN.1 with many kinds of unchecked exception.
            throw new MalformedSignature("the signature is not well-formed ASN.1: " + e.getMessage(), e);
        }
    }

    private static boolean isSignedBy(SignerInformation information, X509Certificate certificate) {
        try {
            return information.verify(new JcaSimpleSignerInfoVerifierBuilder().build(certificate.getPublicKey()));
        } catch (CMSException | OperatorCreationException e) {
            return false; // a digest, a key or a signature value of another kind than announced
        }
    }

    /** The whole catalog: a ContentInfo as it was read. */
    public Bytes encoded() {
        return encoded;
    }

    /** All X.509 certificates inside, in no particular order. */
    public List<X509Certificate> certificates() {
        return List.copyOf(certificates);
    }

    /** The certificate the SignerInfo names, if it is inside. */
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

    /**
     * True if the signed attributes carry the digest of the trust list and the signature value fits them and the signer's key
     * (RFC 5652 sections 5.4 and 5.6). Says nothing about whether that signer is trusted.
     */
    public boolean holds() {
        return holds;
    }

    /**
     * The same with a timestamp token added.
     *
     * @throws MalformedSignature if the token is no ASN.1
     */
    public CatalogSignature withTimestamp(Bytes token) throws MalformedSignature {
        try {
            return parse(SignedDataEncoding.withUnsigned(
                            signedData,
                            signer,
                            Oids.SPC_RFC3161_TIMESTAMP,
                            ASN1Primitive.fromByteArray(token.toByteArray())))
                    .orElseThrow();
        } catch (IOException e) {
            throw new MalformedSignature("the timestamp token is not well formed: " + e.getMessage(), e);
        }
    }
}

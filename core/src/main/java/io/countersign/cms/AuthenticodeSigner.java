package io.countersign.cms;

import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import io.countersign.key.KeyUnavailable;
import io.countersign.key.SignatureAlgorithm;
import io.countersign.key.SigningKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1Object;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1Set;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.CMSAttributes;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.cms.IssuerAndSerialNumber;
import org.bouncycastle.asn1.cms.SignerIdentifier;
import org.bouncycastle.asn1.cms.SignerInfo;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.Certificate;

/**
 * Makes Authenticode signatures: SignedData version 1 with one SignerInfo, the whole chain but the root, and the signed
 * attributes contentType, messageDigest, SpcStatementType and SpcSpOpusInfo. No signingTime, so the same input gives the same
 * octets. Safe for several threads.
 */
public final class AuthenticodeSigner {
    private final SigningKey key;

    public AuthenticodeSigner(SigningKey key) {
        this.key = key;
    }

    /**
     * Signs a PE image digest.
     *
     * @throws KeyUnavailable if the key cannot be used now
     */
    public AuthenticodeSignature signPeImage(Digest imageDigest, SpcSpOpusInfo opusInfo) throws KeyUnavailable {
        Bytes signedData = sign(
                Oids.SPC_INDIRECT_DATA,
                SpcIndirectDataContent.ofPeImage(imageDigest),
                imageDigest.algorithm(),
                opusInfo);
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
        Bytes signedData = sign(Oids.CERTIFICATE_TRUST_LIST, trustList, digest, opusInfo);
        try {
            return CatalogSignature.parse(signedData).orElseThrow();
        } catch (MalformedSignature e) {
            throw new IllegalStateException("what was just made cannot be read", e);
        }
    }

    private Bytes sign(
            ASN1ObjectIdentifier contentType, ASN1Object content, DigestAlgorithm digest, SpcSpOpusInfo opusInfo)
            throws KeyUnavailable {
        AlgorithmIdentifier digestAlgorithm = digest.algorithmIdentifier();
        ASN1Set signedAttributes = new DERSet(new ASN1Encodable[] {
            attribute(CMSAttributes.contentType, contentType),
            attribute(Oids.SPC_SP_OPUS_INFO, opusInfo),
            attribute(Oids.SPC_STATEMENT_TYPE, new DERSequence(Oids.SPC_INDIVIDUAL)),
            attribute(CMSAttributes.messageDigest, contentDigest(content, digest))
        });
        SignatureAlgorithm algorithm = SignatureAlgorithm.of(key.certificate().getPublicKey(), digest);
        byte[] signature = key.sign(algorithm, encode(signedAttributes));
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

    private static Attribute attribute(ASN1ObjectIdentifier type, ASN1Encodable value) {
        return new Attribute(type, new DERSet(value));
    }

    private static DEROctetString contentDigest(ASN1Object content, DigestAlgorithm digest) {
        try {
            byte[] octets = AuthenticodeSignature.contentOctets(content);
            return new DEROctetString(digest.digest(octets).value().toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException("encoding to memory does not fail", e);
        }
    }

    private static byte[] encode(ASN1Set attributes) {
        try {
            return attributes.getEncoded(ASN1Encoding.DER);
        } catch (IOException e) {
            throw new UncheckedIOException("encoding to memory does not fail", e);
        }
    }

    private static Certificate certificate(X509Certificate certificate) {
        try {
            return Certificate.getInstance(certificate.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was parsed can be encoded", e);
        }
    }
}

package io.countersign.timestamp;

import io.countersign.key.DigestAlgorithm;
import io.countersign.key.HostileInput;
import io.countersign.key.SignatureAlgorithm;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.Attributes;
import org.bouncycastle.asn1.cms.CMSAttributes;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.cms.IssuerAndSerialNumber;
import org.bouncycastle.asn1.cms.SignedData;
import org.bouncycastle.asn1.cms.SignerInfo;
import org.bouncycastle.asn1.ess.ESSCertIDv2;
import org.bouncycastle.asn1.ess.SigningCertificateV2;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.tsp.TSTInfo;

/**
 * Reads a token that was just made from its octets, as its client will, and holds it against what was asked and against the
 * certificate. A device that signs with another key, a bit that flipped, an error of ours: none leaves the house. Safe for
 * several threads.
 */
final class TokenCheck {
    private final X509Certificate certificate;
    private final SignatureAlgorithm algorithm;
    private final SignatureVerifier signatures;
    private final byte[] certificateDigest;

    /** @throws UnfitTimestampKey if the certificate cannot be encoded */
    TokenCheck(X509Certificate certificate, SignatureAlgorithm algorithm) {
        this.certificate = certificate;
        this.signatures = SignatureVerifier.of(certificate.getPublicKey(), algorithm);
        this.algorithm = algorithm;
        try {
            this.certificateDigest = DigestAlgorithm.SHA256
                    .digest(certificate.getEncoded())
                    .value()
                    .toByteArray();
        } catch (CertificateEncodingException e) {
            throw new UnfitTimestampKey("the timestamp key's certificate cannot be encoded", e);
        }
    }

    /** @throws UnsoundToken naming the first thing that is not as it should be */
    void requireSound(byte[] token, TokenContent content) throws UnsoundToken {
        try {
            ContentInfo outer = ContentInfo.getInstance(token);
            SignedData signed = SignedData.getInstance(outer.getContent());
            byte[] info = ASN1OctetString.getInstance(
                            signed.getEncapContentInfo().getContent())
                    .getOctets();
            requireContent(TSTInfo.getInstance(info), content);
            int certificates = signed.getCertificates() == null
                    ? 0
                    : signed.getCertificates().size();
            require(
                    certificates > 0 == content.request().values().certReq(),
                    "it has " + certificates + " certificates");
            requireSigner(SignerInfo.getInstance(signed.getSignerInfos().getObjectAt(0)), info);
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            throw new UnsoundToken("it cannot be read: " + HostileInput.reason(e), e);
        }
    }

    private static void requireContent(TSTInfo info, TokenContent content) throws UnsoundToken, IOException {
        TimestampRequest request = content.request().values();
        require(
                Arrays.equals(
                        info.getMessageImprint().getEncoded(ASN1Encoding.DER),
                        content.request().messageImprint().toByteArray()),
                "its imprint is another");
        require(info.getPolicy().getId().equals(content.policy()), "its policy is another");
        require(info.getSerialNumber().hasValue(content.serialNumber()), "its serial number is another");
        Optional<BigInteger> nonce = Optional.ofNullable(info.getNonce()).map(n -> n.getValue());
        require(nonce.equals(request.nonce()), "its nonce is another");
        Instant genTime = TokenContent.GENERALIZED_TIME.parse(info.getGenTime().getTimeString(), Instant::from);
        require(genTime.equals(content.genTime()), "its time is another");
    }

    private void requireSigner(SignerInfo signer, byte[] info)
            throws UnsoundToken, IOException, GeneralSecurityException {
        IssuerAndSerialNumber named =
                IssuerAndSerialNumber.getInstance(signer.getSID().getId());
        require(
                named.getSerialNumber().hasValue(certificate.getSerialNumber()),
                "its signer is named by another certificate");
        Attributes attributes = Attributes.getInstance(signer.getAuthenticatedAttributes());
        require(
                value(attributes, CMSAttributes.contentType).equals(PKCSObjectIdentifiers.id_ct_TSTInfo),
                "its content is of another type");
        byte[] digest = ASN1OctetString.getInstance(value(attributes, CMSAttributes.messageDigest))
                .getOctets();
        require(
                Arrays.equals(digest, algorithm.digest().newMessageDigest().digest(info)),
                "its signed digest is not that of its content");
        ESSCertIDv2 bound = SigningCertificateV2.getInstance(
                        value(attributes, PKCSObjectIdentifiers.id_aa_signingCertificateV2))
                .getCerts()[0];
        require(Arrays.equals(bound.getCertHash(), certificateDigest), "it binds another certificate");
        require(
                signatures.verifies(
                        signer.getAuthenticatedAttributes().getEncoded(ASN1Encoding.DER),
                        signer.getEncryptedDigest().getOctets()),
                "the certificate does not verify its signature");
    }

    private static ASN1Encodable value(Attributes attributes, ASN1ObjectIdentifier type) throws UnsoundToken {
        for (Attribute attribute : attributes.getAttributes()) {
            if (attribute.getAttrType().equals(type)) {
                return attribute.getAttrValues().getObjectAt(0);
            }
        }
        throw new UnsoundToken("it lacks the signed attribute " + type.getId(), null);
    }

    private static void require(boolean holds, String otherwise) throws UnsoundToken {
        if (!holds) {
            throw new UnsoundToken(otherwise, null);
        }
    }
}

package io.countersign.timestamp;

import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import io.countersign.key.KeyUnavailable;
import io.countersign.key.SignatureAlgorithm;
import io.countersign.key.SigningKey;
import java.math.BigInteger;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1Boolean;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERGeneralizedTime;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.CMSAlgorithmProtection;
import org.bouncycastle.asn1.cms.CMSAttributes;
import org.bouncycastle.asn1.cms.CMSObjectIdentifiers;
import org.bouncycastle.asn1.cms.IssuerAndSerialNumber;
import org.bouncycastle.asn1.cms.Time;
import org.bouncycastle.asn1.ess.ESSCertIDv2;
import org.bouncycastle.asn1.ess.SigningCertificateV2;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.tsp.Accuracy;
import org.bouncycastle.asn1.tsp.MessageImprint;
import org.bouncycastle.asn1.tsp.TSTInfo;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.Certificate;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.cms.DefaultCMSSignatureEncryptionAlgorithmFinder;

/**
 * Builds and signs tokens for requests already accepted: TSTInfo (RFC 3161 section 2.4.2) in a SignedData whose signed
 * attributes bind the TSA's certificate with ESSCertIDv2 (RFC 5816). What is the same in each token is encoded once, since
 * encoding it anew takes longer than a P-256 signature. Safe for several threads if the key is.
 */
final class TokenIssuer {
    private static final byte[] ONE = der(new ASN1Integer(1));
    private static final byte[] THREE = der(new ASN1Integer(3));

    private final SigningKey key;
    private final SignatureAlgorithm algorithm;
    private final TimestampPolicy policy;
    private final Accuracy accuracy;
    private final GeneralName authority;

    /** DER of constant parts. */
    private final byte[] digestAlgorithm;

    private final byte[] certificates;
    private final byte[] signerIdentifier;
    private final byte[] signatureAlgorithm;
    private final byte[] contentType;
    private final byte[] signingCertificate;
    private final byte[] algorithmProtection;

    /** @throws UnfitTimestampKey if a certificate of the key's chain cannot be encoded */
    TokenIssuer(SigningKey key, SignatureAlgorithm algorithm, TimestampPolicy policy) {
        this.key = key;
        this.algorithm = algorithm;
        this.policy = policy;
        this.accuracy = accuracy(policy);
        List<byte[]> published = published(key.chain());
        this.certificates = Der.setOf(Der.CONTEXT_0, published.toArray(byte[][]::new));
        Certificate certificate = Certificate.getInstance(published.get(0));
        this.authority = policy.namesAuthority() ? new GeneralName(certificate.getSubject()) : null;
        this.signerIdentifier = der(new IssuerAndSerialNumber(certificate));
        AlgorithmIdentifier digest = algorithm.digest().algorithmIdentifier();
        AlgorithmIdentifier signature = new DefaultCMSSignatureEncryptionAlgorithmFinder()
                .findEncryptionAlgorithm(algorithm.algorithmIdentifier());
        this.digestAlgorithm = der(digest);
        this.signatureAlgorithm = der(signature);
        this.contentType = attribute(CMSAttributes.contentType, PKCSObjectIdentifiers.id_ct_TSTInfo);
        // The digest is SHA-256, the default of RFC 5816, which DER leaves out; issuer and serial number are the
        // signer's
        // name already (RFC 5035 section 4).
        this.signingCertificate = attribute(
                PKCSObjectIdentifiers.id_aa_signingCertificateV2,
                new SigningCertificateV2(new ESSCertIDv2(
                        DigestAlgorithm.SHA256.digest(published.get(0)).value().toByteArray())));
        this.algorithmProtection = attribute(
                CMSAttributes.cmsAlgorithmProtect,
                new CMSAlgorithmProtection(digest, CMSAlgorithmProtection.SIGNATURE, signature));
    }

    /**
     * The DER of a token: a CMS ContentInfo (RFC 5652 sections 3 and 5).
     *
     * @throws KeyUnavailable if the key cannot sign
     */
    byte[] issue(TokenContent content) throws KeyUnavailable {
        byte[] info = der(info(content));
        byte[] toBeSigned = signedAttributes(info, content.genTime());
        byte[] signature = key.sign(algorithm, toBeSigned);
        // RFC 5652 section 5.4: signed as a SET, carried as [0] in its place.
        byte[] signedAttributes = toBeSigned.clone();
        signedAttributes[0] = (byte) Der.CONTEXT_0;
        byte[] signerInfo = Der.of(
                Der.SEQUENCE,
                ONE,
                signerIdentifier,
                digestAlgorithm,
                signedAttributes,
                signatureAlgorithm,
                Der.of(Der.OCTET_STRING, signature));
        byte[] signedData = Der.of(
                Der.SEQUENCE,
                THREE,
                Der.of(Der.SET, digestAlgorithm),
                Der.of(
                        Der.SEQUENCE,
                        der(PKCSObjectIdentifiers.id_ct_TSTInfo),
                        Der.of(Der.CONTEXT_0, Der.of(Der.OCTET_STRING, info))),
                content.request().values().certReq() ? certificates : new byte[0],
                Der.of(Der.SET, signerInfo));
        return Der.of(Der.SEQUENCE, der(CMSObjectIdentifiers.signedData), Der.of(Der.CONTEXT_0, signedData));
    }

    private TSTInfo info(TokenContent content) {
        return new TSTInfo(
                new ASN1ObjectIdentifier(content.policy()),
                MessageImprint.getInstance(content.request().messageImprint().toByteArray()),
                new ASN1Integer(content.serialNumber()),
                new DERGeneralizedTime(TokenContent.GENERALIZED_TIME.format(content.genTime())),
                accuracy,
                ASN1Boolean.getInstance(policy.ordering()),
                content.request().values().nonce().map(ASN1Integer::new).orElse(null),
                authority,
                null);
    }

    private byte[] signedAttributes(byte[] info, Instant time) {
        Digest digest = algorithm.digest().digest(info);
        return Der.setOf(
                Der.SET,
                contentType,
                attribute(CMSAttributes.signingTime, new Time(Date.from(time))),
                attribute(
                        CMSAttributes.messageDigest,
                        new DEROctetString(digest.value().toByteArray())),
                signingCertificate,
                algorithmProtection);
    }

    private static byte[] attribute(ASN1ObjectIdentifier type, ASN1Encodable value) {
        return der(new Attribute(type, new DERSet(value)));
    }

    private static Accuracy accuracy(TimestampPolicy policy) {
        long seconds = policy.accuracy().toSeconds();
        int millis = policy.accuracy().toMillisPart();
        return new Accuracy(
                seconds == 0 ? null : new ASN1Integer(BigInteger.valueOf(seconds)),
                millis == 0 ? null : new ASN1Integer(millis),
                null);
    }

    /** All but the root, which a verifier must have from elsewhere. */
    private static List<byte[]> published(List<X509Certificate> chain) {
        List<byte[]> certificates = new ArrayList<>();
        try {
            for (X509Certificate c : chain) {
                boolean root = c.getSubjectX500Principal().equals(c.getIssuerX500Principal());
                if (!root || certificates.isEmpty()) {
                    certificates.add(c.getEncoded());
                }
            }
        } catch (CertificateEncodingException e) {
            throw new UnfitTimestampKey("a certificate of the timestamp key's chain cannot be encoded", e);
        }
        return certificates;
    }

    private static byte[] der(ASN1Encodable value) {
        return Encoding.der(value.toASN1Primitive());
    }
}

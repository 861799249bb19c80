package io.countersign.timestamp;

import io.countersign.key.DigestAlgorithm;
import io.countersign.key.KeyUnavailable;
import io.countersign.key.SignatureAlgorithm;
import io.countersign.key.SigningKey;
import io.countersign.key.SigningKeyContentSigner;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.AttributeTable;
import org.bouncycastle.asn1.cms.CMSAttributes;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.cms.Time;
import org.bouncycastle.asn1.tsp.TimeStampReq;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cms.DefaultSignedAttributeTableGenerator;
import org.bouncycastle.cms.SignerInfoGenerator;
import org.bouncycastle.cms.SignerInfoGeneratorBuilder;
import org.bouncycastle.operator.DigestCalculatorProvider;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.RuntimeOperatorException;
import org.bouncycastle.operator.bc.BcDigestCalculatorProvider;
import org.bouncycastle.tsp.TSPException;
import org.bouncycastle.tsp.TimeStampTokenGenerator;
import org.bouncycastle.util.CollectionStore;
import org.bouncycastle.util.Store;

/**
 * Builds and signs tokens for requests already accepted: TSTInfo (RFC 3161 section 2.4.2) in a SignedData whose signed
 * attributes bind the TSA's certificate with ESSCertIDv2 (RFC 5816). Safe for several threads if the key is.
 */
final class TokenIssuer {
    private static final DigestCalculatorProvider DIGESTS = new BcDigestCalculatorProvider();
    private static final SecureRandom RANDOM = new SecureRandom();

    /** Positive and 20 octets at most: what section 2.4.2 has every client accept. */
    private static final int SERIAL_NUMBER_BITS = 159;

    private final SigningKey key;
    private final SignatureAlgorithm algorithm;
    private final TimestampPolicy policy;
    private final X509CertificateHolder certificate;
    private final Store<X509CertificateHolder> published;

    TokenIssuer(SigningKey key, X509CertificateHolder certificate, TimestampPolicy policy) {
        this.key = key;
        this.algorithm = algorithm(key.certificate());
        this.policy = policy;
        this.certificate = certificate;
        this.published = published(key.chain());
    }

    /**
     * A token with the given time, to the millisecond.
     *
     * @throws KeyUnavailable if the key cannot sign
     */
    ContentInfo issue(TimestampRequest request, Instant time) throws KeyUnavailable {
        TimeStampReq asn1 = TimeStampReq.getInstance(request.encode());
        try {
            return generator(time)
                    .generate(new org.bouncycastle.tsp.TimeStampRequest(asn1), newSerialNumber(), Date.from(time))
                    .toCMSSignedData()
                    .toASN1Structure();
        } catch (RuntimeOperatorException e) {
            if (e.getCause() instanceof KeyUnavailable unavailable) {
                throw unavailable;
            }
            throw e;
        } catch (TSPException | OperatorCreationException e) {
            throw new IllegalStateException("an accepted request and a checked certificate make a token", e);
        }
    }

    private TimeStampTokenGenerator generator(Instant time) throws OperatorCreationException, TSPException {
        // Bouncy Castle's own signingTime would be the machine's, not our clock's.
        Attribute signingTime = new Attribute(CMSAttributes.signingTime, new DERSet(new Time(Date.from(time))));
        SignerInfoGenerator signer = new SignerInfoGeneratorBuilder(DIGESTS)
                .setSignedAttributeGenerator(new DefaultSignedAttributeTableGenerator(new AttributeTable(signingTime)))
                .build(new SigningKeyContentSigner(key, algorithm), certificate);
        TimeStampTokenGenerator generator = new TimeStampTokenGenerator(
                signer,
                DIGESTS.get(DigestAlgorithm.SHA256.algorithmIdentifier()),
                new ASN1ObjectIdentifier(policy.oid()));
        generator.setResolution(TimeStampTokenGenerator.R_MILLISECONDS);
        generator.setAccuracySeconds(policy.accuracySeconds());
        generator.addCertificates(published);
        return generator;
    }

    private static BigInteger newSerialNumber() {
        return new BigInteger(SERIAL_NUMBER_BITS, RANDOM).setBit(SERIAL_NUMBER_BITS - 1);
    }

    /** With the digest that signed the certificate, as the CA/Browser Forum's code-signing baseline requirements want it. */
    private static SignatureAlgorithm algorithm(X509Certificate certificate) {
        DigestAlgorithm digest = SignatureAlgorithm.of(new ASN1ObjectIdentifier(certificate.getSigAlgOID()))
                .map(SignatureAlgorithm::digest)
                .orElse(DigestAlgorithm.SHA256);
        return SignatureAlgorithm.of(certificate.getPublicKey(), digest);
    }

    /** All but the root, which a verifier must have from elsewhere. */
    private static Store<X509CertificateHolder> published(List<X509Certificate> chain) {
        List<X509CertificateHolder> certificates = new ArrayList<>();
        try {
            for (X509Certificate c : chain) {
                boolean root = c.getSubjectX500Principal().equals(c.getIssuerX500Principal());
                if (!root || certificates.isEmpty()) {
                    certificates.add(new JcaX509CertificateHolder(c));
                }
            }
        } catch (CertificateEncodingException e) {
            throw new UnfitTimestampKey("a certificate of the timestamp key's chain cannot be encoded", e);
        }
        return new CollectionStore<>(certificates);
    }
}

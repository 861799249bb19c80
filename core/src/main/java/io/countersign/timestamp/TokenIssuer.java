package io.countersign.timestamp;

import io.countersign.key.DigestAlgorithm;
import io.countersign.key.KeyUnavailable;
import io.countersign.key.SignatureAlgorithm;
import io.countersign.key.SigningKey;
import io.countersign.key.SigningKeyContentSigner;
import java.math.BigInteger;
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
import org.bouncycastle.asn1.x509.GeneralName;
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

/**
 * Builds and signs tokens for requests already accepted: TSTInfo (RFC 3161 section 2.4.2) in a SignedData whose signed
 * attributes bind the TSA's certificate with ESSCertIDv2 (RFC 5816). Safe for several threads if the key is.
 */
final class TokenIssuer {
    private static final DigestCalculatorProvider DIGESTS = new BcDigestCalculatorProvider();
    private final SigningKey key;
    private final SignatureAlgorithm algorithm;
    private final TimestampPolicy policy;
    private final X509CertificateHolder certificate;
    private final List<X509CertificateHolder> published;

    TokenIssuer(SigningKey key, TimestampPolicy policy) {
        this.key = key;
        this.algorithm = algorithm(key.certificate());
        this.policy = policy;
        this.published = published(key.chain());
        this.certificate = published.get(0);
    }

    /**
     * A token with the given serial number and time, to the millisecond.
     *
     * @throws KeyUnavailable if the key cannot sign
     */
    ContentInfo issue(TimestampRequest request, String underPolicy, BigInteger serialNumber, Instant time)
            throws KeyUnavailable {
        TimeStampReq asn1 = TimeStampReq.getInstance(request.encode());
        try {
            return generator(underPolicy, time)
                    .generate(new org.bouncycastle.tsp.TimeStampRequest(asn1), serialNumber, Date.from(time))
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

    private TimeStampTokenGenerator generator(String underPolicy, Instant time)
            throws OperatorCreationException, TSPException {
        // Bouncy Castle's own signingTime would be the machine's, not our clock's.
        Attribute signingTime = new Attribute(CMSAttributes.signingTime, new DERSet(new Time(Date.from(time))));
        SignerInfoGenerator signer = new SignerInfoGeneratorBuilder(DIGESTS)
                .setSignedAttributeGenerator(new DefaultSignedAttributeTableGenerator(new AttributeTable(signingTime)))
                .build(new SigningKeyContentSigner(key, algorithm), certificate);
        TimeStampTokenGenerator generator = new TimeStampTokenGenerator(
                signer,
                DIGESTS.get(DigestAlgorithm.SHA256.algorithmIdentifier()),
                new ASN1ObjectIdentifier(underPolicy));
        generator.setResolution(TimeStampTokenGenerator.R_MILLISECONDS);
        // Zero would be written, and not as DER wants it.
        if (policy.accuracy().toSeconds() > 0) {
            generator.setAccuracySeconds((int) policy.accuracy().toSeconds());
        }
        if (policy.accuracy().toMillisPart() > 0) {
            generator.setAccuracyMillis(policy.accuracy().toMillisPart());
        }
        generator.setOrdering(policy.ordering());
        if (policy.namesAuthority()) {
            generator.setTSA(new GeneralName(certificate.getSubject()));
        }
        generator.addCertificates(new CollectionStore<>(published));
        return generator;
    }

    /** With the digest that signed the certificate, as the CA/Browser Forum's code-signing baseline requirements want it. */
    private static SignatureAlgorithm algorithm(X509Certificate certificate) {
        DigestAlgorithm digest = SignatureAlgorithm.of(new ASN1ObjectIdentifier(certificate.getSigAlgOID()))
                .map(SignatureAlgorithm::digest)
                .orElse(DigestAlgorithm.SHA256);
        return SignatureAlgorithm.of(certificate.getPublicKey(), digest);
    }

    /** All but the root, which a verifier must have from elsewhere. */
    private static List<X509CertificateHolder> published(List<X509Certificate> chain) {
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
        return certificates;
    }
}

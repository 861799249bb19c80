package io.countersign.timestamp;

import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import io.countersign.key.HostileInput;
import io.countersign.key.HostileKeys;
import java.io.IOException;
import java.math.BigInteger;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.tsp.Accuracy;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.DefaultCMSSignatureAlgorithmNameGenerator;
import org.bouncycastle.cms.SignerInformationVerifier;
import org.bouncycastle.operator.DefaultSignatureAlgorithmIdentifierFinder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.bc.BcDigestCalculatorProvider;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.tsp.TSPException;
import org.bouncycastle.tsp.TimeStampToken;

/**
 * A parsed RFC 3161 TimeStampToken (RFC 3161 section 2.4.2). Parsing proves form only; trust is judged in
 * {@code io.countersign.verify}.
 */
public final class TimestampToken {
    private static final int MAXIMUM_CERTIFICATES = 64;

    private final TimeStampToken token;
    private final Bytes encoded;
    private final List<X509Certificate> certificates;
    private final Optional<X509Certificate> signerCertificate;

    private TimestampToken(TimeStampToken token, Bytes encoded) throws CertificateException, MalformedTimestamp {
        this.token = token;
        this.encoded = encoded;
        Collection<X509CertificateHolder> inside = token.getCertificates().getMatches(null);
        if (inside.size() > MAXIMUM_CERTIFICATES) {
            throw new MalformedTimestamp(
                    inside.size() + " certificates in the token; at most " + MAXIMUM_CERTIFICATES + " are read");
        }
        JcaX509CertificateConverter converter = new JcaX509CertificateConverter();
        List<X509Certificate> found = new ArrayList<>();
        X509Certificate signer = null;
        for (X509CertificateHolder holder : inside) {
            X509Certificate certificate = converter.getCertificate(holder);
            found.add(certificate);
            if (token.getSID().match(holder)) {
                signer = certificate;
            }
        }
        this.certificates = List.copyOf(found);
        this.signerCertificate = Optional.ofNullable(signer);
    }

    /**
     * Reads a DER token (a CMS ContentInfo).
     *
     * @throws MalformedTimestamp if it is not one
     */
    public static TimestampToken parse(byte[] der) throws MalformedTimestamp {
        try {
            return new TimestampToken(new TimeStampToken(new CMSSignedData(der)), Bytes.of(der));
        } catch (CMSException | TSPException | IOException | CertificateException | RuntimeException e) {
            // Bouncy Castle answers hostile ASN.1 with unchecked exceptions as well.
            throw new MalformedTimestamp("not an RFC 3161 token: " + HostileInput.reason(e), e);
        }
    }

    /** The token as it arrived, to be embedded unchanged. */
    public Bytes encoded() {
        return encoded;
    }

    public Instant genTime() {
        return token.getTimeStampInfo().getGenTime().toInstant();
    }

    /**
     * How far genTime may be off, either way; empty if the token does not say. One that is negative or beyond 68 years is told as
     * 68 years.
     */
    public Optional<Duration> accuracy() {
        Accuracy accuracy = token.getTimeStampInfo().toASN1Structure().getAccuracy();
        if (accuracy == null) {
            return Optional.empty();
        }
        BigInteger seconds = value(accuracy.getSeconds());
        // Milliseconds and microseconds are from 1 to 999, or the token is not read.
        return Optional.of(
                seconds.signum() < 0 || seconds.bitLength() >= Integer.SIZE
                        ? Duration.ofSeconds(Integer.MAX_VALUE)
                        : Duration.ofSeconds(seconds.longValue())
                                .plusMillis(value(accuracy.getMillis()).longValue())
                                .plusNanos(value(accuracy.getMicros()).longValue() * 1000));
    }

    private static BigInteger value(ASN1Integer part) {
        return part == null ? BigInteger.ZERO : part.getValue();
    }

    /** The digest the token covers; empty if its algorithm is none we know or its length does not fit. */
    public Optional<Digest> imprint() {
        byte[] octets = token.getTimeStampInfo().getMessageImprintDigest();
        return DigestAlgorithm.of(token.getTimeStampInfo().getHashAlgorithm().getAlgorithm())
                .filter(a -> a.size() == octets.length)
                .map(a -> new Digest(a, Bytes.of(octets)));
    }

    public BigInteger serialNumber() {
        return token.getTimeStampInfo().getSerialNumber();
    }

    /** The TSA policy, a dotted object identifier. */
    public String policy() {
        return token.getTimeStampInfo().getPolicy().getId();
    }

    public Optional<BigInteger> nonce() {
        return Optional.ofNullable(token.getTimeStampInfo().getNonce());
    }

    /** The X.509 certificates inside, in no particular order. */
    public List<X509Certificate> certificates() {
        return certificates;
    }

    /** The certificate the signer is named by, if it is inside. */
    public Optional<X509Certificate> signerCertificate() {
        return signerCertificate;
    }

    /**
     * Checks what the token can prove by itself: its signer's certificate is inside, is the one the signing-certificate
     * attribute binds (RFC 5816), has timeStamping as its critical and sole key purpose (RFC 3161 section 2.3), was valid at
     * genTime, and its key made the signature.
     *
     * @throws MalformedTimestamp if any of that does not hold, with the reason
     */
    public void requireOwnSignature() throws MalformedTimestamp {
        X509Certificate signer = signerCertificate.orElseThrow(
                () -> new MalformedTimestamp("the authority's certificate is not in the token"));
        if (!HostileKeys.isBounded(signer.getPublicKey())) {
            throw new MalformedTimestamp("the authority's key is larger than any in use");
        }
        try {
            token.validate(verifier(signer));
        } catch (TSPException | OperatorCreationException | RuntimeException e) {
            // Bouncy Castle answers hostile ASN.1 with unchecked exceptions as well.
            throw new MalformedTimestamp(HostileInput.reason(e), e);
        }
    }

    private static Provider rsa() throws OperatorCreationException {
        try {
            return Signature.getInstance("SHA256withRSA").getProvider();
        } catch (NoSuchAlgorithmException e) {
            throw new OperatorCreationException("no provider has RSA signatures", e);
        }
    }

    private static SignerInformationVerifier verifier(X509Certificate signer) throws OperatorCreationException {
        JcaContentVerifierProviderBuilder signatures = new JcaContentVerifierProviderBuilder();
        // Bouncy Castle checks RSA signatures twice where any provider has their raw form; the one for this alone has
        // not.
        if (signer.getPublicKey() instanceof RSAPublicKey) {
            signatures.setProvider(rsa());
        }
        return new SignerInformationVerifier(
                new DefaultCMSSignatureAlgorithmNameGenerator(),
                new DefaultSignatureAlgorithmIdentifierFinder(),
                signatures.build(signer),
                new BcDigestCalculatorProvider());
    }

    /** Bouncy Castle's view. */
    TimeStampToken asBouncyCastle() {
        return token;
    }
}

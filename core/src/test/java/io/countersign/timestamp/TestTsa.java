package io.countersign.timestamp;

import io.countersign.fixture.SoftwareKey;
import io.countersign.key.Digest;
import io.countersign.key.KeyUnavailable;
import io.countersign.key.SignatureAlgorithm;
import io.countersign.key.SigningKey;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Throw-away software keys under a root of their own: root, CA and TSA. */
public final class TestTsa {
    /** An extension of a certificate to be made. */
    record Ext(ASN1ObjectIdentifier oid, boolean critical, ASN1Encodable value) {}

    static final Ext TIMESTAMPING =
            new Ext(Extension.extendedKeyUsage, true, new ExtendedKeyUsage(KeyPurposeId.id_kp_timeStamping));
    static final Ext SIGNS = new Ext(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));

    /** The time of the clocks that stand still in these tests; certificates are valid for a year on either side. */
    static final Instant NOW = Instant.parse("2026-11-23T12:34:56.789Z");

    private static final Duration YEAR = Duration.ofDays(365);
    private static final AtomicInteger SERIAL = new AtomicInteger(1);
    private static final Ext CA = new Ext(Extension.basicConstraints, true, new BasicConstraints(true));
    private static final KeyPair ROOT_KEYS = keys("EC", 256);
    private static final KeyPair CA_KEYS = keys("EC", 256);
    private static final X509Certificate ROOT =
            certificate("TEST timestamp root", ROOT_KEYS, "TEST timestamp root", ROOT_KEYS, NOW, YEAR, CA);
    private static final X509Certificate ISSUER =
            certificate("TEST timestamp CA", CA_KEYS, "TEST timestamp root", ROOT_KEYS, NOW, YEAR, CA);
    private static final KeyPair EC_KEYS = keys("EC", 256);

    private TestTsa() {}

    /** A P-256 key with a TSA's certificate. */
    public static SigningKey key() {
        return key(EC_KEYS, NOW, YEAR, TIMESTAMPING, SIGNS);
    }

    static SigningKey rsaKey() {
        return key(keys("RSA", 3072), NOW, YEAR, TIMESTAMPING, SIGNS);
    }

    /** A key whose certificate has these extensions and no others. */
    static SigningKey keyWith(Ext... extensions) {
        return key(EC_KEYS, NOW, YEAR, extensions);
    }

    /** A TSA's key whose certificate is valid for a year on either side of some other time. */
    static SigningKey keyAround(Instant middle) {
        return key(EC_KEYS, middle, YEAR, TIMESTAMPING, SIGNS);
    }

    /** A TSA's key with a sound certificate and a device that fails. */
    public static SigningKey broken(KeyUnavailable failure) {
        SigningKey sound = key();
        return new SigningKey() {
            @Override
            public List<X509Certificate> chain() {
                return sound.chain();
            }

            @Override
            public byte[] sign(SignatureAlgorithm algorithm, byte[] toBeSigned) throws KeyUnavailable {
                throw failure;
            }

            @Override
            public byte[] signDigest(SignatureAlgorithm algorithm, Digest digest) throws KeyUnavailable {
                throw failure;
            }
        };
    }

    /** An authority with {@link #key} whose clock stands still. */
    public static TimestampAuthority authority() {
        return new TimestampAuthority("test", key(), clock());
    }

    /** One that stands still while the certificates here are valid. */
    public static InstantSource clock() {
        return InstantSource.fixed(NOW);
    }

    private static SigningKey key(KeyPair keys, Instant middle, Duration margin, Ext... extensions) {
        X509Certificate leaf = certificate("TEST TSA", keys, "TEST timestamp CA", CA_KEYS, middle, margin, extensions);
        return new SoftwareKey(keys.getPrivate(), List.of(leaf, ISSUER, ROOT));
    }

    private static KeyPair keys(String algorithm, int size) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            generator.initialize(size);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static X509Certificate certificate(
            String subject,
            KeyPair keys,
            String issuer,
            KeyPair issuerKeys,
            Instant middle,
            Duration margin,
            Ext... extensions) {
        try {
            JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    new X500Name("CN=" + issuer),
                    BigInteger.valueOf(SERIAL.getAndIncrement()),
                    Date.from(middle.minus(margin)),
                    Date.from(middle.plus(margin)),
                    new X500Name("CN=" + subject),
                    keys.getPublic());
            for (Ext extension : extensions) {
                builder.addExtension(extension.oid(), extension.critical(), extension.value());
            }
            return new JcaX509CertificateConverter()
                    .getCertificate(builder.build(
                            new JcaContentSignerBuilder("SHA256withECDSA").build(issuerKeys.getPrivate())));
        } catch (CertIOException | OperatorCreationException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}

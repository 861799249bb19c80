package io.countersign.verify;

import static io.countersign.fixture.TableSample.attach;
import static io.countersign.fixture.TableSample.entry;
import static io.countersign.verify.HostileLab.NOW;
import static io.countersign.verify.HostileLab.ROOT;
import static io.countersign.verify.HostileLab.assertTrusted;
import static io.countersign.verify.HostileLab.assertUntrusted;
import static io.countersign.verify.HostileLab.judge;
import static io.countersign.verify.HostileLab.unsigned;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.fixture.CmsSample;
import io.countersign.fixture.SoftwareKey;
import io.countersign.fixture.TestPki;
import io.countersign.fixture.TestPki.Kind;
import io.countersign.key.DigestAlgorithm;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.ECNamedCurveTable;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.asn1.x9.X9ECPoint;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Certificate chains that only look as if they led to a root. */
@Timeout(60)
class HostilePathTest {
    private final byte[] unsigned = unsigned();

    @Test
    void aTlsServerCertificateSignsNoCode() {
        SoftwareKey server = HostileLab.publisher(ROOT, "server.example", Kind.TLS_SERVER);
        assertUntrusted(judge(signedBy(server, server.chain())), "is not for code signing");
    }

    @Test
    void aRootShippedInsideIsNoReasonToTrustIt() {
        SoftwareKey own = TestPki.root("LAB Root", NOW.minusSeconds(900));
        SoftwareKey publisher = HostileLab.publisher(own, "LAB Publisher", Kind.CODE_SIGNING);
        assertUntrusted(judge(signedBy(publisher, publisher.chain())), "ends in none of the given roots");
    }

    @Test
    void anAuthorityWithoutKeyUsageIsOne() throws Exception {
        KeyPair keys = rsa();
        X509Certificate authority = certificate(
                "LAB CA without key usage",
                SubjectPublicKeyInfo.getInstance(keys.getPublic().getEncoded()),
                "LAB Root",
                ROOT.key(),
                new Extension(Extension.basicConstraints, true, new BasicConstraints(0).getEncoded()));
        SoftwareKey issuer = new SoftwareKey(keys.getPrivate(), List.of(authority, ROOT.certificate()));
        SoftwareKey publisher = HostileLab.publisher(issuer, "LAB Publisher", Kind.CODE_SIGNING);
        assertTrusted(judge(signedBy(publisher, publisher.chain())));

        SoftwareKey second = HostileLab.publisher(issuer, "LAB second CA", Kind.AUTHORITY);
        SoftwareKey tooDeep = HostileLab.publisher(second, "LAB Publisher", Kind.CODE_SIGNING);
        assertUntrusted(judge(signedBy(tooDeep, tooDeep.chain())), "allows 0 authorities below it, there are 1");
    }

    /** CVE-2020-0601: the root's public key as a point on a curve of the attacker's own choice, whose private key is 1. */
    @Test
    void aRootImitatedWithExplicitCurveParametersIsNotTrusted() throws Exception {
        SoftwareKey root = ecRoot();
        SubjectPublicKeyInfo real = SubjectPublicKeyInfo.getInstance(
                root.certificate().getPublicKey().getEncoded());
        X9ECParameters p256 = ECNamedCurveTable.getByName("P-256");
        byte[] point = real.getPublicKeyData().getBytes();
        X9ECParameters crafted =
                new X9ECParameters(p256.getCurve(), new X9ECPoint(p256.getCurve(), point), p256.getN(), BigInteger.ONE);
        SubjectPublicKeyInfo imitation =
                new SubjectPublicKeyInfo(new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, crafted), point);
        KeyPair keys = rsa();
        // The attacker can sign for the crafted key; which key signs is all the same to what is tested: it must not be
        // read.
        byte[] ca = encoded("LAB EC Root", imitation, "LAB EC Root", root.key());
        X509Certificate leaf = certificate(
                "LAB Publisher",
                SubjectPublicKeyInfo.getInstance(keys.getPublic().getEncoded()),
                "LAB EC Root",
                ROOT.key());
        byte[] cms = CmsSample.by(
                        new SoftwareKey(keys.getPrivate(), List.of(leaf)),
                        HostileLab.imageDigest(unsigned, DigestAlgorithm.SHA256))
                .extraCertificate(ca)
                .toBytes()
                .toByteArray();
        Report report = judge(attach(unsigned, entry(cms)), root.certificate());
        assertThat(report.verdict()).isInstanceOf(Verdict.Malformed.class);
        assertThat(((Verdict.Malformed) report.verdict()).reason()).contains("EC");
    }

    /** 64 authorities of one name that all issued each other: exponentially many paths, of which a bounded number is tried. */
    @Test
    void manyAuthoritiesOfOneNameCostABoundedSearch() throws Exception {
        KeyPair keys = rsa();
        List<X509Certificate> crowd = new ArrayList<>();
        for (int i = 0; i < 62; i++) {
            crowd.add(certificate(
                    "Crowd",
                    SubjectPublicKeyInfo.getInstance(keys.getPublic().getEncoded()),
                    "Crowd",
                    keys.getPrivate(),
                    new Extension(Extension.basicConstraints, true, new BasicConstraints(true).getEncoded())));
        }
        SoftwareKey publisher = HostileLab.publisher(
                new SoftwareKey(keys.getPrivate(), List.of(crowd.get(0))), "Crowd Publisher", Kind.CODE_SIGNING);
        crowd.add(publisher.certificate());
        assertUntrusted(judge(signedBy(publisher, crowd)), "ends in none of the given roots");
    }

    private byte[] signedBy(SoftwareKey key, List<X509Certificate> inside) {
        return attach(
                unsigned,
                entry(CmsSample.by(key, HostileLab.imageDigest(unsigned, DigestAlgorithm.SHA256))
                        .certificates(inside)
                        .toBytes()
                        .toByteArray()));
    }

    private static SoftwareKey ecRoot() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        KeyPair keys = generator.generateKeyPair();
        return new SoftwareKey(
                keys.getPrivate(),
                List.of(certificate(
                        "LAB EC Root",
                        SubjectPublicKeyInfo.getInstance(keys.getPublic().getEncoded()),
                        "LAB EC Root",
                        keys.getPrivate())));
    }

    private static KeyPair rsa() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        return generator.generateKeyPair();
    }

    private static X509Certificate certificate(
            String name, SubjectPublicKeyInfo key, String issuer, PrivateKey issuerKey, Extension... extensions)
            throws Exception {
        return new JcaX509CertificateConverter()
                .getCertificate(new X509CertificateHolder(encoded(name, key, issuer, issuerKey, extensions)));
    }

    private static byte[] encoded(
            String name, SubjectPublicKeyInfo key, String issuer, PrivateKey issuerKey, Extension... extensions)
            throws Exception {
        X509v3CertificateBuilder builder = new X509v3CertificateBuilder(
                new X500Name("CN=" + issuer),
                new BigInteger(64, new SecureRandom()),
                Date.from(NOW.minusSeconds(600)),
                Date.from(NOW.plusSeconds(600)),
                new X500Name("CN=" + name),
                key);
        for (Extension extension : extensions) {
            builder.addExtension(extension);
        }
        String algorithm = issuerKey.getAlgorithm().equals("EC") ? "SHA256withECDSA" : "SHA256withRSA";
        return builder.build(new JcaContentSignerBuilder(algorithm).build(issuerKey))
                .getEncoded();
    }
}

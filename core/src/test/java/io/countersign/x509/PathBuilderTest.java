package io.countersign.x509;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.fixture.SoftwareKey;
import io.countersign.fixture.TestPki;
import io.countersign.fixture.TestPki.Kind;
import io.countersign.key.HostileKeys;
import java.math.BigInteger;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.spec.DSAPublicKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;

class PathBuilderTest {
    private final Instant now = Instant.now();

    private final SoftwareKey root = TestPki.root("Test Root");

    @Test
    void aNameOutsideItsAuthoritysNameConstraintsIsRefused() throws Exception {
        SoftwareKey constrained = issue(root, "CN=Constrained", 2048, "SHA256withRSA", true);
        SoftwareKey inside = issue(constrained, "O=Good Corp,CN=Inside", 2048, "SHA256withRSA", false);
        SoftwareKey outside = issue(constrained, "O=Evil Inc,CN=Outside", 2048, "SHA256withRSA", false);
        assertThat(path(inside).isGood()).as(path(inside).problems().toString()).isTrue();
        assertThat(path(outside).problems()).singleElement().asString().contains("RFC 5280 path validation refuses it");
    }

    @Test
    void brokenAlgorithmsAndShortKeysAreRefused() throws Exception {
        assertThat(path(issue(root, "CN=MD5", 2048, "MD5withRSA", false)).isGood())
                .isFalse();
        assertThat(path(issue(root, "CN=RSA-512", 512, "SHA256withRSA", false)).isGood())
                .isFalse();
        assertThat(path(TestPki.issue(root, "Good", Kind.CODE_SIGNING)).isGood())
                .isTrue();
    }

    @Test
    void keysThatWouldCostHoursAreNotUsed() throws Exception {
        BigInteger huge = BigInteger.ONE.shiftLeft(20_000).add(BigInteger.ONE);
        // Longer RSA keys the JDK refuses by itself.
        assertThat(HostileKeys.isBounded(rsa(BigInteger.ONE.shiftLeft(2047), BigInteger.ONE.shiftLeft(2000))))
                .isFalse();
        PublicKey dsa = KeyFactory.getInstance("DSA")
                .generatePublic(new DSAPublicKeySpec(
                        BigInteger.TWO, huge, BigInteger.ONE.shiftLeft(255), BigInteger.valueOf(4)));
        assertThat(HostileKeys.isBounded(dsa)).isFalse();
        assertThat(HostileKeys.isBounded(root.certificate().getPublicKey())).isTrue();
    }

    private static PublicKey rsa(BigInteger modulus, BigInteger exponent) throws Exception {
        return KeyFactory.getInstance("RSA").generatePublic(new RSAPublicKeySpec(modulus, exponent));
    }

    private CertificatePath path(SoftwareKey leaf) {
        return new PathBuilder(List.of(root.certificate()))
                .build(leaf.certificate(), leaf.chain(), Purpose.CODE_SIGNING, now);
    }

    private SoftwareKey issue(SoftwareKey issuer, String name, int bits, String algorithm, boolean constrained)
            throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(bits);
        KeyPair pair = generator.generateKeyPair();
        X509v3CertificateBuilder builder = new X509v3CertificateBuilder(
                X500Name.getInstance(
                        issuer.certificate().getSubjectX500Principal().getEncoded()),
                BigInteger.valueOf(bits),
                Date.from(now.minusSeconds(60)),
                Date.from(now.plus(Duration.ofDays(1))),
                new X500Name(name),
                SubjectPublicKeyInfo.getInstance(pair.getPublic().getEncoded()));
        if (constrained) {
            GeneralSubtree permitted = new GeneralSubtree(new GeneralName(new X500Name("O=Good Corp")));
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
            builder.addExtension(
                    Extension.nameConstraints, true, new NameConstraints(new GeneralSubtree[] {permitted}, null));
        } else {
            builder.addExtension(
                    Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_codeSigning));
        }
        List<X509Certificate> chain = new ArrayList<>(List.of(new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder(algorithm).build(issuer.key())))));
        chain.addAll(issuer.chain());
        return new SoftwareKey(pair.getPrivate(), chain);
    }
}

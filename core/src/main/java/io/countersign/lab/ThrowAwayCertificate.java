package io.countersign.lab;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Makes certificates (RFC 5280) from plans; unlike the key ceremony's, of any time. */
final class ThrowAwayCertificate {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int SERIAL_BITS = 127;

    private ThrowAwayCertificate() {}

    static X509Certificate selfSigned(CertificatePlan plan, PublicKey subject, PrivateKey key) {
        return make(plan, subject, new X500Name("CN=" + plan.name()), subject, key);
    }

    static X509Certificate make(CertificatePlan plan, PublicKey subject, ThrowAwayKey issuer) {
        X509Certificate certificate = issuer.certificate();
        X500Name name =
                X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
        return make(plan, subject, name, certificate.getPublicKey(), issuer.key());
    }

    private static X509Certificate make(
            CertificatePlan plan, PublicKey subject, X500Name issuer, PublicKey issuerKey, PrivateKey signer) {
        try {
            JcaX509ExtensionUtils identifiers = new JcaX509ExtensionUtils();
            X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    issuer,
                    new BigInteger(SERIAL_BITS, RANDOM),
                    Date.from(plan.from()),
                    Date.from(plan.to()),
                    new X500Name("CN=" + plan.name()),
                    subject);
            builder.addExtension(
                    Extension.subjectKeyIdentifier, false, identifiers.createSubjectKeyIdentifier(subject));
            builder.addExtension(
                    Extension.authorityKeyIdentifier, false, identifiers.createAuthorityKeyIdentifier(issuerKey));
            usage(builder, plan.usages(), plan.usagesCritical());
            String digest = signer.getAlgorithm().equals("EC") ? "SHA256withECDSA" : "SHA256withRSA";
            return new JcaX509CertificateConverter()
                    .getCertificate(builder.build(new JcaContentSignerBuilder(digest).build(signer)));
        } catch (GeneralSecurityException | OperatorCreationException | CertIOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void usage(X509v3CertificateBuilder builder, List<String> usages, boolean critical)
            throws CertIOException {
        if (usages.isEmpty()) {
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            return;
        }
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
        KeyPurposeId[] purposes = usages.stream()
                .map(oid -> KeyPurposeId.getInstance(new ASN1ObjectIdentifier(oid)))
                .toArray(KeyPurposeId[]::new);
        builder.addExtension(Extension.extendedKeyUsage, critical, new ExtendedKeyUsage(purposes));
    }
}

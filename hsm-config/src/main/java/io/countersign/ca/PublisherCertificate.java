package io.countersign.ca;

import io.countersign.home.PkiAddresses;
import io.countersign.key.DigestAlgorithm;
import io.countersign.key.SignatureAlgorithm;
import io.countersign.key.SigningKey;
import io.countersign.key.SigningKeyContentSigner;
import io.countersign.x509.SerialNumbers;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERPrintableString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CertificatePolicies;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.PolicyInformation;
import org.bouncycastle.asn1.x509.PolicyQualifierInfo;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;

/** A publisher's certificate, CSBR 7.1.2.3 and 7.1.4.2. */
final class PublisherCertificate {
    /** jurisdictionCountryName, EVG 7.1.4.2.4. */
    private static final ASN1ObjectIdentifier JURISDICTION = new ASN1ObjectIdentifier("1.3.6.1.4.1.311.60.2.1.3");

    /** Extended Validation Code Signing, CSBR 7.1.6.1. */
    private static final ASN1ObjectIdentifier EV_CODE_SIGNING = new ASN1ObjectIdentifier("2.23.140.1.3");

    /** Clocks of other machines may run a little behind ours. */
    private static final Duration BEFORE = Duration.ofMinutes(5);

    private PublisherCertificate() {}

    static X509Certificate make(
            LabCa.Order order, Authority authority, SigningKey key, PkiAddresses addresses, Instant now)
            throws IOException {
        X509Certificate issuer = authority.certificate();
        Instant notBefore = now.minus(BEFORE);
        // notAfter is inclusive, RFC 5280 4.1.2.5; and nobody outlives the CA.
        Instant notAfter = earlier(
                notBefore.plus(Duration.ofDays(order.days())).minusSeconds(1),
                issuer.getNotAfter().toInstant());
        BigInteger serial = SerialNumbers.fresh();
        X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                X500Name.getInstance(issuer.getSubjectX500Principal().getEncoded()),
                serial,
                Date.from(notBefore),
                Date.from(notAfter),
                subject(order.enrolment().subject()),
                order.key().key());
        try {
            JcaX509ExtensionUtils identifiers = new JcaX509ExtensionUtils();
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            builder.addExtension(
                    Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_codeSigning));
            builder.addExtension(
                    Extension.certificatePolicies,
                    false,
                    policies(addresses.issued(serial.toString(16)).toString()));
            builder.addExtension(
                    Extension.authorityInfoAccess, false, addresses.authorityInformation(authority.name(), true));
            builder.addExtension(Extension.cRLDistributionPoints, false, addresses.distributionPoint(authority.name()));
            builder.addExtension(
                    Extension.subjectKeyIdentifier,
                    false,
                    identifiers.createSubjectKeyIdentifier(order.key().key()));
            builder.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    identifiers.createAuthorityKeyIdentifier(issuer.getPublicKey()));
            SignatureAlgorithm algorithm = SignatureAlgorithm.of(issuer.getPublicKey(), DigestAlgorithm.SHA256);
            return new JcaX509CertificateConverter()
                    .getCertificate(builder.build(new SigningKeyContentSigner(key, algorithm)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a certificate that was made can be read", e);
        }
    }

    /**
     * The name that people see says LAB, whatever the applicant is called. Values are ASN.1 here: of text Bouncy Castle takes what
     * begins with # for the hexadecimal of a value, and drops backslashes.
     */
    private static X500Name subject(Enrolment.Subject subject) {
        return new X500NameBuilder(BCStyle.INSTANCE)
                .addRDN(JURISDICTION, new DERPrintableString(subject.jurisdiction()))
                .addRDN(BCStyle.BUSINESS_CATEGORY, new DERUTF8String(subject.category()))
                .addRDN(BCStyle.SERIALNUMBER, new DERPrintableString(subject.registrationNumber()))
                .addRDN(BCStyle.C, new DERPrintableString(subject.country()))
                .addRDN(BCStyle.L, new DERUTF8String(subject.locality()))
                .addRDN(BCStyle.O, new DERUTF8String(subject.organization()))
                .addRDN(BCStyle.CN, new DERUTF8String(subject.organization() + " (LAB)"))
                .build();
    }

    /** The qualifier is a CPS pointer (RFC 5280 4.2.1.4); what it points to is the practice in this very case. */
    private static CertificatePolicies policies(String record) {
        return new CertificatePolicies(
                new PolicyInformation(EV_CODE_SIGNING, new DERSequence(new PolicyQualifierInfo(record))));
    }

    private static Instant earlier(Instant a, Instant b) {
        return a.isBefore(b) ? a : b;
    }
}

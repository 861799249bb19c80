package io.countersign.hsm;

import io.countersign.home.PkiAddresses;
import io.countersign.hsm.CeremonyPlan.PlannedCertificate;
import java.io.IOException;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import org.bouncycastle.asn1.ASN1GeneralizedTime;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CertificatePolicies;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.PolicyInformation;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509ExtensionUtils;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.bc.BcX509ExtensionUtils;
import org.bouncycastle.operator.ContentSigner;

/** Makes the certificates of the lab PKI (RFC 5280) from what the plan says of them. */
final class LabCertificate {
    /** Clocks of other machines may run a little behind ours. */
    private static final Duration BEFORE = Duration.ofMinutes(5);

    private static final int SERIAL_BYTES = 16;

    private LabCertificate() {}

    /**
     * @param issuer the plan of the issuer's certificate, which for a root is the same
     * @param addresses where the issuer's certificate, revocation list and responder are
     * @param responder whether there is one for this issuer
     * @param signer signs with the issuer's key
     */
    static X509CertificateHolder make(
            PlannedCertificate plan,
            SubjectPublicKeyInfo key,
            PlannedCertificate issuer,
            SubjectPublicKeyInfo issuerKey,
            Instant now,
            PkiAddresses addresses,
            boolean responder,
            ContentSigner signer)
            throws IOException {
        Instant notBefore = now.minus(BEFORE).truncatedTo(ChronoUnit.SECONDS);
        Instant notAfter = plan.lifetime().notAfter(notBefore);
        X509v3CertificateBuilder builder = new X509v3CertificateBuilder(
                issuer.subject(), serial(), Date.from(notBefore), Date.from(notAfter), plan.subject(), key);
        X509ExtensionUtils identifiers = new BcX509ExtensionUtils();
        builder.addExtension(
                Extension.basicConstraints,
                true,
                plan.ca()
                        .map(length -> length < 0 ? new BasicConstraints(true) : new BasicConstraints(length))
                        .orElseGet(() -> new BasicConstraints(false)));
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(plan.keyUsage()));
        if (!plan.purposes().isEmpty()) {
            builder.addExtension(
                    Extension.extendedKeyUsage,
                    plan.purposesCritical(),
                    new ExtendedKeyUsage(plan.purposes().toArray(new KeyPurposeId[0])));
        }
        if (!plan.policies().isEmpty()) {
            builder.addExtension(
                    Extension.certificatePolicies,
                    false,
                    new CertificatePolicies(
                            plan.policies().stream().map(PolicyInformation::new).toArray(PolicyInformation[]::new)));
        }
        if (plan.privateKeyUsageMonths() > 0) {
            builder.addExtension(
                    Extension.privateKeyUsagePeriod, false, usagePeriod(notBefore, plan.privateKeyUsageMonths()));
        }
        if (plan.ocspNoCheck()) {
            builder.addExtension(OCSPObjectIdentifiers.id_pkix_ocsp_nocheck, false, DERNull.INSTANCE);
        }
        if (!plan.subject().equals(issuer.subject())) {
            builder.addExtension(
                    Extension.authorityInfoAccess,
                    false,
                    addresses.authorityInformation(issuer.name(), responder && !plan.ocspNoCheck()));
            builder.addExtension(Extension.cRLDistributionPoints, false, addresses.distributionPoint(issuer.name()));
        }
        builder.addExtension(Extension.subjectKeyIdentifier, false, identifiers.createSubjectKeyIdentifier(key));
        builder.addExtension(
                Extension.authorityKeyIdentifier, false, identifiers.createAuthorityKeyIdentifier(issuerKey));
        return builder.build(signer);
    }

    /** RFC 3280 4.2.1.4: SEQUENCE { notBefore [0] IMPLICIT, notAfter [1] IMPLICIT }, both GeneralizedTime. */
    private static DERSequence usagePeriod(Instant notBefore, int months) {
        Instant notAfter = new CeremonyPlan.Lifetime(0, months).notAfter(notBefore);
        return new DERSequence(new DERTaggedObject[] {
            new DERTaggedObject(false, 0, new ASN1GeneralizedTime(Date.from(notBefore))),
            new DERTaggedObject(false, 1, new ASN1GeneralizedTime(Date.from(notAfter)))
        });
    }

    /** 128 random bits, read as a positive number; RFC 5280 4.1.2.2 allows 20 octets. */
    private static BigInteger serial() {
        byte[] octets = new byte[SERIAL_BYTES];
        new SecureRandom().nextBytes(octets);
        return new BigInteger(1, octets);
    }
}

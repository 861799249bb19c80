package io.countersign.hsm;

import io.countersign.home.PkiAddresses;
import io.countersign.hsm.CeremonyPlan.PlannedCertificate;
import io.countersign.x509.SerialNumbers;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1GeneralizedTime;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
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

    private LabCertificate() {}

    /**
     * Who issues it.
     *
     * @param plan that of its certificate, which for a root is the same
     * @param responder whether somebody answers OCSP requests for it
     */
    record Issuer(PlannedCertificate plan, SubjectPublicKeyInfo key, boolean responder) {}

    /**
     * When it counts.
     *
     * @param notAfter inclusive
     * @param keyUsedUntil the last instant its key may sign at, inclusive; empty for as long as the certificate lives
     */
    record Validity(Instant notBefore, Instant notAfter, Optional<Instant> keyUsedUntil) {
        /** As planned, from now on. */
        static Validity of(PlannedCertificate plan, Instant now) {
            Instant notBefore = now.minus(BEFORE).truncatedTo(ChronoUnit.SECONDS);
            return new Validity(
                    notBefore,
                    plan.lifetime().notAfter(notBefore),
                    plan.privateKeyUsageMonths() > 0
                            ? Optional.of(
                                    new CeremonyPlan.Lifetime(0, plan.privateKeyUsageMonths()).notAfter(notBefore))
                            : Optional.empty());
        }

        /** The same, but over by then. */
        Validity until(Instant end) {
            return notAfter.isAfter(end) ? new Validity(notBefore, end, keyUsedUntil) : this;
        }
    }

    /**
     * @param addresses where the issuer's certificate, revocation list and responder are; empty to say nothing of them
     * @param signer signs with the issuer's key
     */
    static X509CertificateHolder make(
            PlannedCertificate plan,
            SubjectPublicKeyInfo key,
            Issuer issuer,
            Optional<PkiAddresses> addresses,
            Validity validity,
            ContentSigner signer)
            throws IOException {
        X509v3CertificateBuilder builder = new X509v3CertificateBuilder(
                issuer.plan().subject(),
                SerialNumbers.fresh(),
                Date.from(validity.notBefore()),
                Date.from(validity.notAfter()),
                plan.subject(),
                key);
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
        if (validity.keyUsedUntil().isPresent()) {
            builder.addExtension(
                    Extension.privateKeyUsagePeriod,
                    false,
                    usagePeriod(validity.notBefore(), validity.keyUsedUntil().get()));
        }
        if (plan.ocspNoCheck()) {
            builder.addExtension(OCSPObjectIdentifiers.id_pkix_ocsp_nocheck, false, DERNull.INSTANCE);
        }
        if (addresses.isPresent() && !plan.subject().equals(issuer.plan().subject())) {
            builder.addExtension(
                    Extension.authorityInfoAccess,
                    false,
                    authorityInformation(plan, issuer.plan(), issuer.responder(), addresses.get()));
            builder.addExtension(
                    Extension.cRLDistributionPoints,
                    false,
                    addresses.get().distributionPoint(issuer.plan().name()));
        }
        builder.addExtension(Extension.subjectKeyIdentifier, false, identifiers.createSubjectKeyIdentifier(key));
        builder.addExtension(
                Extension.authorityKeyIdentifier, false, identifiers.createAuthorityKeyIdentifier(issuer.key()));
        return builder.build(signer);
    }

    /** Of a responder nobody asks a responder. */
    static AuthorityInformationAccess authorityInformation(
            PlannedCertificate plan, PlannedCertificate issuer, boolean responder, PkiAddresses addresses) {
        return addresses.authorityInformation(issuer.name(), responder && !plan.ocspNoCheck());
    }

    /** RFC 3280 4.2.1.4: SEQUENCE { notBefore [0] IMPLICIT, notAfter [1] IMPLICIT }, both GeneralizedTime. */
    private static DERSequence usagePeriod(Instant notBefore, Instant notAfter) {
        return new DERSequence(new DERTaggedObject[] {
            new DERTaggedObject(false, 0, new ASN1GeneralizedTime(Date.from(notBefore))),
            new DERTaggedObject(false, 1, new ASN1GeneralizedTime(Date.from(notAfter)))
        });
    }
}

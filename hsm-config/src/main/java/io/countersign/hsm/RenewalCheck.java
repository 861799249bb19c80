package io.countersign.hsm;

import io.countersign.home.Configuration;
import io.countersign.home.Home;
import io.countersign.home.PkiAddresses;
import io.countersign.hsm.CeremonyPlan.Lifetime;
import io.countersign.hsm.CeremonyPlan.PlannedCertificate;
import io.countersign.hsm.CeremonyPlan.PlannedKey;
import io.countersign.hsm.CeremonyPlan.PlannedToken;
import io.countersign.hsm.LabCertificate.Validity;
import io.countersign.hsm.RenewalNeeds.KeyToName;
import io.countersign.hsm.RenewalNeeds.Reissue;
import io.countersign.x509.PemCertificates;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Object;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;

/**
 * Finds what a home needs, from its files alone. A CA whose certificate is not in pki is none of this home's, and so is a
 * certificate whose subject or issuer is another than the plan's. Used once.
 */
final class RenewalCheck {
    private static final Duration LEAST = Duration.ofDays(HsmExamination.SOON_DAYS);

    /** What a CA issues lives for as long as this (CSBR 6.3.2), and must not outlive the CA. */
    private static final Duration LEAST_OF_CA = Duration.ofDays(460);

    /** A certificate that lives on for less than this is not worth a new one. */
    private static final Duration GAIN = Duration.ofDays(1);

    /** What countersign.yaml said while certificates said nothing. There never was a service there. */
    private static final URI NEVER_SERVED = URI.create("http://127.0.0.1:8318");

    private final Home home;
    private final Configuration configuration;
    private final CeremonyPlan plan;
    private final Renewal.Revocations revocations;
    private final Instant now;
    private final URI baseUrl;
    private final PkiAddresses addresses;
    private final Map<String, X509Certificate> present = new HashMap<>();

    /** When each will end, by file. */
    private final Map<String, Instant> ends = new HashMap<>();

    private final List<Reissue> certificates = new ArrayList<>();
    private final List<PlannedToken> tokensToMake = new ArrayList<>();
    private final List<PlannedToken> tokensToName = new ArrayList<>();
    private final List<KeyToName> keysToName = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    RenewalCheck(
            Home home, Configuration configuration, CeremonyPlan plan, Renewal.Revocations revocations, Instant now) {
        this.home = home;
        this.configuration = configuration;
        this.plan = plan;
        this.revocations = revocations;
        this.now = now;
        this.baseUrl = configuration.pkiBaseUrl().equals(NEVER_SERVED)
                ? plan.baseUrl().orElse(NEVER_SERVED)
                : configuration.pkiBaseUrl();
        this.addresses = new PkiAddresses(baseUrl);
    }

    RenewalNeeds needs() throws IOException {
        for (PlannedToken token : plan.tokens()) {
            for (PlannedKey key : token.keys()) {
                for (PlannedCertificate certificate : key.certificates()) {
                    read(certificate);
                }
            }
        }
        for (PlannedToken token : plan.tokens()) {
            for (PlannedKey key : token.keys()) {
                for (PlannedCertificate certificate : key.certificates()) {
                    judge(key, certificate);
                }
                names(token, key);
            }
        }
        return new RenewalNeeds(
                baseUrl,
                // Whoever has no CA has no addresses either.
                !present.isEmpty() && !baseUrl.equals(configuration.pkiBaseUrl()),
                certificates,
                tokensToMake,
                tokensToName,
                keysToName,
                present,
                notes);
    }

    private void read(PlannedCertificate planned) throws IOException {
        Path file = home.pki().resolve(planned.file());
        if (Files.isRegularFile(file)) {
            X509Certificate certificate = PemCertificates.read(file).get(0);
            if (holder(certificate).getSubject().equals(planned.subject())) {
                present.put(planned.file(), certificate);
                ends.put(planned.file(), certificate.getNotAfter().toInstant());
            }
        }
    }

    private void judge(PlannedKey key, PlannedCertificate planned) throws IOException {
        Optional<PlannedCertificate> issuer = issuer(key, planned);
        if (issuer.isEmpty()) {
            return;
        }
        X509Certificate old = present.get(planned.file());
        if (old == null) {
            if (planned.ocspNoCheck() && !Files.exists(home.pki().resolve(planned.file()))) {
                add(key, planned, Optional.empty(), planned(planned, issuer.get()), "there is none");
            }
            return;
        }
        if (!old.getIssuerX500Principal()
                .equals(present.get(issuer.get().file()).getSubjectX500Principal())) {
            return;
        }
        if (revocations.isRevoked(old)) {
            notes.add(planned.file() + " is revoked, and stays as it is");
            return;
        }
        boolean pointsElsewhere = !hasAddresses(old, planned, issuer.get());
        if (planned.privateKeyUsageMonths() > 0) {
            judgeUsage(key, planned, old, pointsElsewhere);
            return;
        }
        Validity validity = planned(planned, issuer.get());
        Instant end = old.getNotAfter().toInstant();
        Duration least = planned.ca().isPresent() ? LEAST_OF_CA : LEAST;
        if (pointsElsewhere) {
            add(key, planned, Optional.of(old), validity, "the old one did not point to " + baseUrl);
        } else if (now.plus(least).isAfter(end) && validity.notAfter().isAfter(end.plus(GAIN))) {
            add(key, planned, Optional.of(old), validity, "the old one ends " + end);
        }
    }

    /**
     * CSBR 6.3.2: the key of a timestamp certificate signs for 15 months after notBefore at most. A second certificate over the same
     * key would begin another 15; so that it gains none, the new one ends when the old one does, and so does the use of the key.
     */
    private void judgeUsage(PlannedKey key, PlannedCertificate planned, X509Certificate old, boolean pointsElsewhere) {
        Instant usedUntil = UsagePeriod.end(old)
                .orElseGet(() -> new Lifetime(0, planned.privateKeyUsageMonths())
                        .notAfter(old.getNotBefore().toInstant()));
        if (now.plus(LEAST).isAfter(usedUntil)) {
            notes.add("key " + key.label() + " signs until " + usedUntil
                    + " and no longer: that takes a new key, which this does not make");
        }
        if (pointsElsewhere && now.isBefore(usedUntil)) {
            Validity validity = new Validity(
                    Validity.of(planned, now).notBefore(), old.getNotAfter().toInstant(), Optional.of(usedUntil));
            add(key, planned, Optional.of(old), validity, "the old one did not point to " + baseUrl);
        }
    }

    private void add(
            PlannedKey key,
            PlannedCertificate planned,
            Optional<X509Certificate> old,
            Validity validity,
            String reason) {
        if (validity.notAfter().isAfter(now)) {
            certificates.add(new Reissue(key, planned, old, validity, reason));
            ends.put(planned.file(), validity.notAfter());
        } else {
            notes.add(planned.file() + " cannot be made anew: its issuer's certificate ended " + validity.notAfter());
        }
    }

    /** From now on, but no longer than its issuer. */
    private Validity planned(PlannedCertificate planned, PlannedCertificate issuer) {
        return Validity.of(planned, now).until(ends.get(issuer.file()));
    }

    /** The plan of the issuer's certificate; empty where it issues itself, or this home has no such CA any more. */
    private Optional<PlannedCertificate> issuer(PlannedKey key, PlannedCertificate planned) throws IOException {
        if (planned.issuer().equals(key.label())) {
            return Optional.empty();
        }
        PlannedCertificate issuer = plan.key(planned.issuer()).orElseThrow().certificate();
        X509Certificate authority = present.get(issuer.file());
        return authority == null || revocations.isRevoked(authority) ? Optional.empty() : Optional.of(issuer);
    }

    private boolean hasAddresses(X509Certificate certificate, PlannedCertificate planned, PlannedCertificate issuer) {
        X509CertificateHolder holder = holder(certificate);
        return says(
                        holder.getExtension(Extension.authorityInfoAccess),
                        LabCertificate.authorityInformation(
                                planned, issuer, plan.hasResponder(planned.issuer()), addresses))
                && says(
                        holder.getExtension(Extension.cRLDistributionPoints),
                        addresses.distributionPoint(issuer.name()));
    }

    /** By octets: read and made, the same tagged value is not equal to Bouncy Castle. */
    private static boolean says(Extension extension, ASN1Object wanted) {
        try {
            return extension != null
                    && Arrays.equals(extension.getExtnValue().getOctets(), wanted.getEncoded(ASN1Encoding.DER));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static X509CertificateHolder holder(X509Certificate certificate) {
        try {
            return new JcaX509CertificateHolder(certificate);
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was read can be written", e);
        }
    }

    /** CAs and their responder are what older homes do not name. */
    private void names(PlannedToken token, PlannedKey key) throws IOException {
        boolean responder = false;
        for (PlannedCertificate certificate : key.certificates()) {
            boolean answers =
                    certificate.ocspNoCheck() && issuer(key, certificate).isPresent();
            boolean issues = certificate.ca().isPresent() && present.containsKey(certificate.file());
            if ((answers || issues)
                    && configuration.keys().stream().noneMatch(named -> isOf(named, key, certificate))) {
                keysToName.add(new KeyToName(key, certificate));
            }
            responder |= answers;
        }
        boolean named = configuration.tokens().stream().anyMatch(t -> t.label().equals(token.label()))
                || configuration.keys().stream().anyMatch(k -> k.label().equals(key.label()));
        if (responder && !named) {
            tokensToName.add(token);
            if (!Files.exists(Renewal.pin(home, token))) {
                tokensToMake.add(token);
            }
        }
    }

    private static boolean isOf(Configuration.Key named, PlannedKey key, PlannedCertificate certificate) {
        return named.label().equals(key.label())
                && (certificate.ca().isPresent()
                        || named.chain().get(0).getFileName().toString().equals(certificate.file()));
    }
}

package io.countersign.timestamp;

import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.text.ParseException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.PrivateKeyUsagePeriod;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;

/**
 * A certificate fit for a TSA: the rules, one method each.
 *
 * @param usableFrom the first instant its key may sign
 * @param usableUntil the last one
 */
record TimestampCertificate(X509CertificateHolder holder, Instant usableFrom, Instant usableUntil) {
    /** @throws UnfitTimestampKey if the certificate breaks a rule that does not depend on the time, naming every one */
    static TimestampCertificate of(X509Certificate certificate) {
        String subject = "the certificate " + certificate.getSubjectX500Principal();
        try {
            X509CertificateHolder holder = new JcaX509CertificateHolder(certificate);
            Extensions extensions = Optional.ofNullable(holder.getExtensions())
                    .orElseThrow(() -> new UnfitTimestampKey(subject + " has no extensions; " + WANTED));
            String objections = Stream.of(
                            extendedKeyUsage(extensions), endEntity(extensions), digitalSignature(extensions))
                    .flatMap(Optional::stream)
                    .collect(Collectors.joining("; "));
            if (!objections.isEmpty()) {
                throw new UnfitTimestampKey(subject + " cannot be a TSA's: " + objections + "; " + WANTED);
            }
            return withUsagePeriod(holder, extensions);
        } catch (CertificateEncodingException | ParseException e) {
            throw new UnfitTimestampKey(subject + " cannot be read: " + e.getMessage() + "; " + WANTED, e);
        }
    }

    private static final String WANTED =
            "wanted an end-entity certificate with key usage digitalSignature and a critical"
                    + " extended key usage of timeStamping (1.3.6.1.5.5.7.3.8) alone";

    /** RFC 3161 section 2.3: exactly one key purpose, timeStamping, in a critical extension. */
    private static Optional<String> extendedKeyUsage(Extensions extensions) {
        Extension extension = extensions.getExtension(Extension.extendedKeyUsage);
        if (extension == null) {
            return Optional.of("it has no extended key usage");
        }
        KeyPurposeId[] usages =
                ExtendedKeyUsage.getInstance(extension.getParsedValue()).getUsages();
        if (usages.length != 1 || !usages[0].equals(KeyPurposeId.id_kp_timeStamping)) {
            String found = Arrays.stream(usages).map(KeyPurposeId::getId).collect(Collectors.joining(", "));
            return Optional.of("its extended key usage is " + found);
        }
        return extension.isCritical() ? Optional.empty() : Optional.of("its extended key usage is not critical");
    }

    private static Optional<String> endEntity(Extensions extensions) {
        BasicConstraints constraints = BasicConstraints.fromExtensions(extensions);
        return constraints != null && constraints.isCA() ? Optional.of("it is a CA's") : Optional.empty();
    }

    private static Optional<String> digitalSignature(Extensions extensions) {
        KeyUsage usage = KeyUsage.fromExtensions(extensions);
        return usage != null && usage.hasUsages(KeyUsage.digitalSignature)
                ? Optional.empty()
                : Optional.of("its key usage lacks digitalSignature");
    }

    /** A TSA's certificate outlives the use of its key, which RFC 3280 section 4.2.1.4 lets it say. */
    private static TimestampCertificate withUsagePeriod(X509CertificateHolder holder, Extensions extensions)
            throws ParseException {
        Instant from = holder.getNotBefore().toInstant();
        Instant until = holder.getNotAfter().toInstant();
        PrivateKeyUsagePeriod period =
                PrivateKeyUsagePeriod.getInstance(extensions.getExtensionParsedValue(Extension.privateKeyUsagePeriod));
        if (period != null && period.getNotBefore() != null) {
            Instant start = period.getNotBefore().getDate().toInstant();
            from = start.isAfter(from) ? start : from;
        }
        if (period != null && period.getNotAfter() != null) {
            Instant end = period.getNotAfter().getDate().toInstant();
            until = end.isBefore(until) ? end : until;
        }
        return new TimestampCertificate(holder, from, until);
    }

    /** Why its key must not sign at this time, if so. */
    Optional<String> objectionAt(Instant time) {
        return time.isBefore(usableFrom) || time.isAfter(usableUntil)
                ? Optional.of(
                        "the key of " + holder.getSubject() + " may sign from " + usableFrom + " until " + usableUntil
                                + ", and the clock says " + time + "; renew the certificate or set the clock right")
                : Optional.empty();
    }
}

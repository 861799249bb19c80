package io.countersign.timestamp;

import io.countersign.key.HostileInput;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.text.ParseException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1GeneralizedTime;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.PrivateKeyUsagePeriod;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;

/** Whether a certificate is fit for a TSA: the rules, one method each. */
final class TimestampCertificate {
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

    /** Every rule broken, for ever or for a time, by the certificate of a TSA's key or by those above it; leaf first. */
    static List<KeyProblem> problems(List<X509Certificate> chain) {
        X509Certificate leaf = chain.get(0);
        String subject = "the certificate " + leaf.getSubjectX500Principal();
        List<KeyProblem> problems = new ArrayList<>();
        try {
            X509CertificateHolder holder = new JcaX509CertificateHolder(leaf);
            Extensions extensions = holder.getExtensions();
            if (extensions == null) {
                problems.add(KeyProblem.always(subject + " has no extensions; " + WANTED));
            } else {
                Stream.of(extendedKeyUsage(extensions), endEntity(extensions), digitalSignature(extensions))
                        .flatMap(Optional::stream)
                        .map(broken -> KeyProblem.always(subject + " cannot be a TSA's: " + broken + "; " + WANTED))
                        .forEach(problems::add);
                problems.addAll(usagePeriod("the key of " + holder.getSubject(), extensions));
            }
        } catch (CertificateEncodingException | RuntimeException e) {
            // Bouncy Castle answers malformed extensions with unchecked exceptions.
            problems.add(KeyProblem.always(subject + " cannot be read: " + HostileInput.reason(e) + "; " + WANTED));
        }
        for (X509Certificate certificate : chain) {
            problems.addAll(outside(
                    "the certificate " + certificate.getSubjectX500Principal() + " is valid",
                    certificate.getNotBefore().toInstant(),
                    certificate.getNotAfter().toInstant()));
        }
        return List.copyOf(problems);
    }

    /** A TSA's certificate outlives the use of its key, which RFC 3280 section 4.2.1.4 lets it say. */
    private static List<KeyProblem> usagePeriod(String key, Extensions extensions) {
        PrivateKeyUsagePeriod period =
                PrivateKeyUsagePeriod.getInstance(extensions.getExtensionParsedValue(Extension.privateKeyUsagePeriod));
        if (period == null) {
            return List.of();
        }
        return outside(key + " may sign", instant(period.getNotBefore()), instant(period.getNotAfter()));
    }

    private static Instant instant(ASN1GeneralizedTime time) {
        try {
            return time == null ? null : time.getDate().toInstant();
        } catch (ParseException e) {
            throw new IllegalArgumentException("its private key usage period holds no time", e);
        }
    }

    /** Both ends belong to what is allowed; null for an end that is not there. */
    private static List<KeyProblem> outside(String allowed, Instant first, Instant last) {
        List<KeyProblem> problems = new ArrayList<>();
        if (first != null) {
            problems.add(new KeyProblem(
                    allowed + " from " + first + " on; set the clock right, or wait",
                    Instant.MIN,
                    first.minusNanos(1)));
        }
        if (last != null) {
            problems.add(new KeyProblem(
                    allowed + " until " + last + "; renew the certificate, or set the clock right",
                    last.plusNanos(1),
                    Instant.MAX));
        }
        return problems;
    }
}

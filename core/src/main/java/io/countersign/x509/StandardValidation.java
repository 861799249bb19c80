package io.countersign.x509;

import java.security.GeneralSecurityException;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXCertPathChecker;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The JDK's own path validation (RFC 5280 section 6.1, without revocation): name constraints, policy constraints, and the
 * algorithms that {@code jdk.certpath.disabledAlgorithms} refuses, MD5 and RSA below 1024 bits among them.
 */
final class StandardValidation {
    private StandardValidation() {}

    /** Why the JDK does not accept this path at this time, if it does not. Its last certificate is taken for trusted. */
    static Optional<String> objection(List<X509Certificate> path, Instant at) {
        int last = path.size() - 1;
        if (last == 0) {
            return Optional.empty(); // an anchor by itself, or nothing to hold it against
        }
        try {
            CertPath certificates = CertificateFactory.getInstance("X.509").generateCertPath(path.subList(0, last));
            PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(path.get(last), null)));
            parameters.setDate(Date.from(at));
            parameters.setRevocationEnabled(false);
            parameters.addCertPathChecker(new ExtendedKeyUsageIsJudged());
            CertPathValidator.getInstance("PKIX").validate(certificates, parameters);
            return Optional.empty();
        } catch (GeneralSecurityException | RuntimeException e) {
            // Certificates are hostile input, and the JDK answers some with unchecked exceptions.
            return Optional.of("RFC 5280 path validation refuses it: "
                    + String.valueOf(e.getMessage()).replaceAll("\\p{C}", "?"));
        }
    }

    /** A critical extended key usage is not an unknown extension: {@link PathBuilder} has judged it. */
    private static final class ExtendedKeyUsageIsJudged extends PKIXCertPathChecker {
        private static final Set<String> EXTENDED_KEY_USAGE = Set.of("2.5.29.37");

        @Override
        public void init(boolean forward) {}

        @Override
        public boolean isForwardCheckingSupported() {
            return true;
        }

        @Override
        public Set<String> getSupportedExtensions() {
            return EXTENDED_KEY_USAGE;
        }

        @Override
        public void check(Certificate certificate, Collection<String> unresolvedCriticalExtensions) {
            unresolvedCriticalExtensions.removeAll(EXTENDED_KEY_USAGE);
        }
    }
}

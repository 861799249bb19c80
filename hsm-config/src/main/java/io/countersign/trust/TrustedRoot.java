package io.countersign.trust;

import io.countersign.key.DigestAlgorithm;
import io.countersign.windows.Role;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A root in a role.
 *
 * @param file where it is kept
 * @param ofThisHome true for a root of this home's own lab PKI, which is always there
 * @param origin empty if it is of this home, or if nothing was noted
 */
public record TrustedRoot(
        X509Certificate certificate, Role role, Path file, boolean ofThisHome, Optional<Origin> origin) {
    private static final Pattern LAB = Pattern.compile("\\bLAB\\b");

    /** As Windows and certutil name it: the SHA-1 of its DER in lower-case hexadecimal. A name, not a protection. */
    public String thumbprint() {
        return thumbprint(certificate);
    }

    static String thumbprint(X509Certificate certificate) {
        try {
            return DigestAlgorithm.SHA1.digest(certificate.getEncoded()).value().hex();
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was parsed can be encoded", e);
        }
    }

    /** Whether its name says that it stands for another in a lab. */
    public boolean isLab() {
        return isLab(certificate);
    }

    static boolean isLab(X509Certificate certificate) {
        return LAB.matcher(certificate.getSubjectX500Principal().getName()).find();
    }
}

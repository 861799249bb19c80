package io.countersign.x509;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;

/** What a certificate says it is for (RFC 5280 section 4.2.1.12). */
public final class ExtendedKeyUsages {
    private ExtendedKeyUsages() {}

    /** Dotted object identifiers; none if there are none that can be read. */
    public static Set<String> of(X509Certificate certificate) {
        try {
            List<String> usages = certificate.getExtendedKeyUsage();
            return usages == null ? Set.of() : Set.copyOf(usages);
        } catch (CertificateParsingException e) {
            return Set.of();
        }
    }
}

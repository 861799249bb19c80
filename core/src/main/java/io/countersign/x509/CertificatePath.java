package io.countersign.x509;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A way from a certificate towards a trust anchor, and everything that is wrong with it for a purpose at a time.
 *
 * @param certificates leaf first; ends in a trust anchor if {@code anchored}
 * @param anchored whether it reaches one of the given trust anchors
 * @param problems sentences, all of them; empty if each certificate is good for the purpose at the time
 */
public record CertificatePath(List<X509Certificate> certificates, boolean anchored, List<String> problems) {
    public CertificatePath {
        certificates = List.copyOf(certificates);
        problems = List.copyOf(problems);
    }

    public boolean isGood() {
        return anchored && problems.isEmpty();
    }

    /** {@code leaf ← issuer ← root}, by common name. */
    @Override
    public String toString() {
        return certificates.stream().map(DistinguishedNames::commonName).collect(Collectors.joining(" ← "));
    }
}

package io.countersign.x509;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A way from a certificate towards a trust anchor, and everything that is wrong with it for a purpose at a time.
 *
 * @param certificates leaf first; ends in a trust anchor if {@code anchored}
 * @param anchored whether it reaches one of the given trust anchors
 * @param lapses sentences about certificates that were not valid at the time
 * @param faults sentences about everything else: what would be wrong at any time
 * @param misuses those of the faults that are about what a certificate may be used for
 */
public record CertificatePath(
        List<X509Certificate> certificates,
        boolean anchored,
        List<String> lapses,
        List<String> faults,
        List<String> misuses) {
    public CertificatePath {
        certificates = List.copyOf(certificates);
        lapses = List.copyOf(lapses);
        faults = List.copyOf(faults);
        misuses = List.copyOf(misuses);
    }

    /** Everything that is wrong; empty if each certificate is good for the purpose at the time. */
    public List<String> problems() {
        return Stream.concat(lapses.stream(), faults.stream()).toList();
    }

    public boolean isGood() {
        return anchored && lapses.isEmpty() && faults.isEmpty();
    }

    /** {@code leaf ← issuer ← root}, by common name. */
    @Override
    public String toString() {
        return certificates.stream().map(DistinguishedNames::commonName).collect(Collectors.joining(" ← "));
    }
}

package io.countersign.lab;

import java.time.Instant;
import java.util.List;

/**
 * What a certificate is to say.
 *
 * @param name the common name
 * @param usages its extended key usages, dotted; none for a certificate authority
 * @param usagesCritical whether who does not know them must refuse the certificate, as RFC 3161 section 2.3 asks of a TSA
 * @param from notBefore, of any past
 * @param to notAfter
 */
public record CertificatePlan(String name, List<String> usages, boolean usagesCritical, Instant from, Instant to) {
    public CertificatePlan {
        usages = List.copyOf(usages);
    }

    /** Of a certificate authority. */
    public static CertificatePlan authority(String name, Instant from, Instant to) {
        return new CertificatePlan(name, List.of(), false, from, to);
    }

    /** Of a leaf whose usages are not critical. */
    public static CertificatePlan leaf(String name, List<String> usages, Instant from, Instant to) {
        return new CertificatePlan(name, usages, false, from, to);
    }
}

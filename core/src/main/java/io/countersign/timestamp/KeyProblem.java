package io.countersign.timestamp;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/**
 * Why a key must not sign timestamps, and when.
 *
 * @param text names the certificate, what was found, and what to do
 * @param from the first instant; {@link Instant#MIN} for ever since
 * @param until the last instant; {@link Instant#MAX} for ever after
 */
public record KeyProblem(String text, Instant from, Instant until) {
    /**
     * What is wrong, was wrong or will be wrong with a TSA's certificate (RFC 3161 section 2.3), its private-key usage period
     * and the validity of those above it. That the key is the certificate's own is not among it: only a signature tells.
     *
     * @param chain leaf first, never empty
     * @return the leaf's first; empty only for a certificate without end
     */
    public static List<KeyProblem> of(List<X509Certificate> chain) {
        return TimestampCertificate.problems(chain);
    }

    static KeyProblem always(String text) {
        return new KeyProblem(text, Instant.MIN, Instant.MAX);
    }

    public boolean holdsAt(Instant time) {
        return !time.isBefore(from) && !time.isAfter(until);
    }
}

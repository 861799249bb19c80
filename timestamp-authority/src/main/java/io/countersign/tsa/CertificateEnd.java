package io.countersign.tsa;

import io.countersign.timestamp.KeyProblem;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * When the key must stop: by the certificates of its chain and its private-key usage period. Immutable.
 *
 * @param problems all that is or will be wrong with them
 */
record CertificateEnd(List<KeyProblem> problems, InstantSource clock) {
    /** Long enough to have a new certificate made. */
    static final Duration WARNING = Duration.ofDays(30);

    CertificateEnd {
        problems = List.copyOf(problems);
    }

    static CertificateEnd of(List<X509Certificate> chain, InstantSource clock) {
        return new CertificateEnd(KeyProblem.of(chain), clock);
    }

    /** Why the key must not sign now; empty while it may. */
    Optional<String> objection() {
        Instant now = clock.instant();
        String found = problems.stream()
                .filter(p -> p.holdsAt(now))
                .map(KeyProblem::text)
                .collect(Collectors.joining("; "));
        return found.isEmpty() ? Optional.empty() : Optional.of(found);
    }

    /** The first instant it must not sign, from now on. */
    Instant end() {
        Instant now = clock.instant();
        return objection().isPresent()
                ? now
                : problems.stream()
                        .map(KeyProblem::from)
                        .filter(from -> from.isAfter(now))
                        .min(Instant::compareTo)
                        .orElse(Instant.MAX);
    }

    double daysRemaining() {
        return Duration.between(clock.instant(), end()).toHours() / 24.0;
    }

    /** Whether a new certificate is due. */
    boolean isNear() {
        return end().isBefore(clock.instant().plus(WARNING));
    }
}

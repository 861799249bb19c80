package io.countersign.x509;

import io.countersign.key.HostileKeys;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Builds certificate paths (RFC 5280 section 6) from what is at hand, fetching nothing. Unlike the JDK's it does not stop at the
 * first problem: a path that fails is shown with everything that is wrong with it. What these checks find good must also pass
 * the JDK's validation, which knows name and policy constraints and refuses broken algorithms. Immutable; safe for several threads.
 */
public final class PathBuilder {
    private static final int MAXIMUM_LENGTH = 8;
    private static final int MAXIMUM_SIGNATURE_CHECKS = 128;
    private static final int KEY_CERT_SIGN = 5;
    private static final int DIGITAL_SIGNATURE = 0;
    private static final String ANY_EXTENDED_KEY_USAGE = "2.5.29.37.0";

    private final List<X509Certificate> anchors;

    /**
     * @param anchors trusted by name and key, whatever their validity says of them
     */
    public PathBuilder(List<X509Certificate> anchors) {
        this.anchors = List.copyOf(anchors);
    }

    /**
     * The best path there is: a good one if any, else one that reaches an anchor, else the longest.
     *
     * @param others certificates that may be issuers, in any order
     * @param at the time to judge validity periods at
     */
    public CertificatePath build(X509Certificate leaf, List<X509Certificate> others, Purpose purpose, Instant at) {
        Search search = new Search(new ArrayList<>(others), purpose, at);
        search.extend(new ArrayList<>(List.of(leaf)));
        return search.found.stream()
                .min(Comparator.comparing((CertificatePath p) -> !p.anchored())
                        .thenComparing(p -> p.problems().size())
                        .thenComparing(p -> -p.certificates().size()))
                .orElseThrow();
    }

    private final class Search {
        private final List<X509Certificate> pool;
        private final Purpose purpose;
        private final Instant at;
        private final List<CertificatePath> found = new ArrayList<>();
        private int checks;

        Search(List<X509Certificate> others, Purpose purpose, Instant at) {
            // Anchors first, so that the shortest way to trust is found before the work limit is.
            pool = new ArrayList<>(anchors);
            pool.addAll(others);
            this.purpose = purpose;
            this.at = at;
        }

        void extend(List<X509Certificate> path) {
            X509Certificate last = path.get(path.size() - 1);
            boolean anchored = anchors.contains(last);
            boolean extended = false;
            if (!anchored && path.size() < MAXIMUM_LENGTH) {
                Set<X509Certificate> tried = new HashSet<>(path);
                for (X509Certificate candidate : pool) {
                    if (tried.add(candidate) && issued(candidate, last)) {
                        extended = true;
                        path.add(candidate);
                        extend(path);
                        path.remove(path.size() - 1);
                    }
                }
            }
            if (!extended) {
                found.add(judged(path, anchored));
            }
        }

        private boolean issued(X509Certificate issuer, X509Certificate subject) {
            if (!issuer.getSubjectX500Principal().equals(subject.getIssuerX500Principal())
                    || !HostileKeys.isBounded(issuer.getPublicKey())
                    || ++checks > MAXIMUM_SIGNATURE_CHECKS) {
                return false;
            }
            try {
                subject.verify(issuer.getPublicKey());
                return true;
            } catch (GeneralSecurityException | ArithmeticException e) {
                return false; // same name, another key, or a key made to fail
            }
        }

        private CertificatePath judged(List<X509Certificate> path, boolean anchored) {
            List<String> lapses = new ArrayList<>();
            List<String> faults = new ArrayList<>();
            List<String> misuses = new ArrayList<>();
            int judged = anchored && path.size() > 1 ? path.size() - 1 : path.size();
            for (int i = 0; i < judged; i++) {
                X509Certificate c = path.get(i);
                String name = "“" + DistinguishedNames.commonName(c) + "”";
                validity(c, name, lapses);
                usage(c, i == 0, name, misuses);
                if (i > 0) {
                    authority(c, i - 1, name, faults);
                }
                if (c.hasUnsupportedCriticalExtension()) {
                    faults.add(name + " has a critical extension that is not understood");
                }
            }
            faults.addAll(0, misuses);
            if (faults.isEmpty()) {
                validAt(path.subList(0, judged))
                        .flatMap(time -> StandardValidation.objection(path, time))
                        .ifPresent(faults::add);
            }
            return new CertificatePath(path, anchored, lapses, faults, misuses);
        }

        /** The time asked about if all are valid then, so that a lapse hides no fault; else any at which all are. */
        private Optional<Instant> validAt(List<X509Certificate> certificates) {
            Instant from = certificates.stream()
                    .map(c -> c.getNotBefore().toInstant())
                    .max(Comparator.naturalOrder())
                    .orElseThrow();
            Instant to = certificates.stream()
                    .map(c -> c.getNotAfter().toInstant())
                    .min(Comparator.naturalOrder())
                    .orElseThrow();
            Instant time = at.isBefore(from) ? from : at.isAfter(to) ? to : at;
            return from.isAfter(to) ? Optional.empty() : Optional.of(time);
        }

        private void validity(X509Certificate c, String name, List<String> problems) {
            try {
                c.checkValidity(Date.from(at));
            } catch (CertificateExpiredException e) {
                problems.add(name + " expired at " + c.getNotAfter().toInstant() + ", the time asked about is " + at);
            } catch (CertificateNotYetValidException e) {
                problems.add(
                        name + " is valid from " + c.getNotBefore().toInstant() + ", the time asked about is " + at);
            }
        }

        private void usage(X509Certificate c, boolean leaf, String name, List<String> problems) {
            try {
                List<String> usages = c.getExtendedKeyUsage();
                // Windows wants the leaf to name its purpose; a CA without the extension is good for all.
                if (usages == null
                        ? leaf
                        : !usages.contains(purpose.oid()) && (leaf || !usages.contains(ANY_EXTENDED_KEY_USAGE))) {
                    problems.add(name + " is not for " + purpose + ": its extended key usage is "
                            + (usages == null ? "absent" : usages));
                }
            } catch (CertificateParsingException e) {
                problems.add(name + " has an extended key usage that cannot be read: " + e.getMessage());
            }
            boolean[] keyUsage = c.getKeyUsage();
            if (leaf && keyUsage != null && !keyUsage[DIGITAL_SIGNATURE]) {
                problems.add(name + " may not sign: its key usage lacks digitalSignature");
            }
        }

        private void authority(X509Certificate c, int below, String name, List<String> problems) {
            if (c.getBasicConstraints() < 0) {
                problems.add(name + " is no certificate authority, yet issued another certificate");
            } else if (c.getBasicConstraints() < below) {
                problems.add(name + " allows " + c.getBasicConstraints() + " authorities below it, there are " + below);
            }
            boolean[] keyUsage = c.getKeyUsage();
            if (keyUsage != null && !keyUsage[KEY_CERT_SIGN]) {
                problems.add(name + " may not issue certificates: its key usage lacks keyCertSign");
            }
        }
    }
}

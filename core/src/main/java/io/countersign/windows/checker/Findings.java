package io.countersign.windows.checker;

import io.countersign.windows.FileEvidence;
import io.countersign.windows.Place;
import io.countersign.windows.SignatureEvidence;
import io.countersign.windows.checker.CheckerFinding.Outcome;
import io.countersign.x509.CertificatePath;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What checkers read from evidence and findings. */
final class Findings {
    private Findings() {}

    /** The catalogs that have the file, in the order they were given. */
    static Stream<SignatureEvidence> catalogs(FileEvidence.Image image) {
        return image.signatures().stream().filter(s -> s.place().kind() == Place.Kind.CATALOG);
    }

    /** The finding the verdict comes from; empty if the file is accepted. */
    static Optional<CheckerFinding> decisive(List<CheckerFinding> findings) {
        return Stream.of(Outcome.BREAKS, Outcome.UNKNOWN, Outcome.WARNS)
                .flatMap(o -> findings.stream().filter(f -> f.outcome() == o))
                .findFirst();
    }

    /** Whether it is known what the checker prints: not if something unknown comes before what it would refuse. */
    static boolean isTold(List<CheckerFinding> findings) {
        return findings.stream()
                .map(CheckerFinding::outcome)
                .filter(o -> o == Outcome.BREAKS || o == Outcome.UNKNOWN)
                .findFirst()
                .filter(o -> o == Outcome.UNKNOWN)
                .isEmpty();
    }

    /** The first error there is; empty if another may come before it. */
    static Optional<TrustStatus> status(List<CheckerFinding> findings) {
        return decisive(findings)
                .filter(f -> f.outcome() == Outcome.BREAKS && isTold(findings))
                .flatMap(f -> f.rule().status());
    }

    /** Why a file is accepted. */
    static String good(List<SignatureEvidence> signatures) {
        return signatures.stream()
                .map(s -> s.place() + ": "
                        + s.userPath().map(CertificatePath::toString).orElseThrow())
                .collect(Collectors.joining("; "));
    }
}

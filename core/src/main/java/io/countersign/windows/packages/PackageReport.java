package io.countersign.windows.packages;

import io.countersign.windows.checker.CheckerFinding.Outcome;
import io.countersign.windows.checker.CheckerVerdict;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Whether a machine would install a package.
 *
 * @param findings every rule that was looked at, in order
 * @param installed the PE files it would install, by path
 */
public record PackageReport(CheckerVerdict verdict, List<PackageFinding> findings, Set<String> installed) {
    public PackageReport {
        findings = List.copyOf(findings);
        installed = Set.copyOf(installed);
    }

    static PackageReport of(List<PackageFinding> findings, Set<String> installed) {
        CheckerVerdict verdict = CheckerVerdict.ofOutcomes(
                findings.stream().map(PackageFinding::outcome).toList());
        return new PackageReport(verdict, findings, installed);
    }

    /** The finding the verdict comes from; empty if nothing is wrong or to be said. */
    public Optional<PackageFinding> decisive() {
        return Stream.of(Outcome.BREAKS, Outcome.UNKNOWN, Outcome.WARNS)
                .flatMap(o -> findings.stream().filter(f -> f.outcome() == o))
                .findFirst();
    }
}

package io.countersign.cli;

import io.countersign.windows.checker.CheckerFinding.Outcome;
import io.countersign.windows.packages.PackageFinding;

/** What is wrong with a driver package, and with its images, in a SARIF log. */
final class PackageSarif {
    private PackageSarif() {}

    static void add(ExplainSarif log, PackageExplanation explanation) {
        boolean required = log.requires(PackageExplanation.INSTALLER);
        for (PackageFinding finding : explanation.findings().keySet()) {
            if (finding.outcome() != Outcome.HOLDS && finding.outcome() != Outcome.NOTE) {
                log.describe(finding.rule().rule(), finding.remedy());
                log.result(
                        finding.rule().id(),
                        level(finding.outcome(), required),
                        "installer: " + (finding.subject().isEmpty() ? "" : finding.subject() + ": ")
                                + finding.message(),
                        explanation.file().resolve(finding.subject()));
            }
        }
        explanation.images().forEach(log::add);
    }

    private static String level(Outcome outcome, boolean required) {
        if (outcome == Outcome.WARNS) {
            return "note";
        }
        return outcome == Outcome.BREAKS || required ? "error" : "warning";
    }
}

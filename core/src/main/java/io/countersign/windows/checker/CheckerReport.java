package io.countersign.windows.checker;

import io.countersign.windows.checker.CheckerFinding.Outcome;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a checker would say of a file.
 *
 * @param exitCode of the tool; empty if it has none, or the verdict is not known
 * @param status what WinVerifyTrust returned; empty if it accepted, was not asked, or it is not known
 * @param reason one sentence: the first finding that decided
 * @param toolOutput the lines the tool prints, as far as they follow from the evidence; none if they do not.
 *     Windows prints times in its local zone; here they are UTC
 * @param findings every rule that was looked at, in order
 */
public record CheckerReport(
        CheckerVerdict verdict,
        OptionalInt exitCode,
        Optional<TrustStatus> status,
        String reason,
        List<String> toolOutput,
        List<CheckerFinding> findings) {
    public CheckerReport {
        toolOutput = List.copyOf(toolOutput);
        findings = List.copyOf(findings);
    }

    /** What the reason is taken from; empty if the file is accepted without a word. */
    public Optional<CheckerFinding> decisive() {
        return Findings.decisive(findings);
    }

    /** What was missing to decide; empty unless the verdict is unknown. */
    public List<String> missing() {
        return verdict == CheckerVerdict.UNKNOWN
                ? findings.stream()
                        .filter(f -> f.outcome() == Outcome.UNKNOWN)
                        .map(CheckerFinding::message)
                        .toList()
                : List.of();
    }

    static CheckerReport notApplicable(String reason) {
        return new CheckerReport(
                CheckerVerdict.NOT_APPLICABLE,
                OptionalInt.empty(),
                Optional.empty(),
                "no PE image, which is all that is judged here: " + reason,
                List.of(),
                List.of());
    }
}

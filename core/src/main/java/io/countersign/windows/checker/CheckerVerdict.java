package io.countersign.windows.checker;

import io.countersign.windows.checker.CheckerFinding.Outcome;
import java.util.List;

/** What a checker's findings add up to. */
public enum CheckerVerdict {
    ACCEPTED,
    /** Accepted, and something is said all the same. */
    WARNED,
    REFUSED,
    /** It depends on something that was not supplied or is not told anywhere. */
    UNKNOWN,
    /** The checker is not for such files, or not modelled for them. */
    NOT_APPLICABLE;

    /** A rule that is broken decides, whatever else is not known. */
    static CheckerVerdict of(List<CheckerFinding> findings) {
        if (has(findings, Outcome.BREAKS)) {
            return REFUSED;
        }
        if (has(findings, Outcome.UNKNOWN)) {
            return UNKNOWN;
        }
        return has(findings, Outcome.WARNS) ? WARNED : ACCEPTED;
    }

    private static boolean has(List<CheckerFinding> findings, Outcome outcome) {
        return findings.stream().anyMatch(f -> f.outcome() == outcome);
    }
}

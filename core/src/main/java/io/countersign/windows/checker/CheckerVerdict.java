package io.countersign.windows.checker;

import io.countersign.windows.checker.CheckerFinding.Outcome;
import java.util.Collection;
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
        return ofOutcomes(findings.stream().map(CheckerFinding::outcome).toList());
    }

    /** The same of outcomes alone. */
    public static CheckerVerdict ofOutcomes(Collection<Outcome> outcomes) {
        if (outcomes.contains(Outcome.BREAKS)) {
            return REFUSED;
        }
        if (outcomes.contains(Outcome.UNKNOWN)) {
            return UNKNOWN;
        }
        return outcomes.contains(Outcome.WARNS) ? WARNED : ACCEPTED;
    }
}

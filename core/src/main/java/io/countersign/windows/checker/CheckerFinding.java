package io.countersign.windows.checker;

import io.countersign.windows.Place;
import java.util.Optional;

/**
 * What one rule said of a file or of one of its signatures.
 *
 * @param place the signature; empty if it is about the file
 * @param message a sentence
 */
public record CheckerFinding(CheckerRule rule, Optional<Place> place, Outcome outcome, String message) {
    /** How it ended. */
    public enum Outcome {
        HOLDS,
        /** The checker refuses the file by it. */
        BREAKS,
        /** The checker warns. */
        WARNS,
        /** Something it depends on was not supplied, or no source says what the checker does. */
        UNKNOWN,
        /** Worth saying, without weight. */
        NOTE
    }

    /** What to do about it; empty unless something is wrong. */
    public String remedy() {
        return outcome == Outcome.HOLDS || outcome == Outcome.NOTE ? "" : rule.remedy();
    }
}

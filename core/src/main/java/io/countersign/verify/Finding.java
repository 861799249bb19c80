package io.countersign.verify;

/**
 * What one check found in one signature.
 *
 * @param check the id of the rule
 * @param citation where the rule is written
 * @param signature which signature of the file: 0 is the primary, nested ones follow
 * @param message a sentence
 */
public record Finding(String check, String citation, int signature, Outcome outcome, String message) {
    /** How a check may end. */
    public enum Outcome {
        PASSED,
        FAILED,
        /** Something needed to decide is not at hand. */
        UNKNOWN,
        /** Worth saying, without weight. */
        NOTE
    }
}

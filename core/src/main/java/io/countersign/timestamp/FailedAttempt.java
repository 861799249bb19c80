package io.countersign.timestamp;

/**
 * Why an authority gave no token that could be used. Immutable.
 *
 * @param source the authority, by its configured name or its URL
 * @param reason printable and at most {@value #LONGEST_REASON} characters, for it may quote what the authority sent
 */
public record FailedAttempt(String source, String reason) {
    private static final int LONGEST_REASON = 500;

    public FailedAttempt {
        String clean = reason.replaceAll("\\p{C}+", " ").strip();
        reason = clean.length() <= LONGEST_REASON ? clean : clean.substring(0, LONGEST_REASON - 1) + "…";
    }
}

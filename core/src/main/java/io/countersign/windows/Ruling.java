package io.countersign.windows;

/** What one rule says of one signature or file. */
public sealed interface Ruling {
    /** A sentence. */
    String reason();

    /** It loads. */
    record Allows(String reason) implements Ruling {}

    /** It does not. */
    record Forbids(String reason) implements Ruling {}

    /** The rule applies, and what it says of this case nobody documents, or takes something that was not supplied. */
    record Unclear(String reason) implements Ruling {}

    /** The rule applies and does not decide. */
    record Notes(String reason) implements Ruling {}

    /** The rule is about something else. */
    record NotApplicable(String reason) implements Ruling {}
}

package io.countersign.windows;

/**
 * Whether something is on a list.
 *
 * @param what the entry, or why it is not decided
 */
public record Listing(State state, String what) {
    /** What is known. */
    public enum State {
        /** There was no list to look at. */
        NOT_SUPPLIED,
        ABSENT,
        LISTED,
        /** An entry fits as far as it was looked at, and depends on more. */
        UNDECIDED
    }

    static final Listing NOT_SUPPLIED = new Listing(State.NOT_SUPPLIED, "the list was not supplied");
    static final Listing ABSENT = new Listing(State.ABSENT, "no entry fits");
}

package io.countersign.windows.timeline;

import java.time.Instant;

/**
 * A time that may change an answer.
 *
 * @param text a sentence without its stop, control characters replaced
 */
public record Event(Instant time, Kind kind, String text) {
    /** What happens; on the same instant in this order. */
    public enum Kind {
        VALID_FROM,
        CUT_OFF,
        TIMESTAMP,
        REVOKED,
        ASKED,
        /** The last instant a certificate is valid at (RFC 5280 section 4.1.2.5). */
        EXPIRES
    }

    /** The first instant at which things are different: a certificate is valid through the second of its notAfter. */
    public Instant takesEffect() {
        return kind == Kind.EXPIRES ? time.plusSeconds(1) : time;
    }
}

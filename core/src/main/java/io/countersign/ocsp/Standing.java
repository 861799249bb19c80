package io.countersign.ocsp;

import java.time.Instant;

/** What an authority says of a serial number (RFC 6960 section 2.2). */
public sealed interface Standing {
    /** Issued, and not revoked. */
    record Good() implements Standing {}

    /**
     * Revoked.
     *
     * @param since the revocationDate, which may lie before the day it was revoked on
     * @param reason a CRLReason (RFC 5280 section 5.3.1)
     */
    record Revoked(Instant since, int reason) implements Standing {}

    /** The authority has issued no such certificate. */
    record NotIssued() implements Standing {}
}

package io.countersign.x509;

import java.time.Instant;

/** Whether a certificate was revoked, as far as revocation lists tell. */
public sealed interface Revocation {
    /** A list of its issuer, current at the time asked about, does not have it. */
    record Good(Instant asOf) implements Revocation {}

    /**
     * A list of its issuer has it. What was signed and timestamped before may still be good.
     *
     * @param reason as RFC 5280 section 5.3.1 names it, in lower case
     */
    record Revoked(Instant since, String reason) implements Revocation {}

    /** No list says. */
    record NotKnown(String reason) implements Revocation {}
}

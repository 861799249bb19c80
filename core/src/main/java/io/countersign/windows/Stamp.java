package io.countersign.windows;

import io.countersign.verify.TimestampKind;
import io.countersign.x509.CertificatePath;
import java.time.Instant;
import java.util.Optional;

/**
 * The timestamp of a signature.
 *
 * @param time what it says; empty if it cannot be read
 * @param flaw why the token itself does not hold; empty if it does
 * @param good whether it holds and ends in a root given for timestamps, so that its time may be taken for the signature's
 * @param reason why, or why not
 * @param path of the authority; empty if its certificate is not there
 */
public record Stamp(
        TimestampKind kind,
        Optional<Instant> time,
        Optional<String> flaw,
        boolean good,
        String reason,
        Optional<CertificatePath> path) {}

package io.countersign.timestamp.http;

import io.countersign.timestamp.MalformedTimestamp;
import io.countersign.timestamp.TimestampRequest;
import io.countersign.timestamp.TimestampToken;
import io.countersign.x509.CertificatePath;
import io.countersign.x509.PathBuilder;
import io.countersign.x509.Purpose;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What a client checks of a token before it uses it (RFC 3161 section 2.4.2).
 *
 * @param sent just before the request was, by our clock
 * @param received just after the answer was, by our clock
 * @param roots what the authority's certificate must end in; empty if that is judged elsewhere
 */
record TokenCheck(TimestampRequest request, Instant sent, Instant received, Optional<PathBuilder> roots) {
    /** As far as the clock of a machine without time synchronisation may be off; Kerberos allows as much (RFC 4120 section 5.2). */
    static final Duration CLOCKS_APART = Duration.ofMinutes(5);
    /** The CA/Browser Forum has an authority's clock right to a second; one that promises less than this is no clock. */
    static final Duration WORST_ACCURACY = Duration.ofMinutes(1);

    /** Why a token is not an answer to the request; completes the sentence "a token …". */
    static final class Objection extends Exception {
        private static final long serialVersionUID = 1;

        private Objection(String message, Throwable cause) {
            super(message, cause);
        }
    }

    void requireAnswer(TimestampToken token) throws Objection {
        requireSameImprint(token);
        requireSameNonce(token);
        requirePlausibleTime(token);
        requireAccuracy(token);
        requireOwnSignature(token);
        requireTrusted(token);
    }

    private void requireSameImprint(TimestampToken token) throws Objection {
        if (!token.imprint().equals(Optional.of(request.imprint()))) {
            throw new Objection(
                    "over another digest (sent " + request.imprint() + ", received "
                            + token.imprint().map(Object::toString).orElse("one of an unknown algorithm") + ")",
                    null);
        }
    }

    private void requireSameNonce(TimestampToken token) throws Objection {
        if (!token.nonce().equals(request.nonce())) {
            throw new Objection("without the nonce of this request, so it may be an old one replayed", null);
        }
    }

    private void requirePlausibleTime(TimestampToken token) throws Objection {
        Instant time = token.genTime();
        if (time.isBefore(sent.minus(CLOCKS_APART)) || time.isAfter(received.plus(CLOCKS_APART))) {
            throw new Objection(
                    "of " + time + ", which is more than " + CLOCKS_APART.toMinutes()
                            + " minutes from this machine's clock (" + received
                            + "), so one of the two clocks is wrong",
                    null);
        }
    }

    private static void requireAccuracy(TimestampToken token) throws Objection {
        Optional<Duration> accuracy = token.accuracy();
        if (accuracy.isPresent() && accuracy.get().compareTo(WORST_ACCURACY) > 0) {
            throw new Objection(
                    "whose time may be off by " + accuracy.get().toSeconds() + " s; at most "
                            + WORST_ACCURACY.toSeconds() + " s are accepted",
                    null);
        }
    }

    private static void requireOwnSignature(TimestampToken token) throws Objection {
        if (token.signerCertificate().isEmpty()) {
            throw new Objection("without its signer's certificate, though that was asked for", null);
        }
        try {
            token.requireOwnSignature();
        } catch (MalformedTimestamp e) {
            throw new Objection("that its own certificate does not verify (" + e.getMessage() + ")", e);
        }
    }

    private void requireTrusted(TimestampToken token) throws Objection {
        if (roots.isEmpty()) {
            return;
        }
        X509Certificate signer = token.signerCertificate().orElseThrow();
        CertificatePath path = roots.get().build(signer, token.certificates(), Purpose.TIME_STAMPING, token.genTime());
        if (!path.isGood()) {
            throw new Objection(
                    "whose certificate is not trusted for timestamps (" + String.join("; ", path.problems()) + ")",
                    null);
        }
    }
}

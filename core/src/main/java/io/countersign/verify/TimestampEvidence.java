package io.countersign.verify;

import io.countersign.cms.Countersignature;
import io.countersign.cms.MalformedSignature;
import io.countersign.cms.SignedDataSignature;
import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import io.countersign.timestamp.MalformedTimestamp;
import io.countersign.timestamp.TimestampToken;
import io.countersign.x509.CertificatePath;
import io.countersign.x509.PathBuilder;
import io.countersign.x509.Purpose;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Optional;

/**
 * A timestamp found in a signature, with what its judgement needs.
 *
 * @param time what it says; empty if it cannot be read
 * @param digest what it covers the signature by; empty if it cannot be read, or the algorithm is none we know
 * @param flaw why the timestamp itself does not hold: unreadable, about something else, a bad signature; empty if it holds
 * @param path from its signer's certificate, at its own time
 */
public record TimestampEvidence(
        TimestampKind kind,
        Optional<Instant> time,
        Optional<DigestAlgorithm> digest,
        Optional<String> flaw,
        Optional<CertificatePath> path) {

    /** Whether its time may be taken for the time of the signature. */
    public boolean isGood() {
        return flaw.isEmpty() && path.map(CertificatePath::isGood).orElse(false);
    }

    /**
     * Holds the timestamp of a signature against it: the first token, or where there is none the first countersignature.
     *
     * @param paths with the anchors trusted for time stamping
     * @return empty if it has neither
     */
    public static Optional<TimestampEvidence> gather(SignedDataSignature over, PathBuilder paths) {
        return over.timestamps().stream()
                .findFirst()
                .map(der -> token(der, over, paths))
                .or(() -> over.countersignatures().stream().findFirst().map(der -> countersignature(der, over, paths)));
    }

    private static TimestampEvidence token(Bytes der, SignedDataSignature over, PathBuilder paths) {
        try {
            TimestampToken token = TimestampToken.parse(der.toByteArray());
            return new TimestampEvidence(
                    TimestampKind.RFC_3161,
                    Optional.of(token.genTime()),
                    token.imprint().map(Digest::algorithm),
                    flaw(token, over),
                    token.signerCertificate()
                            .map(s -> paths.build(s, token.certificates(), Purpose.TIME_STAMPING, token.genTime())));
        } catch (MalformedTimestamp e) {
            return unreadable(TimestampKind.RFC_3161, e);
        }
    }

    private static TimestampEvidence unreadable(TimestampKind kind, Exception reason) {
        return new TimestampEvidence(
                kind,
                Optional.empty(),
                Optional.empty(),
                Optional.of(String.valueOf(reason.getMessage())),
                Optional.empty());
    }

    private static Optional<String> flaw(TimestampToken token, SignedDataSignature over) {
        boolean covers = token.imprint()
                .map(i -> i.equals(i.algorithm().digest(over.signatureValue().toByteArray())))
                .orElse(false);
        if (!covers) {
            return Optional.of("it covers something else than this signature");
        }
        try {
            token.requireOwnSignature();
            return Optional.empty();
        } catch (MalformedTimestamp e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private static TimestampEvidence countersignature(Bytes der, SignedDataSignature over, PathBuilder paths) {
        try {
            Countersignature made = Countersignature.parse(der, over);
            return new TimestampEvidence(
                    TimestampKind.PKCS_9,
                    Optional.of(made.time()),
                    Optional.of(made.digestAlgorithm()),
                    flaw(made),
                    made.signerCertificate()
                            .map(s -> paths.build(s, over.certificates(), Purpose.TIME_STAMPING, made.time())));
        } catch (MalformedSignature e) {
            return unreadable(TimestampKind.PKCS_9, e);
        }
    }

    private static Optional<String> flaw(Countersignature made) {
        if (!made.covers()) {
            return Optional.of("it covers something else than this signature");
        }
        Optional<X509Certificate> signer = made.signerCertificate();
        if (signer.isEmpty()) {
            return Optional.of("the authority's certificate is not in the signature");
        }
        return made.isSignedBy(signer.get())
                ? Optional.empty()
                : Optional.of("its signature value does not fit the authority's key");
    }
}

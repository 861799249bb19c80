package io.countersign.verify;

import io.countersign.cms.AuthenticodeSignature;
import io.countersign.key.Bytes;
import io.countersign.timestamp.MalformedTimestamp;
import io.countersign.timestamp.TimestampToken;
import io.countersign.x509.CertificatePath;
import io.countersign.x509.PathBuilder;
import io.countersign.x509.Purpose;
import java.util.Optional;

/**
 * A token found in a signature, with what its judgement needs.
 *
 * @param token empty if the octets are no token
 * @param flaw why the token itself does not hold: not a token, another imprint, a bad signature; empty if it holds
 * @param path from its signer's certificate, at the token's own time
 */
record TimestampEvidence(Optional<TimestampToken> token, Optional<String> flaw, Optional<CertificatePath> path) {

    /** Whether its time may be taken for the time of the signature. */
    boolean isGood() {
        return flaw.isEmpty() && path.map(CertificatePath::isGood).orElse(false);
    }

    static TimestampEvidence gather(Bytes der, AuthenticodeSignature over, PathBuilder paths) {
        try {
            TimestampToken token = TimestampToken.parse(der.toByteArray());
            return new TimestampEvidence(
                    Optional.of(token),
                    flaw(token, over),
                    token.signerCertificate()
                            .map(s -> paths.build(s, token.certificates(), Purpose.TIME_STAMPING, token.genTime())));
        } catch (MalformedTimestamp e) {
            return new TimestampEvidence(Optional.empty(), Optional.of(e.getMessage()), Optional.empty());
        }
    }

    private static Optional<String> flaw(TimestampToken token, AuthenticodeSignature over) {
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
}

package io.countersign.sign;

import io.countersign.cms.SignedDataSignature;
import io.countersign.key.DigestAlgorithm;
import io.countersign.key.KeyUnavailable;
import io.countersign.key.SigningKey;
import io.countersign.timestamp.TimestampSource;
import io.countersign.timestamp.TimestampUnavailable;
import io.countersign.timestamp.Timestamped;
import io.countersign.x509.DistinguishedNames;
import java.util.Optional;

/** The part of signing that is the same for every format. */
record KeyAndTimestamp(SigningKey key, Optional<TimestampSource> timestamps) {
    /**
     * Checks that the key belongs to its certificate, and asks for a timestamp.
     *
     * @param made what the key has just signed
     * @param digest of the imprint
     * @return empty if none is wanted
     * @throws KeyUnavailable if the signature does not fit the certificate
     */
    Optional<Timestamped> token(SignedDataSignature made, DigestAlgorithm digest)
            throws KeyUnavailable, TimestampUnavailable {
        if (!made.isSignedBy(key.certificate())) {
            throw KeyUnavailable.permanently(
                    "the signature does not fit the certificate “" + DistinguishedNames.commonName(key.certificate())
                            + "”: configure the chain that belongs to the key",
                    null);
        }
        if (timestamps.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                timestamps.get().timestamp(digest.digest(made.signatureValue().toByteArray())));
    }
}

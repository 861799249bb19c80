package io.countersign.timestamp;

import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Optional;
import org.bouncycastle.asn1.cmp.PKIFreeText;
import org.bouncycastle.asn1.cmp.PKIStatus;
import org.bouncycastle.asn1.cmp.PKIStatusInfo;
import org.bouncycastle.asn1.tsp.TimeStampResp;

/** What our authority answered, as values for its log and its archive. Immutable. */
public sealed interface TimestampAnswer {
    /** The TimeStampResp as it goes over the wire. */
    Bytes encoded();

    /**
     * A token was issued, and verified before it was given.
     *
     * @param token the TimeStampToken within {@code encoded}, DER
     * @param serialNumber positive, of 20 octets
     * @param genTime to the millisecond
     * @param policy a dotted object identifier
     * @param imprint what was stamped
     */
    record Issued(Bytes encoded, Bytes token, BigInteger serialNumber, Instant genTime, String policy, Digest imprint)
            implements TimestampAnswer {}

    /**
     * No token was issued.
     *
     * @param text what the client is told
     * @param cause for our own log, never for the wire; present for a failure of our own
     */
    record Rejected(Bytes encoded, Refusal refusal, String text, Optional<Throwable> cause) implements TimestampAnswer {
        /**
         * For a failure around the authority, such as of an archive.
         *
         * @param text for the client
         * @param cause for our own log; null where there is none
         */
        public static Rejected of(Refusal refusal, String text, Throwable cause) {
            PKIStatusInfo status =
                    new PKIStatusInfo(PKIStatus.rejection, new PKIFreeText(text), refusal.asFailureInfo());
            return new Rejected(
                    Bytes.taking(Encoding.der(new TimeStampResp(status, null))),
                    refusal,
                    text,
                    Optional.ofNullable(cause));
        }
    }
}

package io.countersign.timestamp;

import io.countersign.key.CountersignOid;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;

/**
 * What a TSA promises about its tokens.
 *
 * @param oid the policy's object identifier, dotted, in every token
 * @param accuracySeconds how far genTime may be from UTC, in seconds; at least 1
 */
public record TimestampPolicy(String oid, int accuracySeconds) {
    /** The policy of an installation that has not registered one of its own. */
    public static final TimestampPolicy LAB = new TimestampPolicy(CountersignOid.LAB_TIMESTAMP_POLICY.getId(), 1);

    public TimestampPolicy {
        if (ASN1ObjectIdentifier.tryFromID(oid) == null) {
            throw new IllegalArgumentException(
                    "\"" + oid + "\" is no TSA policy; wanted an object identifier such as 1.3.6.1.4.1.32473.1");
        }
        if (accuracySeconds < 1) {
            throw new IllegalArgumentException("an accuracy of " + accuracySeconds + " s; wanted at least 1 s");
        }
    }
}

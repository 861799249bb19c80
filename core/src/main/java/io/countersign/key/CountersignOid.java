package io.countersign.key;

import org.bouncycastle.asn1.ASN1ObjectIdentifier;

/**
 * Where our own object identifiers live. The arc was made as Microsoft's "Obtaining an Object Identifier from Microsoft"
 * describes, from a GUID cut into numbers of at most 24 bits. The shorter 2.25.UUID of ITU-T X.667 would put a 128-bit number
 * into every signature, and decoders that stop at 32 bits are common (docs/decisions/0002).
 */
public final class CountersignOid {
    private static final ASN1ObjectIdentifier ARC =
            new ASN1ObjectIdentifier("1.2.840.113556.1.8000.2554.13308.57468.16231.18279.45014.16670752.4900539");

    /** The unsigned attribute that remembers how a file was before signing. */
    public static final ASN1ObjectIdentifier SOURCE_IMAGE = ARC.branch("1");

    /** What a to-be-signed file of two-phase signing starts with. */
    public static final ASN1ObjectIdentifier TO_BE_SIGNED = ARC.branch("10");

    /** The time-stamping policy of an installation that has not registered one of its own. */
    public static final ASN1ObjectIdentifier LAB_TIMESTAMP_POLICY = ARC.branch("3161");

    /** LAB-PAST: the policy of back-dated timestamps made for labs and tests, which prove nothing. */
    public static final ASN1ObjectIdentifier LAB_PAST_TIMESTAMP_POLICY = LAB_TIMESTAMP_POLICY.branch("1");

    /** LAB: the policy under which even a SHA-1 imprint is stamped, for lessons about why not. */
    public static final ASN1ObjectIdentifier LAB_SHA1_TIMESTAMP_POLICY = LAB_TIMESTAMP_POLICY.branch("2");

    private CountersignOid() {}
}

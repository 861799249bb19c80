package io.countersign.cms;

import java.math.BigInteger;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1Object;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DERSequence;

/**
 * What signing a PE changes and its signature does not cover, kept so that stripping gives the submitted file back bit by bit.
 * An unsigned attribute: a hint for restoring, never evidence.
 *
 * <pre>
 * SourceImage ::= SEQUENCE {
 *     length      INTEGER (0..4294967295),   -- of the file before signing, in bytes
 *     checkSum    INTEGER (0..4294967295) }  -- the optional header's CheckSum before signing
 * </pre>
 */
public final class SourceImage extends ASN1Object {
    private static final long LIMIT = 0xFFFF_FFFFL;

    private final long length;
    private final long checkSum;

    public SourceImage(long length, long checkSum) {
        if (length < 0 || length > LIMIT || checkSum < 0 || checkSum > LIMIT) {
            throw new IllegalArgumentException("length " + length + " and checkSum " + checkSum + " must fit 32 bits");
        }
        this.length = length;
        this.checkSum = checkSum;
    }

    /**
     * @throws IllegalArgumentException if this is no SourceImage
     */
    static SourceImage of(ASN1Primitive asn1) {
        ASN1Sequence sequence = ASN1Sequence.getInstance(asn1);
        if (sequence.size() != 2) {
            throw new IllegalArgumentException("a SourceImage has 2 elements, this one " + sequence.size());
        }
        return new SourceImage(number(sequence, 0), number(sequence, 1));
    }

    private static long number(ASN1Sequence sequence, int index) {
        BigInteger value = ASN1Integer.getInstance(sequence.getObjectAt(index)).getValue();
        return value.bitLength() > 32 ? -1 : value.longValue();
    }

    public long length() {
        return length;
    }

    public long checkSum() {
        return checkSum;
    }

    @Override
    public ASN1Primitive toASN1Primitive() {
        ASN1EncodableVector v = new ASN1EncodableVector();
        v.add(new ASN1Integer(length));
        v.add(new ASN1Integer(checkSum));
        return new DERSequence(v);
    }
}

package io.countersign.cms;

import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import java.math.BigInteger;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1Object;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;

/**
 * What signing a PE changes and its signature does not cover, kept so that stripping gives the submitted file back bit by bit.
 * An unsigned attribute: a hint for restoring, never evidence.
 *
 * <pre>
 * SourceImage ::= SEQUENCE {
 *     length      INTEGER (0..4294967295),   -- of the file before signing, in bytes
 *     checkSum    INTEGER (0..4294967295),   -- the optional header's CheckSum before signing
 *     sha256      OCTET STRING (SIZE(32)) }  -- of the file before signing
 * </pre>
 */
public final class SourceImage extends ASN1Object {
    private static final long LIMIT = 0xFFFF_FFFFL;

    private final long length;
    private final long checkSum;
    private final Digest sha256;

    public SourceImage(long length, long checkSum, Digest sha256) {
        if (length < 0 || length > LIMIT || checkSum < 0 || checkSum > LIMIT) {
            throw new IllegalArgumentException("length " + length + " and checkSum " + checkSum + " must fit 32 bits");
        }
        this.length = length;
        this.checkSum = checkSum;
        this.sha256 = sha256;
    }

    /** Reads one; empty if it is none, since what nobody signed must not decide whether a signature is well formed. */
    static Optional<SourceImage> of(ASN1Primitive asn1) {
        try {
            ASN1Sequence sequence = ASN1Sequence.getInstance(asn1);
            if (sequence.size() != 3) {
                return Optional.empty();
            }
            byte[] digest = ASN1OctetString.getInstance(sequence.getObjectAt(2)).getOctets();
            return Optional.of(new SourceImage(
                    number(sequence, 0), number(sequence, 1), new Digest(DigestAlgorithm.SHA256, Bytes.of(digest))));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
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

    /** Of the whole file before signing. */
    public Digest sha256() {
        return sha256;
    }

    @Override
    public ASN1Primitive toASN1Primitive() {
        ASN1EncodableVector v = new ASN1EncodableVector();
        v.add(new ASN1Integer(length));
        v.add(new ASN1Integer(checkSum));
        v.add(new DEROctetString(sha256.value().toByteArray()));
        return new DERSequence(v);
    }
}

package io.countersign.cms;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.BitSet;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1External;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1Set;
import org.bouncycastle.asn1.ASN1TaggedObject;

/**
 * How deep elements stand in one another. Bouncy Castle reads 32 levels at once; a signature that is nested in another and has a
 * timestamp whose signing-certificate attribute names issuers (RFC 5035 section 4, IssuerSerial) has 33 and more.
 */
final class Asn1Depth {
    /** Of all that Bouncy Castle reads at once: more is read a SEQUENCE at a time. */
    private static final int AT_ONCE = 24;

    /** What the stack and the copies that reading piece by piece makes are good for, and nearly twice of what honest signers make. */
    static final int MAXIMUM = 64;

    private Asn1Depth() {}

    /** True if some element may stand too deep to be read at once; of octets that are no ASN.1 either may be said. */
    static boolean isTooDeepToReadAtOnce(ByteBuffer octets) {
        int[] ends = new int[AT_ONCE];
        BitSet indefinite = new BitSet(AT_ONCE);
        int depth = 0;
        while (octets.remaining() >= 2) {
            while (depth > 0 && !indefinite.get(depth - 1) && octets.position() >= ends[depth - 1]) {
                depth--;
            }
            int tag = octets.get();
            if ((tag & 0x1F) == 0x1F) {
                ElementLimit.skipLongTag(octets);
            }
            boolean open = octets.hasRemaining() && octets.get(octets.position()) == (byte) 0x80;
            long length = ElementLimit.length(octets);
            long end = Math.min(octets.position() + length, octets.limit());
            if ((tag & 0x20) == 0) {
                octets.position((int) end);
                if (tag == 0 && length == 0 && depth > 0 && indefinite.get(depth - 1)) {
                    depth--;
                }
            } else if (depth == AT_ONCE) {
                return true;
            } else {
                ends[depth] = (int) end;
                indefinite.set(depth, open);
                depth++;
            }
        }
        return false;
    }

    /**
     * Reads what Bouncy Castle has put off reading.
     *
     * @param levels how many there may be
     * @throws IOException if there are more
     */
    static void readAll(ASN1Encodable element, int levels) throws IOException {
        if (levels == 0) {
            throw new IOException("ASN.1 elements stand more than " + MAXIMUM
                    + " levels deep in one another, which no known signer needs; get the file anew from who signed it");
        }
        if (element instanceof ASN1Sequence sequence) {
            for (ASN1Encodable inside : sequence) {
                readAll(inside, levels - 1);
            }
        } else if (element instanceof ASN1Set set) {
            for (ASN1Encodable inside : set) {
                readAll(inside, levels - 1);
            }
        } else if (element instanceof ASN1TaggedObject tagged) {
            readAll(tagged.getBaseObject(), levels - 1);
        } else if (element instanceof ASN1External) {
            // What is in it cannot be walked through, and nothing in a signature is one.
            throw new IOException("an ASN.1 EXTERNAL, which signatures do not have");
        }
    }
}

package io.countersign.cms;

import io.countersign.key.Bytes;
import java.nio.ByteBuffer;

/**
 * Counts ASN.1 elements before they are parsed. Each becomes objects of some hundred bytes, so a signature of 16 MiB made of
 * two-octet elements would cost gigabytes; the largest honest ones are one octet string of page hashes.
 */
public final class ElementLimit {
    private static final int MAXIMUM = 1 << 17;

    private ElementLimit() {}

    /**
     * Counts.
     *
     * @throws MalformedSignature if there are more elements than any honest signature has
     */
    public static void require(Bytes encoded) throws MalformedSignature {
        require(encoded, MAXIMUM);
    }

    /**
     * Counts.
     *
     * @throws MalformedSignature if there are more elements than this
     */
    public static void require(Bytes encoded, int maximum) throws MalformedSignature {
        ByteBuffer octets = encoded.asBuffer();
        int count = 0;
        while (octets.remaining() >= 2) {
            if (++count > maximum) {
                throw new MalformedSignature("the signature has more than " + maximum + " ASN.1 elements");
            }
            int tag = octets.get();
            if ((tag & 0x1F) == 0x1F) {
                skipLongTag(octets);
            }
            long length = length(octets);
            // What is inside a constructed element follows at once.
            if ((tag & 0x20) == 0) {
                octets.position(octets.position() + (int) Math.min(length, octets.remaining()));
            }
        }
    }

    static void skipLongTag(ByteBuffer octets) {
        while (octets.hasRemaining() && octets.get() < 0) {
            // a tag number of another seven bits follows
        }
    }

    /** The length that stands there; 0 where it is indefinite. */
    static long length(ByteBuffer octets) {
        int first = octets.hasRemaining() ? octets.get() : 0;
        if (first >= 0) {
            return first;
        }
        long length = 0;
        for (int i = first & 0x7F; i > 0 && octets.hasRemaining(); i--) {
            length = Math.min(length << 8 | Byte.toUnsignedInt(octets.get()), Integer.MAX_VALUE);
        }
        return length;
    }
}

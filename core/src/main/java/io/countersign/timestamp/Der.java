package io.countersign.timestamp;

import java.util.Arrays;

/** DER put together from parts that are DER already, so that what is the same in each token is encoded once. */
final class Der {
    static final int OCTET_STRING = 0x04;
    static final int SEQUENCE = 0x30;
    static final int SET = 0x31;

    /** [0], constructed: explicit around one part, implicit in place of a SET's or SEQUENCE's tag. */
    static final int CONTEXT_0 = 0xA0;

    private static final int LONGEST_SHORT_LENGTH = 0x7F;
    private static final int LONG_FORM = 0x80;

    private Der() {}

    /** One value: tag, definite length, and the parts one behind the other. */
    static byte[] of(int tag, byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        int lengthOctets =
                length <= LONGEST_SHORT_LENGTH ? 0 : (Integer.SIZE - Integer.numberOfLeadingZeros(length) + 7) / 8;
        byte[] der = new byte[2 + lengthOctets + length];
        der[0] = (byte) tag;
        der[1] = (byte) (lengthOctets == 0 ? length : LONG_FORM | lengthOctets);
        for (int i = 0; i < lengthOctets; i++) {
            der[2 + i] = (byte) (length >>> (8 * (lengthOctets - 1 - i)));
        }
        int at = 2 + lengthOctets;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, der, at, part.length);
            at += part.length;
        }
        return der;
    }

    /** A SET OF with another tag or its own: the parts in the order of X.690 section 11.6. */
    static byte[] setOf(int tag, byte[]... parts) {
        byte[][] sorted = parts.clone();
        Arrays.sort(sorted, Arrays::compareUnsigned);
        return of(tag, sorted);
    }
}

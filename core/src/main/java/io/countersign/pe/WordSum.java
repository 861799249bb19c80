package io.countersign.pe;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The sum a PE's CheckSum is made from: its 16-bit little-endian words added with end-around carry (what imagehlp's
 * CheckSumMappedFile computes; the PE format specification names it under "CheckSum"). Only whether an octet stands at an even
 * or an odd offset matters, so parts may be summed in any order. Not for several threads.
 */
final class WordSum {
    /** Sums of 32-bit words: 4 GiB hold 2^30 of them, so a long never overflows. */
    private long sum;

    WordSum add(long offset, ByteBuffer octets) {
        ByteBuffer words = octets.slice().order(ByteOrder.LITTLE_ENDIAN);
        int at = 0;
        int limit = words.limit();
        if (limit > 0 && (offset & 1) == 1) {
            sum += (long) Byte.toUnsignedInt(words.get(0)) << 8;
            at = 1;
        }
        // A 32-bit word folds to the sum of its halves; two are read at a time.
        long pairs = 0;
        for (; at <= limit - 8; at += 8) {
            long pair = words.getLong(at);
            pairs += (pair & 0xFFFF_FFFFL) + (pair >>> 32);
        }
        sum += pairs;
        for (; at < limit; at++) {
            sum += (long) Byte.toUnsignedInt(words.get(at)) << (((offset + at) & 1) == 1 ? 8 : 0);
        }
        return this;
    }

    WordSum add(WordSum other) {
        sum += other.folded();
        return this;
    }

    /** The 16-bit sum. */
    int folded() {
        long folded = sum;
        while (folded > 0xFFFF) {
            folded = (folded & 0xFFFF) + (folded >>> 16);
        }
        return (int) folded;
    }

    /** The same octets moved by an odd distance: one's complement sums commute with swapping bytes (RFC 1071 section 2 (B)). */
    WordSum movedByOddDistance() {
        WordSum swapped = new WordSum();
        int folded = folded();
        swapped.sum = Integer.toUnsignedLong(Integer.reverseBytes(folded) >>> 16);
        return swapped;
    }

    /** The CheckSum of a file of this size whose words add up to this. */
    int checksum(long fileSize) {
        return (int) (folded() + fileSize);
    }
}

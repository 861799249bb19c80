package io.countersign.x509;

import java.math.BigInteger;
import java.security.SecureRandom;

/** Serial numbers for certificates that are made here. */
public final class SerialNumbers {
    private static final int BITS = 128;

    private SerialNumbers() {}

    /** 128 random bits, read as a positive number; RFC 5280 4.1.2.2 allows 20 octets. */
    public static BigInteger fresh() {
        return new BigInteger(BITS, new SecureRandom());
    }
}

package io.countersign.key;

import java.math.BigInteger;
import java.security.PublicKey;
import java.security.interfaces.DSAPublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;

/**
 * Keys in certificates are input like any other: checking one signature costs the square of the key's length, or its cube, and a
 * certificate of a few kilobytes can ask for hours.
 */
public final class HostileKeys {
    /** The most CryptoAPI takes, and the JDK. */
    private static final int MAXIMUM_RSA_BITS = 16384;

    private static final int MAXIMUM_RSA_EXPONENT_BITS = 64;

    /** FIPS 186-4 section 4.2. */
    private static final int MAXIMUM_DSA_BITS = 3072;

    private static final int MAXIMUM_DSA_ORDER_BITS = 256;

    private HostileKeys() {}

    /** Whether verifying a signature with this key takes a bounded, small time. Says nothing of its strength. */
    public static boolean isBounded(PublicKey key) {
        if (key instanceof RSAPublicKey rsa) {
            return rsa.getModulus().bitLength() <= MAXIMUM_RSA_BITS
                    && rsa.getPublicExponent().bitLength() <= MAXIMUM_RSA_EXPONENT_BITS;
        }
        if (key instanceof DSAPublicKey dsa) {
            return dsa.getParams() != null
                    && dsa.getParams().getP().bitLength() <= MAXIMUM_DSA_BITS
                    && dsa.getParams().getQ().bitLength() <= MAXIMUM_DSA_ORDER_BITS
                    && dsa.getParams().getG().compareTo(BigInteger.ONE) > 0
                    && dsa.getY().bitLength() <= MAXIMUM_DSA_BITS;
        }
        // Java's own EC and EdDSA keys are on named curves only.
        return key instanceof ECPublicKey || key instanceof EdECPublicKey;
    }
}

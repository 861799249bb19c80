package io.countersign.key;

import java.security.cert.X509Certificate;
import java.util.List;

/**
 * The one door to a private key. The key itself stays where it is; what comes out is signatures.
 *
 * <p>Implementations are safe for use by several threads. Each call may take milliseconds (an HSM) and is a use of the key
 * that the implementation has durably recorded before it happens.
 */
public interface SigningKey {
    /** Leaf first, then each issuer, the root last where it is known. Never empty, never changes. */
    List<X509Certificate> chain();

    /**
     * Digests and signs.
     *
     * @param toBeSigned the octets the signature covers
     * @throws IllegalArgumentException if the algorithm does not fit the key
     * @throws KeyUnavailable if the key cannot be used now
     */
    byte[] sign(SignatureAlgorithm algorithm, byte[] toBeSigned) throws KeyUnavailable;

    /**
     * Signs a digest made elsewhere, for two-phase signing: the same octets {@link #sign} gives for what was digested.
     *
     * @throws IllegalArgumentException if the algorithm fits neither the key nor the digest
     * @throws KeyUnavailable if the key cannot be used now
     */
    byte[] signDigest(SignatureAlgorithm algorithm, Digest digest) throws KeyUnavailable;

    /** The certificate of the key itself. */
    default X509Certificate certificate() {
        return chain().get(0);
    }
}

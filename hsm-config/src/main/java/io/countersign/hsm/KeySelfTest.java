package io.countersign.hsm;

import io.countersign.key.DigestAlgorithm;
import io.countersign.key.KeyUnavailable;
import io.countersign.key.SignatureAlgorithm;
import io.countersign.key.SigningKey;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.Signature;

/**
 * Proves that a key signs and that its certificate is the right one. Only a signature tells: a token whose files have vanished
 * still answers every other question. Safe for several threads.
 */
public final class KeySelfTest {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final SigningKey key;
    private final SignatureAlgorithm algorithm;

    /**
     * @param key opened for {@link KeyPurpose#SELF_TEST}
     * @throws IllegalArgumentException if its type is none we sign with
     */
    public KeySelfTest(SigningKey key) {
        this.key = key;
        this.algorithm = SignatureAlgorithm.of(key.certificate().getPublicKey(), DigestAlgorithm.SHA256);
    }

    /**
     * Signs something new, which is a use of the key, and verifies it.
     *
     * @throws KeyUnavailable if it does not sign, or if its certificate does not verify what it signs
     */
    public void run() throws KeyUnavailable {
        byte[] challenge = new byte[32];
        RANDOM.nextBytes(challenge);
        byte[] signature = key.sign(algorithm, challenge);
        if (!verifies(challenge, signature)) {
            throw KeyUnavailable.permanently(
                    "the key of " + key.certificate().getSubjectX500Principal()
                            + " signs, but its certificate does not verify that; name the certificate that belongs to the key",
                    null);
        }
    }

    private boolean verifies(byte[] challenge, byte[] signature) {
        try {
            Signature verifier = Signature.getInstance(algorithm.jcaName());
            verifier.initVerify(key.certificate().getPublicKey());
            verifier.update(challenge);
            return verifier.verify(signature);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}

package io.countersign.key;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.RuntimeOperatorException;

/**
 * Lets Bouncy Castle's generators sign with a {@link SigningKey}. One signature an instance; not for several threads. A
 * {@link KeyUnavailable} leaves as the cause of a {@link RuntimeOperatorException}, the only door that interface has.
 */
public final class SigningKeyContentSigner implements ContentSigner {
    private final SigningKey key;
    private final SignatureAlgorithm algorithm;
    private final ByteArrayOutputStream toBeSigned = new ByteArrayOutputStream();

    public SigningKeyContentSigner(SigningKey key, SignatureAlgorithm algorithm) {
        this.key = key;
        this.algorithm = algorithm;
    }

    /** What made a signer fail; thrown on if it was no key. */
    public static KeyUnavailable unwrapped(RuntimeOperatorException e) {
        if (e.getCause() instanceof KeyUnavailable key) {
            return key;
        }
        throw e;
    }

    @Override
    public AlgorithmIdentifier getAlgorithmIdentifier() {
        return algorithm.algorithmIdentifier();
    }

    @Override
    public OutputStream getOutputStream() {
        return toBeSigned;
    }

    @Override
    public byte[] getSignature() {
        try {
            return key.sign(algorithm, toBeSigned.toByteArray());
        } catch (KeyUnavailable e) {
            throw new RuntimeOperatorException("the key could not sign", e);
        }
    }
}

package io.countersign.timestamp;

import io.countersign.key.SignatureAlgorithm;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.StandardDSAEncoding;
import org.bouncycastle.crypto.util.PublicKeyFactory;

/** Verifies many signatures of one key. Safe for several threads. */
@FunctionalInterface
interface SignatureVerifier {
    /**
     * Whether the key made this signature.
     *
     * @throws GeneralSecurityException if the signature is not even formed like one
     */
    boolean verifies(byte[] signed, byte[] signature) throws GeneralSecurityException;

    /**
     * The platform's RSA; Bouncy Castle's ECDSA, which keeps what it computed of a point and is several times as fast as Java's own.
     */
    static SignatureVerifier of(PublicKey key, SignatureAlgorithm algorithm) {
        if (algorithm.keyAlgorithm().equals("RSA")) {
            return (signed, signature) -> {
                Signature verifier = Signature.getInstance(algorithm.jcaName());
                verifier.initVerify(key);
                verifier.update(signed);
                return verifier.verify(signature);
            };
        }
        ECPublicKeyParameters point = parameters(key);
        BigInteger order = point.getParameters().getN();
        return (signed, signature) -> {
            ECDSASigner verifier = new ECDSASigner();
            verifier.init(false, point);
            try {
                BigInteger[] numbers = StandardDSAEncoding.INSTANCE.decode(order, signature);
                byte[] digest = algorithm.digest().newMessageDigest().digest(signed);
                return verifier.verifySignature(digest, numbers[0], numbers[1]);
            } catch (IOException | RuntimeException e) {
                throw new SignatureException("no DER of two numbers below the group's order", e);
            }
        };
    }

    private static ECPublicKeyParameters parameters(PublicKey key) {
        try {
            return (ECPublicKeyParameters) PublicKeyFactory.createKey(key.getEncoded());
        } catch (IOException e) {
            throw new UnfitTimestampKey("the timestamp key's public key cannot be read: " + e.getMessage(), e);
        }
    }
}

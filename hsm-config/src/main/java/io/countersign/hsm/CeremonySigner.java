package io.countersign.hsm;

import io.countersign.key.DigestAlgorithm;
import io.countersign.key.KeyUnavailable;
import io.countersign.key.SignatureAlgorithm;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.util.Arrays;
import org.bouncycastle.asn1.sec.SECNamedCurves;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.crypto.signers.StandardDSAEncoding;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.RuntimeOperatorException;

/**
 * Signs a certificate with a key that SunPKCS11 cannot see yet, since it has no certificate: through C_Sign, and journalled
 * like every other use. One signature an instance.
 */
final class CeremonySigner implements ContentSigner {
    private final CryptokiSession session;
    private final TokenMaker.MadeKey key;
    private final KeyUseJournal journal;
    private final SignatureAlgorithm algorithm;
    private final ByteArrayOutputStream toBeSigned = new ByteArrayOutputStream();

    /** Bouncy Castle's interface declares no exception. */
    static final class Failed extends RuntimeOperatorException {
        private static final long serialVersionUID = 1;

        private final KeyUnavailable failure;

        private Failed(KeyUnavailable failure) {
            super(failure.getMessage(), failure);
            this.failure = failure;
        }

        KeyUnavailable unwrapped() {
            return failure;
        }
    }

    CeremonySigner(CryptokiSession session, TokenMaker.MadeKey key, KeyUseJournal journal) {
        this.session = session;
        this.key = key;
        this.journal = journal;
        this.algorithm = key.publicKey().signatureAlgorithm();
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
        byte[] octets = toBeSigned.toByteArray();
        try {
            journal.append(
                    key.plan().label(),
                    KeyPurpose.CERTIFICATE,
                    algorithm,
                    algorithm.digest().digest(octets));
            if (key.plan().type().rsa()) {
                return session.sign(CryptokiSession.CKM_SHA256_RSA_PKCS, key.handle(), octets);
            }
            byte[] digest = DigestAlgorithm.SHA256.digest(octets).value().toByteArray();
            return der(session.sign(CryptokiSession.CKM_ECDSA, key.handle(), digest));
        } catch (KeyUnavailable e) {
            throw new Failed(e);
        } catch (CryptokiException | IOException e) {
            throw new Failed(
                    KeyUnavailable.forNow("key " + key.plan().label() + " did not sign: " + e.getMessage(), e));
        }
    }

    /** CKM_ECDSA gives r and s side by side; certificates want them as a SEQUENCE (RFC 3279 section 2.2.3). */
    private static byte[] der(byte[] signature) throws IOException {
        int half = signature.length / 2;
        BigInteger r = new BigInteger(1, Arrays.copyOfRange(signature, 0, half));
        BigInteger s = new BigInteger(1, Arrays.copyOfRange(signature, half, signature.length));
        return StandardDSAEncoding.INSTANCE.encode(
                SECNamedCurves.getByOID(SECObjectIdentifiers.secp256r1).getN(), r, s);
    }
}

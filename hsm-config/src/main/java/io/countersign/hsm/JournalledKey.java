package io.countersign.hsm;

import io.countersign.key.Digest;
import io.countersign.key.KeyUnavailable;
import io.countersign.key.SignatureAlgorithm;
import io.countersign.key.SigningKey;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.ProviderException;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECKey;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import javax.crypto.Cipher;
import org.bouncycastle.asn1.x509.DigestInfo;

/** The one door every use of a private key goes through: first the journal, then the signature. */
final class JournalledKey implements SigningKey {
    /** As many as sign at once on a large machine; a token's session is taken for the time of a signature only. */
    private static final int IDLE_OPERATIONS = 64;

    /** A way to sign that is ready: to set one up takes as long as a P-256 signature. One thread at a time. */
    @FunctionalInterface
    private interface Operation {
        byte[] sign(byte[] input) throws GeneralSecurityException;
    }

    private final TokenKey key;
    private final KeyPurpose purpose;
    private final KeyUseJournal journal;
    private final Queue<Operation> idle = new ArrayBlockingQueue<>(IDLE_OPERATIONS);

    JournalledKey(TokenKey key, KeyPurpose purpose, KeyUseJournal journal) {
        this.key = key;
        this.purpose = purpose;
        this.journal = journal;
    }

    @Override
    public List<X509Certificate> chain() {
        return key.chain();
    }

    @Override
    public byte[] sign(SignatureAlgorithm algorithm, byte[] toBeSigned) throws KeyUnavailable {
        return signDigest(algorithm, algorithm.digest().digest(toBeSigned));
    }

    @Override
    public byte[] signDigest(SignatureAlgorithm algorithm, Digest digest) throws KeyUnavailable {
        if (!algorithm.keyAlgorithm().equals(key.key().getAlgorithm())) {
            throw new IllegalArgumentException(algorithm.jcaName() + " wants a key of kind " + algorithm.keyAlgorithm()
                    + ", but '" + key.name() + "' is of kind " + key.key().getAlgorithm());
        }
        if (algorithm.digest() != digest.algorithm()) {
            throw new IllegalArgumentException(algorithm.jcaName() + " signs a "
                    + algorithm.digest().jcaName() + " digest, this is a "
                    + digest.algorithm().jcaName() + " one");
        }
        journal.append(key.name(), purpose, algorithm, digest);
        try {
            return signed(algorithm, digest);
        } catch (GeneralSecurityException | ProviderException | IOException e) {
            throw KeyUnavailable.forNow(
                    "token '" + key.token().token().label() + "' did not sign with key '" + key.name() + "': "
                            + e.getMessage()
                            + "; where that repeats, restart this process: keys of a token that was gone for a moment stay dead in it",
                    e);
        }
    }

    private byte[] signed(SignatureAlgorithm algorithm, Digest digest) throws GeneralSecurityException, IOException {
        byte[] octets = digest.value().toByteArray();
        boolean rsa = algorithm.keyAlgorithm().equals("RSA");
        Operation operation = idle.poll();
        if (operation == null) {
            operation = rsa ? rsa() : ecdsa();
        }
        byte[] signature = operation.sign(
                rsa
                        ? new DigestInfo(digest.algorithm().algorithmIdentifier(), octets).getEncoded("DER")
                        : leftmost(octets));
        // Not one that failed: nobody knows its state.
        idle.offer(operation);
        return signature;
    }

    /**
     * SunPKCS11 has no NONEwithRSA. "Encrypting" with a private key is its C_Sign with CKM_RSA_PKCS: RFC 8017 section 9.2 from
     * step 3 on, the DigestInfo being ours.
     */
    private Operation rsa() throws GeneralSecurityException {
        Cipher rsa = Cipher.getInstance("RSA/ECB/PKCS1Padding", key.token().provider());
        rsa.init(Cipher.ENCRYPT_MODE, key.key());
        return rsa::doFinal;
    }

    private Operation ecdsa() throws GeneralSecurityException {
        Signature ecdsa = Signature.getInstance("NONEwithECDSA", key.token().provider());
        ecdsa.initSign(key.key());
        return digest -> {
            ecdsa.update(digest);
            return ecdsa.sign();
        };
    }

    /** FIPS 186-4 section 6.4: of a digest longer than the group order the leftmost bits count; not every token knows. */
    private byte[] leftmost(byte[] digest) {
        int order =
                (((ECKey) certificate().getPublicKey()).getParams().getOrder().bitLength() + 7) / 8;
        return digest.length > order ? Arrays.copyOf(digest, order) : digest;
    }
}

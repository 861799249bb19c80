package io.countersign.hsm;

import io.countersign.key.Digest;
import io.countersign.key.KeyUnavailable;
import io.countersign.key.SignatureAlgorithm;
import io.countersign.key.SigningKey;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.Provider;
import java.security.ProviderException;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECKey;
import java.util.Arrays;
import java.util.List;
import javax.crypto.Cipher;
import org.bouncycastle.asn1.x509.DigestInfo;

/** The one door every use of a private key goes through: first the journal, then the signature. */
final class JournalledKey implements SigningKey {
    private final TokenKey key;
    private final KeyPurpose purpose;
    private final KeyUseJournal journal;

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
        Provider provider = key.token().provider();
        byte[] octets = digest.value().toByteArray();
        if (algorithm.keyAlgorithm().equals("RSA")) {
            // SunPKCS11 has no NONEwithRSA. "Encrypting" with a private key is its C_Sign with CKM_RSA_PKCS: RFC 8017
            // section
            // 9.2 from step 3 on, the DigestInfo being ours.
            Cipher rsa = Cipher.getInstance("RSA/ECB/PKCS1Padding", provider);
            rsa.init(Cipher.ENCRYPT_MODE, key.key());
            return rsa.doFinal(new DigestInfo(digest.algorithm().algorithmIdentifier(), octets).getEncoded("DER"));
        }
        Signature ecdsa = Signature.getInstance("NONEwithECDSA", provider);
        ecdsa.initSign(key.key());
        ecdsa.update(leftmost(octets));
        return ecdsa.sign();
    }

    /** FIPS 186-4 section 6.4: of a digest longer than the group order the leftmost bits count; not every token knows. */
    private byte[] leftmost(byte[] digest) {
        int order =
                (((ECKey) certificate().getPublicKey()).getParams().getOrder().bitLength() + 7) / 8;
        return digest.length > order ? Arrays.copyOf(digest, order) : digest;
    }
}

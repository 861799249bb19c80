package io.countersign.lab;

import io.countersign.key.Digest;
import io.countersign.key.SignatureAlgorithm;
import io.countersign.key.SigningKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.x509.DigestInfo;

/**
 * A private key in memory, made for one lab or test and gone with it. Nothing here writes or reads one, so no key that matters
 * can be used through this. Safe for several threads.
 */
public record ThrowAwayKey(PrivateKey key, List<X509Certificate> chain) implements SigningKey {
    private static final int RSA_BITS = 2048;
    private static final int EC_BITS = 256;

    public ThrowAwayKey {
        chain = List.copyOf(chain);
    }

    /** A new key whose certificate is its own issuer. */
    public static ThrowAwayKey selfSigned(CertificatePlan plan, String algorithm) {
        KeyPair pair = pair(algorithm);
        return new ThrowAwayKey(
                pair.getPrivate(), List.of(ThrowAwayCertificate.selfSigned(plan, pair.getPublic(), pair.getPrivate())));
    }

    /**
     * A new key with a certificate by this one.
     *
     * @param algorithm RSA or EC, with a size in bits behind a hyphen or without
     */
    public ThrowAwayKey issue(CertificatePlan plan, String algorithm) {
        KeyPair pair = pair(algorithm);
        return new ThrowAwayKey(pair.getPrivate(), chain(plan, pair.getPublic()));
    }

    /** The subject's key once more, with a certificate by this one. */
    public ThrowAwayKey certify(CertificatePlan plan, ThrowAwayKey subject) {
        return new ThrowAwayKey(subject.key(), chain(plan, subject.certificate().getPublicKey()));
    }

    private List<X509Certificate> chain(CertificatePlan plan, PublicKey subject) {
        List<X509Certificate> certificates = new ArrayList<>(List.of(ThrowAwayCertificate.make(plan, subject, this)));
        certificates.addAll(chain);
        return certificates;
    }

    private static KeyPair pair(String algorithm) {
        try {
            String[] parts = algorithm.split("-", 2);
            KeyPairGenerator generator = KeyPairGenerator.getInstance(parts[0]);
            int bits = parts[0].equals("EC") ? EC_BITS : RSA_BITS;
            generator.initialize(parts.length > 1 ? Integer.parseInt(parts[1]) : bits);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK makes no " + algorithm + " keys", e);
        }
    }

    @Override
    public byte[] sign(SignatureAlgorithm algorithm, byte[] toBeSigned) {
        return sign(algorithm.jcaName(), toBeSigned);
    }

    @Override
    public byte[] signDigest(SignatureAlgorithm algorithm, Digest digest) {
        byte[] octets = digest.value().toByteArray();
        if (!algorithm.keyAlgorithm().equals("RSA")) {
            return sign("NONEwithECDSA", octets);
        }
        try {
            return sign(
                    "NONEwithRSA", new DigestInfo(digest.algorithm().algorithmIdentifier(), octets).getEncoded("DER"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** By any algorithm of Java's, also those our engine does not sign with. */
    public byte[] sign(String algorithm, byte[] octets) {
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(octets);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** The certificates; nothing of the key. */
    @Override
    public String toString() {
        return "throw-away key of " + certificate().getSubjectX500Principal();
    }
}

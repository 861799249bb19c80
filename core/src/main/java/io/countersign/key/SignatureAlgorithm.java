package io.countersign.key;

import java.security.PublicKey;
import java.util.Arrays;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/** RSA PKCS#1 v1.5 (RFC 8017) and ECDSA (DER form, RFC 3279), the signatures Authenticode knows. RSA-PSS is refused by absence. */
public enum SignatureAlgorithm {
    RSA_SHA256("RSA", "SHA256withRSA", DigestAlgorithm.SHA256, PKCSObjectIdentifiers.sha256WithRSAEncryption),
    RSA_SHA384("RSA", "SHA384withRSA", DigestAlgorithm.SHA384, PKCSObjectIdentifiers.sha384WithRSAEncryption),
    RSA_SHA512("RSA", "SHA512withRSA", DigestAlgorithm.SHA512, PKCSObjectIdentifiers.sha512WithRSAEncryption),
    ECDSA_SHA256("EC", "SHA256withECDSA", DigestAlgorithm.SHA256, X9ObjectIdentifiers.ecdsa_with_SHA256),
    ECDSA_SHA384("EC", "SHA384withECDSA", DigestAlgorithm.SHA384, X9ObjectIdentifiers.ecdsa_with_SHA384),
    ECDSA_SHA512("EC", "SHA512withECDSA", DigestAlgorithm.SHA512, X9ObjectIdentifiers.ecdsa_with_SHA512);

    private final String keyAlgorithm;
    private final String jcaName;
    private final DigestAlgorithm digest;
    private final ASN1ObjectIdentifier oid;

    SignatureAlgorithm(String keyAlgorithm, String jcaName, DigestAlgorithm digest, ASN1ObjectIdentifier oid) {
        this.keyAlgorithm = keyAlgorithm;
        this.jcaName = jcaName;
        this.digest = digest;
        this.oid = oid;
    }

    /**
     * What a key of this kind signs a digest of this kind with.
     *
     * @throws IllegalArgumentException if the key is neither RSA nor EC, or the digest is SHA-1
     */
    public static SignatureAlgorithm of(PublicKey key, DigestAlgorithm digest) {
        return Arrays.stream(values())
                .filter(a -> a.keyAlgorithm.equals(key.getAlgorithm()) && a.digest == digest)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no signature algorithm for a " + key.getAlgorithm()
                        + " key with " + digest.jcaName() + "; wanted RSA or EC with SHA-256, SHA-384 or SHA-512"));
    }

    public static Optional<SignatureAlgorithm> of(ASN1ObjectIdentifier oid) {
        return Arrays.stream(values()).filter(a -> a.oid.equals(oid)).findFirst();
    }

    /** The Java key algorithm: {@code RSA} or {@code EC}. */
    public String keyAlgorithm() {
        return keyAlgorithm;
    }

    /** The Java signature algorithm, such as {@code SHA256withRSA}. */
    public String jcaName() {
        return jcaName;
    }

    public DigestAlgorithm digest() {
        return digest;
    }

    /** RSA carries NULL parameters (RFC 4055 section 5), ECDSA none (RFC 5758 section 3.2). */
    public AlgorithmIdentifier algorithmIdentifier() {
        return keyAlgorithm.equals("RSA")
                ? new AlgorithmIdentifier(oid, DERNull.INSTANCE)
                : new AlgorithmIdentifier(oid);
    }
}

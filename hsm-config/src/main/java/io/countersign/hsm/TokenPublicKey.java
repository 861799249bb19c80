package io.countersign.hsm;

import io.countersign.hsm.CeremonyPlan.KeyType;
import io.countersign.hsm.CryptokiSession.KeyPair;
import io.countersign.hsm.CryptokiSession.Template;
import io.countersign.key.SignatureAlgorithm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.util.HexFormat;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.RSAPublicKey;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/** The public half of a key pair in a token, as certificates carry it. */
record TokenPublicKey(KeyType type, SubjectPublicKeyInfo info) {
    private static final byte[] F4 = HexFormat.of().parseHex("010001");

    /** Generates the pair in the token; the public half lives only as long as the session, certificates keep it. */
    static KeyPair generate(CryptokiSession session, KeyType type, Template privateKey) throws CryptokiException {
        Template publicKey =
                new Template().with(CryptokiSession.CKA_TOKEN, false).with(CryptokiSession.CKA_VERIFY, true);
        if (type.rsa()) {
            publicKey.with(CryptokiSession.CKA_MODULUS_BITS, type.bits()).with(CryptokiSession.CKA_PUBLIC_EXPONENT, F4);
            return session.generateKeyPair(CryptokiSession.CKM_RSA_PKCS_KEY_PAIR_GEN, publicKey, privateKey);
        }
        publicKey.with(CryptokiSession.CKA_EC_PARAMS, encoded());
        return session.generateKeyPair(CryptokiSession.CKM_EC_KEY_PAIR_GEN, publicKey, privateKey);
    }

    static TokenPublicKey read(CryptokiSession session, KeyType type, long publicKey) throws CryptokiException {
        if (type.rsa()) {
            RSAPublicKey key = new RSAPublicKey(
                    new BigInteger(1, session.attribute(publicKey, CryptokiSession.CKA_MODULUS)),
                    new BigInteger(1, session.attribute(publicKey, CryptokiSession.CKA_PUBLIC_EXPONENT)));
            return new TokenPublicKey(
                    type, info(new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE), key));
        }
        // CKA_EC_POINT is the point wrapped in an OCTET STRING, PKCS#11 v2.40 section 2.3.3.
        byte[] point = ASN1OctetString.getInstance(session.attribute(publicKey, CryptokiSession.CKA_EC_POINT))
                .getOctets();
        return new TokenPublicKey(
                type,
                new SubjectPublicKeyInfo(
                        new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, SECObjectIdentifiers.secp256r1),
                        point));
    }

    /** What its key signs certificates with. */
    SignatureAlgorithm signatureAlgorithm() {
        return type.rsa() ? SignatureAlgorithm.RSA_SHA256 : SignatureAlgorithm.ECDSA_SHA256;
    }

    private static SubjectPublicKeyInfo info(AlgorithmIdentifier algorithm, RSAPublicKey key) {
        try {
            return new SubjectPublicKeyInfo(algorithm, key);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] encoded() {
        try {
            return SECObjectIdentifiers.secp256r1.getEncoded("DER");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

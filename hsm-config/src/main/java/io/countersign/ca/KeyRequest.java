package io.countersign.ca;

import io.countersign.ca.CannotIssue.Objection;
import io.countersign.key.HostileInput;
import io.countersign.key.HostileKeys;
import io.countersign.key.SignatureAlgorithm;
import java.io.IOException;
import java.io.StringReader;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;

/**
 * The public key somebody wants certified, out of a certification request (PKCS #10, RFC 2986). Nothing else of the request
 * counts: the CA names the subject and the extensions. Hostile input.
 *
 * @param holder what the key is called in messages
 */
public record KeyRequest(PublicKey key, String holder) {
    /** A request with an RSA key of 16384 bits has 5 KB. */
    public static final int MAXIMUM_BYTES = 64 << 10;

    private static final int LEAST_RSA_BITS = 3072;

    private static final BigInteger LEAST_EXPONENT = BigInteger.valueOf(65537);

    private static final Set<String> CURVES = Set.of(
            X9ObjectIdentifiers.prime256v1.getId(),
            SECObjectIdentifiers.secp384r1.getId(),
            SECObjectIdentifiers.secp521r1.getId());

    private static final String REMEDY =
            "make another: openssl req -new -newkey rsa:3072 -keyout KEY -out FILE -subj /CN=key, or hsm csr of your device";

    /**
     * Reads a request, PEM or DER, and has it proven that its maker has the key.
     *
     * @throws CannotIssue if it is none, or its signature does not fit its key
     */
    public static KeyRequest of(byte[] octets) throws CannotIssue {
        PKCS10CertificationRequest request = parse(octets);
        try {
            SubjectPublicKeyInfo info = request.getSubjectPublicKeyInfo();
            String kind = info.getAlgorithm().getAlgorithm().equals(X9ObjectIdentifiers.id_ecPublicKey) ? "EC" : "RSA";
            PublicKey key = KeyFactory.getInstance(kind).generatePublic(new X509EncodedKeySpec(info.getEncoded("DER")));
            SignatureAlgorithm algorithm = SignatureAlgorithm.of(
                            request.getSignatureAlgorithm().getAlgorithm())
                    .filter(a -> a.keyAlgorithm().equals(key.getAlgorithm()))
                    .orElseThrow(() -> refused("the request is signed with "
                            + request.getSignatureAlgorithm().getAlgorithm()
                            + ", which is not RSA PKCS#1 or ECDSA with SHA-256, SHA-384 or SHA-512"));
            if (!HostileKeys.isBounded(key) || !isProven(request, key, algorithm)) {
                throw refused("the request's signature does not fit its key, so nobody has shown to have that key");
            }
            return new KeyRequest(key, "the request");
        } catch (GeneralSecurityException | IOException | IllegalArgumentException | ArithmeticException e) {
            throw refused("the key in the request cannot be used: " + HostileInput.reason(e));
        }
    }

    private static PKCS10CertificationRequest parse(byte[] octets) throws CannotIssue {
        if (octets.length > MAXIMUM_BYTES) {
            throw refused("the request has more than " + MAXIMUM_BYTES + " bytes");
        }
        try {
            if (octets.length == 0 || octets[0] == 0x30) {
                return new PKCS10CertificationRequest(octets);
            }
            try (PemReader reader = new PemReader(new StringReader(new String(octets, StandardCharsets.US_ASCII)))) {
                PemObject pem = reader.readPemObject();
                if (pem == null || !pem.getType().matches("(NEW )?CERTIFICATE REQUEST")) {
                    throw refused("the file is no certification request in PEM or DER");
                }
                if (reader.readPemObject() != null) {
                    throw refused("the file holds more than one request, and one key is certified");
                }
                return new PKCS10CertificationRequest(pem.getContent());
            }
        } catch (IOException | RuntimeException e) {
            throw refused("the request cannot be read: " + HostileInput.reason(e));
        }
    }

    private static boolean isProven(PKCS10CertificationRequest request, PublicKey key, SignatureAlgorithm algorithm)
            throws GeneralSecurityException, IOException {
        Signature signature = Signature.getInstance(algorithm.jcaName());
        signature.initVerify(key);
        signature.update(request.toASN1Structure().getCertificationRequestInfo().getEncoded("DER"));
        try {
            return signature.verify(request.getSignature());
        } catch (SignatureException e) {
            return false; // Not even the form of one.
        }
    }

    private static CannotIssue refused(String message) {
        return new CannotIssue("request", message, REMEDY);
    }

    /** What CSBR 6.1.5 and 6.1.6 hold against the key; empty if nothing. */
    List<Objection> objections() {
        List<Objection> objections = new ArrayList<>();
        if (key instanceof RSAPublicKey rsa) {
            if (rsa.getModulus().bitLength() < LEAST_RSA_BITS) {
                objections.add(objection(
                        "CSBR 6.1.5.2", "RSA with " + rsa.getModulus().bitLength() + " bits, wanted are 3072 or more"));
            }
            BigInteger exponent = rsa.getPublicExponent();
            if (!exponent.testBit(0) || exponent.compareTo(LEAST_EXPONENT) < 0) {
                objections.add(objection(
                        "CSBR 6.1.6",
                        "RSA with the public exponent " + exponent + ", wanted is an odd one from 65537 on"));
            }
            if (!rsa.getModulus().testBit(0)) {
                objections.add(objection("CSBR 6.1.6", "RSA with an even modulus"));
            }
        } else if (!(key instanceof ECPublicKey) || !CURVES.contains(curve())) {
            objections.add(objection(
                    "CSBR 6.1.5.2",
                    key.getAlgorithm() + " on " + curve() + ", wanted are RSA and ECDSA on P-256, P-384 or P-521"));
        }
        return objections;
    }

    private String curve() {
        SubjectPublicKeyInfo info = SubjectPublicKeyInfo.getInstance(key.getEncoded());
        return String.valueOf(info.getAlgorithm().getParameters());
    }

    private Objection objection(String citation, String message) {
        return new Objection("key", citation, "the key of " + holder + " is " + message, REMEDY);
    }
}

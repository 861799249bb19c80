package io.countersign.key;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.oiw.OIWObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;

/** The digests of Authenticode and RFC 3161. SHA-1 is here to read old signatures; nothing is signed with it. */
public enum DigestAlgorithm {
    SHA1("SHA-1", 20, OIWObjectIdentifiers.idSHA1),
    SHA256("SHA-256", 32, NISTObjectIdentifiers.id_sha256),
    SHA384("SHA-384", 48, NISTObjectIdentifiers.id_sha384),
    SHA512("SHA-512", 64, NISTObjectIdentifiers.id_sha512);

    private final String jcaName;
    private final int size;
    private final ASN1ObjectIdentifier oid;

    DigestAlgorithm(String jcaName, int size, ASN1ObjectIdentifier oid) {
        this.jcaName = jcaName;
        this.size = size;
        this.oid = oid;
    }

    /** The algorithm with this object identifier, if it is one of ours. */
    public static Optional<DigestAlgorithm> of(ASN1ObjectIdentifier oid) {
        return Arrays.stream(values()).filter(a -> a.oid.equals(oid)).findFirst();
    }

    /** The Java name, such as {@code SHA-256}. */
    public String jcaName() {
        return jcaName;
    }

    /** The name used on the command line and in JSON, such as {@code sha256}. */
    public String label() {
        return jcaName.replace("-", "").toLowerCase(Locale.ROOT);
    }

    /** Digest length in bytes. */
    public int size() {
        return size;
    }

    public ASN1ObjectIdentifier oid() {
        return oid;
    }

    /** With NULL parameters, as signtool writes it (RFC 5754 section 2 allows both forms). */
    public AlgorithmIdentifier algorithmIdentifier() {
        return new AlgorithmIdentifier(oid, DERNull.INSTANCE);
    }

    public MessageDigest newMessageDigest() {
        try {
            return MessageDigest.getInstance(jcaName);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has " + jcaName, e);
        }
    }

    public Digest digest(byte[] octets) {
        return digest(ByteBuffer.wrap(octets));
    }

    /** Digests what remains of a buffer. */
    public Digest digest(ByteBuffer octets) {
        MessageDigest digest = newMessageDigest();
        digest.update(octets);
        return new Digest(this, Bytes.of(digest.digest()));
    }

    /** Digests what is left of a stream, which stays open; memory does not grow with it. */
    public Digest digest(InputStream octets) throws IOException {
        MessageDigest digest = newMessageDigest();
        octets.transferTo(new DigestOutputStream(OutputStream.nullOutputStream(), digest));
        return new Digest(this, Bytes.of(digest.digest()));
    }
}

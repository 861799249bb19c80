package io.countersign.timestamp;

import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import java.io.IOException;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Boolean;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1TaggedObject;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.tsp.MessageImprint;
import org.bouncycastle.asn1.tsp.TimeStampReq;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;

/**
 * What a client asks of a TSA.
 *
 * <pre>
 * TimeStampReq ::= SEQUENCE {                     -- RFC 3161 section 2.4.1
 *     version         INTEGER { v1(1) },
 *     messageImprint  MessageImprint,
 *     reqPolicy       TSAPolicyId           OPTIONAL,
 *     nonce           INTEGER               OPTIONAL,
 *     certReq         BOOLEAN               DEFAULT FALSE,
 *     extensions  [0] IMPLICIT Extensions   OPTIONAL }
 * </pre>
 *
 * Extensions have no component: section 2.4.1 has a TSA refuse every one it does not recognise, critical or not, and none is
 * in use.
 *
 * @param imprint the digest to be stamped
 * @param nonce returned unchanged in the token, so that an old answer cannot be replayed
 * @param certReq whether the token carries the TSA's certificates
 * @param policy the TSA policy wanted, a dotted object identifier; empty for whichever the TSA has
 */
public record TimestampRequest(Digest imprint, Optional<BigInteger> nonce, boolean certReq, Optional<String> policy) {
    /** No request that can be granted comes near it; the limit keeps a hostile one from costing memory. */
    public static final int MAX_ENCODED_BYTES = 8 * 1024;

    /** A nonce is "a large random number" (section 2.4.1); clients send 8 to 32 bytes, and each is repeated in a token kept for years. */
    public static final int MAX_NONCE_BYTES = 64;

    private static final int VERSION = 1;

    /** The request in DER. */
    public byte[] encode() {
        TimeStampReq request = new TimeStampReq(
                new MessageImprint(
                        imprint.algorithm().algorithmIdentifier(),
                        imprint.value().toByteArray()),
                policy.map(ASN1ObjectIdentifier::new).orElse(null),
                nonce.map(ASN1Integer::new).orElse(null),
                ASN1Boolean.getInstance(certReq),
                null);
        return Encoding.der(request);
    }

    /**
     * Reads a request.
     *
     * @throws RefusedRequest if it is not the DER of a version 1 request, is larger than {@link #MAX_ENCODED_BYTES}, has an
     *     imprint of an unknown algorithm or wrong length, a nonce longer than {@link #MAX_NONCE_BYTES}, or any extension
     */
    public static TimestampRequest parse(byte[] der) throws RefusedRequest {
        if (der.length > MAX_ENCODED_BYTES) {
            throw malformed("the request has " + der.length + " bytes; at most " + MAX_ENCODED_BYTES + " are read");
        }
        try {
            ASN1Primitive outer = ASN1Primitive.fromByteArray(der);
            if (!(outer instanceof ASN1Sequence fields)) {
                throw malformed("the request is not an ASN.1 SEQUENCE");
            }
            if (!Arrays.equals(fields.getEncoded(ASN1Encoding.DER), der)) {
                throw malformed("the request is not DER (RFC 3161 section 3.4 wants DER)");
            }
            return read(fields);
        } catch (IOException | RuntimeException e) {
            // Bouncy Castle answers hostile ASN.1 with unchecked exceptions as well.
            throw new RefusedRequest(
                    Refusal.BAD_DATA_FORMAT, "the request is not the DER of an RFC 3161 TimeStampReq", e);
        }
    }

    private static TimestampRequest read(ASN1Sequence fields) throws RefusedRequest {
        if (fields.size() < 2 || !(fields.getObjectAt(0) instanceof ASN1Integer version)) {
            throw malformed("the request lacks a version or a message imprint");
        }
        if (!version.hasValue(VERSION)) {
            throw new RefusedRequest(Refusal.BAD_REQUEST, "the request is not of version 1, the only one there is");
        }
        Digest imprint = imprint(fields.getObjectAt(1));
        Optional<String> policy = Optional.empty();
        Optional<BigInteger> nonce = Optional.empty();
        boolean certReq = false;
        int next = 2;
        if (next < fields.size() && fields.getObjectAt(next) instanceof ASN1ObjectIdentifier oid) {
            policy = Optional.of(oid.getId());
            next++;
        }
        if (next < fields.size() && fields.getObjectAt(next) instanceof ASN1Integer integer) {
            nonce = Optional.of(boundedNonce(integer));
            next++;
        }
        if (next < fields.size() && fields.getObjectAt(next) instanceof ASN1Boolean flag) {
            // An explicit FALSE breaks DER's rule on defaults, but clients send it and it cannot be misread.
            certReq = flag.isTrue();
            next++;
        }
        if (next < fields.size()
                && fields.getObjectAt(next) instanceof ASN1TaggedObject tagged
                && tagged.hasContextTag(0)) {
            throw new RefusedRequest(
                    Refusal.UNACCEPTED_EXTENSION, "the request has extensions; this authority knows none");
        }
        if (next < fields.size()) {
            throw malformed("the request has a field that is unknown, repeated or out of order");
        }
        return new TimestampRequest(imprint, nonce, certReq, policy);
    }

    private static Digest imprint(ASN1Encodable field) throws RefusedRequest {
        ASN1Sequence parts = ASN1Sequence.getInstance(field);
        if (parts.size() != 2) {
            throw malformed("the message imprint has " + parts.size() + " fields, not an algorithm and a digest");
        }
        AlgorithmIdentifier identifier = AlgorithmIdentifier.getInstance(parts.getObjectAt(0));
        Bytes octets =
                Bytes.of(ASN1OctetString.getInstance(parts.getObjectAt(1)).getOctets());
        ASN1Encodable parameters = identifier.getParameters();
        DigestAlgorithm algorithm = DigestAlgorithm.of(identifier.getAlgorithm())
                .filter(a -> parameters == null || DERNull.INSTANCE.equals(parameters))
                .orElseThrow(() -> new RefusedRequest(
                        Refusal.BAD_ALG,
                        "the digest algorithm " + identifier.getAlgorithm().getId()
                                + " is not known, or has parameters; use SHA-256, SHA-384 or SHA-512"));
        if (octets.size() != algorithm.size()) {
            throw malformed("the message imprint has " + octets.size() + " bytes; a " + algorithm.jcaName()
                    + " digest has " + algorithm.size());
        }
        return new Digest(algorithm, octets);
    }

    private static BigInteger boundedNonce(ASN1Integer nonce) throws RefusedRequest {
        BigInteger value = nonce.getValue();
        if (value.bitLength() > 8 * MAX_NONCE_BYTES - 1) {
            throw malformed("the nonce is longer than " + MAX_NONCE_BYTES + " bytes");
        }
        return value;
    }

    private static RefusedRequest malformed(String message) {
        return new RefusedRequest(Refusal.BAD_DATA_FORMAT, message);
    }
}

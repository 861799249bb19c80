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
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;

/**
 * A request as it was received.
 *
 * @param values what it asks for
 * @param messageImprint the DER of its imprint, which the token repeats as it is (RFC 3161 section 2.4.2): clients write the
 *     digest's parameters as NULL or leave them out
 */
record ReceivedRequest(TimestampRequest values, Bytes messageImprint) {
    private static final int VERSION = 1;

    /** As {@link TimestampRequest#parse}. */
    static ReceivedRequest parse(byte[] der) throws RefusedRequest {
        if (der.length > TimestampRequest.MAX_ENCODED_BYTES) {
            throw malformed("the request has " + der.length + " bytes; at most " + TimestampRequest.MAX_ENCODED_BYTES
                    + " are read");
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

    private static ReceivedRequest read(ASN1Sequence fields) throws RefusedRequest, IOException {
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
            policy = Optional.of(bounded(oid).getId());
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
        return new ReceivedRequest(
                new TimestampRequest(imprint, nonce, certReq, policy),
                Bytes.taking(fields.getObjectAt(1).toASN1Primitive().getEncoded(ASN1Encoding.DER)));
    }

    private static Digest imprint(ASN1Encodable field) throws RefusedRequest, IOException {
        ASN1Sequence parts = ASN1Sequence.getInstance(field);
        if (parts.size() != 2) {
            throw malformed("the message imprint has " + parts.size() + " fields, not an algorithm and a digest");
        }
        AlgorithmIdentifier identifier = AlgorithmIdentifier.getInstance(parts.getObjectAt(0));
        Bytes octets =
                Bytes.of(ASN1OctetString.getInstance(parts.getObjectAt(1)).getOctets());
        ASN1Encodable parameters = identifier.getParameters();
        DigestAlgorithm algorithm = DigestAlgorithm.of(bounded(identifier.getAlgorithm()))
                .filter(a -> parameters == null || DERNull.INSTANCE.equals(parameters))
                .orElseThrow(() -> new RefusedRequest(
                        Refusal.BAD_ALG,
                        "the digest algorithm " + identifier.getAlgorithm().getId()
                                + " is not known or broken, or has parameters; use SHA-256, SHA-384 or SHA-512"));
        if (octets.size() != algorithm.size()) {
            throw malformed("the message imprint has " + octets.size() + " bytes; a " + algorithm.jcaName()
                    + " digest has " + algorithm.size());
        }
        return new Digest(algorithm, octets);
    }

    /** Its dotted form is made only if it is short: to write large numbers in decimal costs time. */
    private static ASN1ObjectIdentifier bounded(ASN1ObjectIdentifier oid) throws RefusedRequest, IOException {
        if (oid.getEncoded(ASN1Encoding.DER).length > TimestampRequest.MAX_OID_BYTES + 2) {
            throw malformed("an object identifier is longer than " + TimestampRequest.MAX_OID_BYTES + " bytes");
        }
        return oid;
    }

    private static BigInteger boundedNonce(ASN1Integer nonce) throws RefusedRequest {
        BigInteger value = nonce.getValue();
        if (value.bitLength() > 8 * TimestampRequest.MAX_NONCE_BYTES - 1) {
            throw malformed("the nonce is longer than " + TimestampRequest.MAX_NONCE_BYTES + " bytes");
        }
        return value;
    }

    private static RefusedRequest malformed(String message) {
        return new RefusedRequest(Refusal.BAD_DATA_FORMAT, message);
    }
}

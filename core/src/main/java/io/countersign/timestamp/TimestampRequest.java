package io.countersign.timestamp;

import io.countersign.key.Digest;
import java.math.BigInteger;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Boolean;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.tsp.MessageImprint;
import org.bouncycastle.asn1.tsp.TimeStampReq;

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

    /** Of an object identifier's contents: a UUID below 2.25 takes 20, and longer ones have no meaning here. */
    public static final int MAX_OID_BYTES = 64;

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
     *     imprint of an unknown algorithm or wrong length, a nonce longer than {@link #MAX_NONCE_BYTES}, an
     *     object identifier longer than {@link #MAX_OID_BYTES}, or any extension
     */
    public static TimestampRequest parse(byte[] der) throws RefusedRequest {
        return ReceivedRequest.parse(der).values();
    }
}

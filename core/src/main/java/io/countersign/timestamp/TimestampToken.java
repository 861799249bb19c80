package io.countersign.timestamp;

import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import java.io.IOException;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Optional;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.tsp.TSPException;
import org.bouncycastle.tsp.TimeStampToken;

/**
 * A parsed RFC 3161 TimeStampToken (RFC 3161 section 2.4.2). Parsing proves form only; trust is judged in
 * {@code io.countersign.verify}.
 */
public final class TimestampToken {
    private final TimeStampToken token;
    private final Bytes encoded;

    private TimestampToken(TimeStampToken token, Bytes encoded) {
        this.token = token;
        this.encoded = encoded;
    }

    /**
     * Reads a DER token (a CMS ContentInfo).
     *
     * @throws MalformedTimestamp if it is not one
     */
    public static TimestampToken parse(byte[] der) throws MalformedTimestamp {
        try {
            return new TimestampToken(new TimeStampToken(new CMSSignedData(der)), Bytes.of(der));
        } catch (CMSException | TSPException | IOException | RuntimeException e) {
            // Bouncy Castle answers hostile ASN.1 with unchecked exceptions as well.
            throw new MalformedTimestamp("not an RFC 3161 token: " + e.getMessage(), e);
        }
    }

    /** The token as it arrived, to be embedded unchanged. */
    public Bytes encoded() {
        return encoded;
    }

    public Instant genTime() {
        return token.getTimeStampInfo().getGenTime().toInstant();
    }

    /** The digest the token covers; empty if its algorithm is none we know or its length does not fit. */
    public Optional<Digest> imprint() {
        byte[] octets = token.getTimeStampInfo().getMessageImprintDigest();
        return DigestAlgorithm.of(token.getTimeStampInfo().getHashAlgorithm().getAlgorithm())
                .filter(a -> a.size() == octets.length)
                .map(a -> new Digest(a, Bytes.of(octets)));
    }

    public BigInteger serialNumber() {
        return token.getTimeStampInfo().getSerialNumber();
    }

    /** The TSA policy, a dotted object identifier. */
    public String policy() {
        return token.getTimeStampInfo().getPolicy().getId();
    }

    public Optional<BigInteger> nonce() {
        return Optional.ofNullable(token.getTimeStampInfo().getNonce());
    }

    /** Bouncy Castle's view, for verification. */
    public TimeStampToken asBouncyCastle() {
        return token;
    }
}

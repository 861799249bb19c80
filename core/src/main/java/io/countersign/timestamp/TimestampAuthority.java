package io.countersign.timestamp;

import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import io.countersign.key.KeyUnavailable;
import io.countersign.key.SigningKey;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.cmp.PKIFreeText;
import org.bouncycastle.asn1.cmp.PKIStatus;
import org.bouncycastle.asn1.cmp.PKIStatusInfo;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.tsp.TimeStampResp;

/**
 * An RFC 3161 time-stamping authority: given a key and a clock, it answers requests. The time in a token is its clock's and
 * never a client's. Serial numbers are random, so that they stay unique across restarts and across instances that share a key
 * (RFC 3161 section 2.4.2). Safe for several threads if the key is.
 */
public final class TimestampAuthority implements TimestampSource {
    /** SHA-1 is refused, as the CA/Browser Forum's code-signing baseline requirements have a TSA do since 2022. */
    private static final Set<DigestAlgorithm> ACCEPTED =
            EnumSet.of(DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512);

    private static final SecureRandom RANDOM = new SecureRandom();

    private final String name;
    private final InstantSource clock;
    private final TimestampPolicy policy;
    private final TimestampCertificate certificate;
    private final TokenIssuer issuer;

    /**
     * An authority under {@link TimestampPolicy#LAB}.
     *
     * @throws UnfitTimestampKey as the other constructor
     */
    public TimestampAuthority(String name, SigningKey key, InstantSource clock) {
        this(name, key, clock, TimestampPolicy.LAB);
    }

    /**
     * An authority that issues under the given policy.
     *
     * @param name for messages and provenance
     * @throws UnfitTimestampKey if the key's certificate is not that of a TSA (RFC 3161 section 2.3) or not usable now
     */
    public TimestampAuthority(String name, SigningKey key, InstantSource clock, TimestampPolicy policy) {
        this.name = name;
        this.clock = clock;
        this.policy = policy;
        this.certificate = TimestampCertificate.of(key.certificate());
        certificate.objectionAt(clock.instant()).ifPresent(objection -> {
            throw new UnfitTimestampKey(objection);
        });
        this.issuer = new TokenIssuer(key, certificate.holder(), policy);
    }

    /** For messages. */
    public String name() {
        return name;
    }

    /** What it promises about its tokens. */
    public TimestampPolicy policy() {
        return policy;
    }

    @Override
    public Timestamped timestamp(Digest imprint) throws TimestampUnavailable {
        BigInteger nonce = new BigInteger(64, RANDOM);
        TimestampResponse response =
                answer(new TimestampRequest(imprint, Optional.of(nonce), true, Optional.empty()).encode());
        if (response instanceof TimestampResponse.Refused refused) {
            Optional<Throwable> cause = refused.cause();
            throw new TimestampUnavailable(
                    "the timestamp authority " + name + " in this process gave no token: "
                            + cause.map(Throwable::getMessage).orElse(refused.text()),
                    cause.orElse(null));
        }
        return new Timestamped(((TimestampResponse.Granted) response).token(), name);
    }

    /** DER TimeStampReq in, DER TimeStampResp out: the octets of {@link #answer}. Never throws for what the client sent. */
    public byte[] respond(byte[] request) {
        return answer(request).encoded().toByteArray();
    }

    /**
     * Answers a request, whatever it holds: what cannot be granted is refused, and a failure of our own is a refusal with
     * {@link Refusal#SYSTEM_FAILURE} whose cause the caller should log.
     *
     * @param request a DER TimeStampReq; anything else is refused
     */
    public TimestampResponse answer(byte[] request) {
        try {
            TimestampRequest parsed = TimestampRequest.parse(request);
            requireAccepted(parsed);
            return issue(parsed);
        } catch (RefusedRequest e) {
            return refused(e.refusal(), e.getMessage(), null);
        } catch (KeyUnavailable | MalformedTimestamp | RuntimeException e) {
            // RuntimeException: what a PKCS#11 provider throws besides must not cost the client its answer.
            return refused(Refusal.SYSTEM_FAILURE, "the authority cannot sign now; its log says why", e);
        }
    }

    private void requireAccepted(TimestampRequest request) throws RefusedRequest {
        DigestAlgorithm algorithm = request.imprint().algorithm();
        if (!ACCEPTED.contains(algorithm)) {
            throw new RefusedRequest(
                    Refusal.BAD_ALG, algorithm.jcaName() + " is not accepted; use SHA-256, SHA-384 or SHA-512");
        }
        if (!request.policy().orElse(policy.oid()).equals(policy.oid())) {
            throw new RefusedRequest(
                    Refusal.UNACCEPTED_POLICY,
                    "the requested policy is not this authority's; ask for " + policy.oid() + " or for none");
        }
    }

    private TimestampResponse issue(TimestampRequest request) throws KeyUnavailable, MalformedTimestamp {
        Instant time = clock.instant();
        Optional<String> objection = certificate.objectionAt(time);
        if (objection.isPresent()) {
            throw KeyUnavailable.permanently(objection.get(), null);
        }
        ContentInfo token = issuer.issue(request, time);
        TimeStampResp response = new TimeStampResp(new PKIStatusInfo(PKIStatus.granted), token);
        return new TimestampResponse.Granted(
                Bytes.of(Encoding.der(response)), TimestampToken.parse(Encoding.der(token)));
    }

    private static TimestampResponse refused(Refusal refusal, String text, Throwable cause) {
        PKIStatusInfo status = new PKIStatusInfo(PKIStatus.rejection, new PKIFreeText(text), refusal.asFailureInfo());
        return new TimestampResponse.Refused(
                Bytes.of(Encoding.der(new TimeStampResp(status, null))),
                PKIStatus.REJECTION,
                Set.of(refusal),
                text,
                Optional.ofNullable(cause));
    }
}

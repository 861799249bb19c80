package io.countersign.timestamp;

import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import io.countersign.key.KeyUnavailable;
import io.countersign.key.SignatureAlgorithm;
import io.countersign.key.SigningKey;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.cmp.PKIStatus;
import org.bouncycastle.asn1.cmp.PKIStatusInfo;

/**
 * An RFC 3161 time-stamping authority: given a key and a clock, it answers requests. The time in a token is its clock's and
 * never a client's, and never before that of a token it issued earlier. Serial numbers are random, so that they stay unique
 * across restarts and across instances that share a key (RFC 3161 section 2.4.2). Safe for several threads if key and clock are.
 */
public final class TimestampAuthority implements TimestampSource {
    /** Positive and 20 octets at most: what section 2.4.2 has every client accept. */
    private static final int SERIAL_NUMBER_BITS = 159;

    private static final byte[] GRANTED = Encoding.der(new PKIStatusInfo(PKIStatus.granted));
    private static final SecureRandom RANDOM = new SecureRandom();

    private final String name;
    private final TimestampPolicy policy;
    private final GenTimes times;
    private final List<KeyProblem> keyProblems;
    private final TokenIssuer issuer;
    private final TokenCheck check;

    /**
     * An authority under {@link TimestampPolicy#LAB}.
     *
     * @throws UnfitTimestampKey as the other constructor
     */
    public TimestampAuthority(String name, SigningKey key, InstantSource clock) {
        this(name, key, TimeSource.of(clock), TimestampPolicy.LAB);
    }

    /**
     * An authority that issues under the given policy.
     *
     * @param name for messages and provenance
     * @param clock one that does not know the time yet is no obstacle: requests are refused until it does
     * @throws UnfitTimestampKey if the key's certificate is not that of a TSA (RFC 3161 section 2.3) or not usable now
     */
    public TimestampAuthority(String name, SigningKey key, TimeSource clock, TimestampPolicy policy) {
        this.name = name;
        this.policy = policy;
        this.times = new GenTimes(clock, policy);
        this.keyProblems = KeyProblem.of(key.chain().subList(0, 1));
        requireFit(clock);
        SignatureAlgorithm algorithm = algorithm(key.certificate());
        this.issuer = new TokenIssuer(key, algorithm, policy);
        this.check = new TokenCheck(key.certificate(), algorithm);
    }

    /** With the digest that signed the certificate, as the CA/Browser Forum's code-signing baseline requirements want it. */
    private static SignatureAlgorithm algorithm(X509Certificate certificate) {
        DigestAlgorithm digest = SignatureAlgorithm.of(new ASN1ObjectIdentifier(certificate.getSigAlgOID()))
                .map(SignatureAlgorithm::digest)
                .orElse(DigestAlgorithm.SHA256);
        return SignatureAlgorithm.of(certificate.getPublicKey(), digest);
    }

    private void requireFit(TimeSource clock) {
        Predicate<KeyProblem> holds =
                problem -> problem.from().equals(Instant.MIN) && problem.until().equals(Instant.MAX);
        String when = "";
        try {
            Instant now = clock.now();
            holds = problem -> problem.holdsAt(now);
            when = "; the clock says " + now;
        } catch (TimeNotAvailable e) {
            // What depends on the time is looked at again for each token.
        }
        String problems =
                keyProblems.stream().filter(holds).map(KeyProblem::text).collect(Collectors.joining("; "));
        if (!problems.isEmpty()) {
            throw new UnfitTimestampKey(problems + when);
        }
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
        TimestampAnswer answer =
                answer(new TimestampRequest(imprint, Optional.of(nonce), true, Optional.empty()).encode());
        if (answer instanceof TimestampAnswer.Rejected rejected) {
            Optional<Throwable> cause = rejected.cause();
            throw new TimestampUnavailable(
                    "the timestamp authority " + name + " in this process gave no token: "
                            + cause.map(Throwable::getMessage).orElse(rejected.text()),
                    cause.orElse(null));
        }
        try {
            byte[] token = ((TimestampAnswer.Issued) answer).token().toByteArray();
            return new Timestamped(TimestampToken.parse(token), name);
        } catch (MalformedTimestamp e) {
            throw new IllegalStateException("what was verified can be read", e);
        }
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
    public TimestampAnswer answer(byte[] request) {
        try {
            ReceivedRequest received = ReceivedRequest.parse(request);
            return issue(received, acceptedPolicy(received.values()));
        } catch (RefusedRequest e) {
            return TimestampAnswer.Rejected.of(e.refusal(), e.getMessage(), null);
        } catch (TimeNotAvailable e) {
            return TimestampAnswer.Rejected.of(Refusal.TIME_NOT_AVAILABLE, e.getMessage(), null);
        } catch (KeyUnavailable | UnsoundToken | RuntimeException e) {
            // RuntimeException: what a PKCS#11 provider throws besides must not cost the client its answer.
            return TimestampAnswer.Rejected.of(
                    Refusal.SYSTEM_FAILURE, "the authority cannot sign now; its log says why", e);
        }
    }

    private String acceptedPolicy(TimestampRequest request) throws RefusedRequest {
        String asked = request.policy().orElse(policy.oid());
        if (!policy.accepted().contains(asked)) {
            throw new RefusedRequest(
                    Refusal.UNACCEPTED_POLICY,
                    "the requested policy is not this authority's; ask for " + String.join(" or ", policy.accepted())
                            + " or for none");
        }
        DigestAlgorithm algorithm = request.imprint().algorithm();
        Set<DigestAlgorithm> digests = policy.digestsUnder(asked);
        if (!digests.contains(algorithm)) {
            throw new RefusedRequest(
                    Refusal.BAD_ALG,
                    algorithm.jcaName() + " is not accepted; use "
                            + digests.stream().map(DigestAlgorithm::jcaName).collect(Collectors.joining(" or ")));
        }
        return asked;
    }

    private TimestampAnswer issue(ReceivedRequest request, String underPolicy)
            throws KeyUnavailable, TimeNotAvailable, UnsoundToken {
        Instant time = times.next();
        for (KeyProblem problem : keyProblems) {
            if (problem.holdsAt(time)) {
                throw KeyUnavailable.permanently(problem.text() + "; the clock says " + time, null);
            }
        }
        TokenContent content = new TokenContent(request, underPolicy, newSerialNumber(), time);
        byte[] token = issuer.issue(content);
        check.requireSound(token, content);
        return new TimestampAnswer.Issued(
                Bytes.taking(Der.of(Der.SEQUENCE, GRANTED, token)),
                Bytes.taking(token),
                content.serialNumber(),
                time,
                underPolicy,
                request.values().imprint());
    }

    private static BigInteger newSerialNumber() {
        return new BigInteger(SERIAL_NUMBER_BITS, RANDOM).setBit(SERIAL_NUMBER_BITS - 1);
    }
}

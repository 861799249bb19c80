package io.countersign.tsa.lab;

import io.countersign.home.TimestampServing.LabAnswer;
import io.countersign.key.Bytes;
import io.countersign.key.CountersignOid;
import io.countersign.key.Digest;
import io.countersign.lab.CertificatePlan;
import io.countersign.lab.PastPki;
import io.countersign.lab.ThrowAwayKey;
import io.countersign.timestamp.Refusal;
import io.countersign.timestamp.RefusedRequest;
import io.countersign.timestamp.TimeSource;
import io.countersign.timestamp.TimestampAnswer;
import io.countersign.timestamp.TimestampAnswer.Rejected;
import io.countersign.timestamp.TimestampAuthority;
import io.countersign.timestamp.TimestampPolicy;
import io.countersign.timestamp.TimestampRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/**
 * LAB: the deliberately bad answers that are switched on. What is wrong in a token is signed by a key that is thrown away, under
 * names that say LAB-PAST; the installation's own key signs only the good token that comes late, and no request brings a time.
 * Safe for several threads.
 */
public final class Switchboard {
    /** The HTTP header of every answer from here. */
    public static final String HEADER = "X-Countersign-Lab";

    /** And its value. */
    public static final String MARK = "LAB: this answer is wrong on purpose";

    private static final Duration LATE = Duration.ofSeconds(5);

    /** So that slow answers cannot take all the threads of the good ones. */
    private static final int SLOW_AT_ONCE = 4;

    /** Under which no token of an installation's own authority is issued. */
    private static final TimestampPolicy POLICY = TimestampPolicy.of(CountersignOid.LAB_PAST_TIMESTAMP_POLICY.getId());

    /** Long ago enough for a certificate that ended then to be refused by everybody. */
    private static final Instant ENDED = Instant.parse("2020-01-01T00:00:00Z");

    private final Set<LabAnswer> on;
    private final Function<byte[], TimestampAnswer> good;
    private final TimeSource clock;
    private final Semaphore slow = new Semaphore(SLOW_AT_ONCE);
    private final Map<LabAnswer, TimestampAuthority> throwAways = new EnumMap<>(LabAnswer.class);

    /**
     * An answer for HTTP.
     *
     * @param status 200 where the body is a TimeStampResp, else the body is text
     */
    public record Answer(int status, Bytes body) {}

    /**
     * Makes no key yet.
     *
     * @param on what is switched on
     * @param good where good answers come from
     */
    public Switchboard(Set<LabAnswer> on, Function<byte[], TimestampAnswer> good, TimeSource clock) {
        this.on = Set.copyOf(on);
        this.good = good;
        this.clock = clock;
    }

    /**
     * A bad answer.
     *
     * @param kind a {@link LabAnswer#label}
     * @return empty where no such answer is switched on
     */
    public Optional<Answer> answer(String kind, byte[] query) {
        return Arrays.stream(LabAnswer.values())
                .filter(a -> a.label().equals(kind) && on.contains(a))
                .findFirst()
                .map(a -> answer(a, query));
    }

    private Answer answer(LabAnswer kind, byte[] query) {
        return switch (kind) {
            case SLOW -> late(query);
            case BROKEN -> new Answer(500, Bytes.of((MARK + "\n").getBytes(StandardCharsets.US_ASCII)));
            case FAILING -> granted(Rejected.of(Refusal.SYSTEM_FAILURE, MARK, null));
            case WRONG_IMPRINT -> granted(throwAway(kind).answer(otherwise(query)));
            case UNTRUSTED, EXPIRED -> granted(throwAway(kind).answer(query));
        };
    }

    private Answer late(byte[] query) {
        if (!slow.tryAcquire()) {
            return granted(Rejected.of(Refusal.SYSTEM_FAILURE, MARK + "; too many slow ones at once", null));
        }
        try {
            long end = System.nanoTime() + LATE.toNanos();
            for (long left = LATE.toNanos(); left > 0; left = end - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
            return granted(good.apply(query));
        } finally {
            slow.release();
        }
    }

    private static Answer granted(TimestampAnswer answer) {
        return new Answer(200, answer.encoded());
    }

    /** Keys are made when first asked for, and stay, so that a burst of requests does not make a burst of keys. */
    private synchronized TimestampAuthority throwAway(LabAnswer kind) {
        return throwAways.computeIfAbsent(kind, this::make);
    }

    private TimestampAuthority make(LabAnswer kind) {
        ThrowAwayKey issuer = PastPki.root("Timestamp Root");
        if (kind == LabAnswer.EXPIRED) {
            issuer = issuer.issue(
                    CertificatePlan.authority(PastPki.MARK + "Ended Timestamp CA", PastPki.BEGINNING, ENDED), "EC");
        }
        return new TimestampAuthority("LAB", PastPki.timestamper(issuer, "Timestamp Authority"), clock, POLICY);
    }

    /** The query with every bit of its digest turned. */
    private static byte[] otherwise(byte[] query) {
        try {
            TimestampRequest asked = TimestampRequest.parse(query);
            byte[] octets = asked.imprint().value().toByteArray();
            for (int i = 0; i < octets.length; i++) {
                octets[i] = (byte) ~octets[i];
            }
            Digest other = new Digest(asked.imprint().algorithm(), Bytes.of(octets));
            return new TimestampRequest(other, asked.nonce(), asked.certReq(), asked.policy()).encode();
        } catch (RefusedRequest e) {
            // The authority refuses it once more, in the protocol.
            return query;
        }
    }
}

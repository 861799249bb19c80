package io.countersign.timestamp;

import io.countersign.key.Digest;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalInt;

/**
 * An authority and what is remembered of it from one request to the next: whether it failed lately, whether it wants to be left
 * alone, and when it was asked last. Share one between all who ask it. Safe for several threads.
 */
public final class KnownAuthority {
    private static final Duration MINUTE = Duration.ofMinutes(1);
    /** Nobody's word keeps an authority out for longer. */
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(10);

    private final String name;
    private final TimestampSource source;
    private final Duration interval;
    private Span resting = Span.NONE;
    private Span closed = Span.NONE;
    private Span taken = Span.NONE;

    /** From a moment up to another. A clock that is set back before the start ends it, so that none lasts for years. */
    private record Span(Instant from, Instant until) {
        static final Span NONE = new Span(Instant.MIN, Instant.MIN);

        static Span of(Instant from, Duration length) {
            return new Span(from, from.plus(length));
        }

        boolean contains(Instant time) {
            return !time.isBefore(from) && time.isBefore(until);
        }
    }

    /**
     * An authority nothing is known of yet.
     *
     * @param name for messages
     * @param requestsPerMinute how often it may be asked, evenly spread; empty for no limit
     * @throws IllegalArgumentException if the limit lets no request through
     */
    public KnownAuthority(String name, TimestampSource source, OptionalInt requestsPerMinute) {
        if (requestsPerMinute.isPresent() && requestsPerMinute.getAsInt() < 1) {
            throw new IllegalArgumentException(requestsPerMinute.getAsInt() + " requests per minute of the timestamp"
                    + " authority " + name + "; wanted at least 1");
        }
        this.name = name;
        this.source = source;
        this.interval = requestsPerMinute.isPresent() ? MINUTE.dividedBy(requestsPerMinute.getAsInt()) : Duration.ZERO;
    }

    /** As given; for messages and provenance. */
    public String name() {
        return name;
    }

    TimestampToken ask(Digest imprint) throws TimestampUnavailable {
        return source.timestamp(imprint).token();
    }

    synchronized void succeeded() {
        resting = Span.NONE;
        closed = Span.NONE;
    }

    /** @param rest how long it is to be tried after those that work */
    synchronized void failed(Instant now, Duration rest, Duration askedToWait) {
        Duration wait = askedToWait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : askedToWait;
        resting = Span.of(now, rest.compareTo(wait) > 0 ? rest : wait);
        closed = Span.of(now, wait);
    }

    synchronized boolean isResting(Instant now) {
        return resting.contains(now);
    }

    /** When it may next be asked, by its own word and its limit: now, or later. */
    synchronized Instant opens(Instant now) {
        Instant open = closed.contains(now) ? closed.until() : now;
        return taken.contains(now) && taken.until().isAfter(open) ? taken.until() : open;
    }

    /** Takes the one request that the limit allows now; false if another thread has it, or none is allowed. */
    synchronized boolean takeTurn(Instant now) {
        if (opens(now).isAfter(now)) {
            return false;
        }
        taken = Span.of(now, interval);
        return true;
    }
}

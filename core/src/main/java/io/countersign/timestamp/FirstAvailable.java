package io.countersign.timestamp;

import io.countersign.key.Digest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.stream.Collectors;

/**
 * The first of several authorities, in order, that gives a token. One that failed lately comes after the others; one whose
 * failure may pass is asked again after a pause, while the others are asked at once. Safe for several threads, as its sources
 * are.
 */
public final class FirstAvailable implements TimestampSource {
    /** Lets time pass. */
    interface Sleeper {
        void sleep(Duration time) throws InterruptedException;
    }

    private final List<KnownAuthority> authorities;
    private final Patience patience;
    private final InstantSource clock;
    private final Sleeper sleeper;
    private final DoubleSupplier random;

    /** @throws IllegalArgumentException if there is none to ask */
    public FirstAvailable(List<KnownAuthority> authorities, Patience patience, InstantSource clock) {
        this(
                authorities,
                patience,
                clock,
                time -> TimeUnit.NANOSECONDS.sleep(time.toNanos()),
                () -> ThreadLocalRandom.current().nextDouble());
    }

    FirstAvailable(
            List<KnownAuthority> authorities,
            Patience patience,
            InstantSource clock,
            Sleeper sleeper,
            DoubleSupplier random) {
        if (authorities.isEmpty()) {
            throw new IllegalArgumentException("no timestamp authority to ask; wanted at least one");
        }
        this.authorities = List.copyOf(authorities);
        this.patience = patience;
        this.clock = clock;
        this.sleeper = sleeper;
        this.random = random;
    }

    @Override
    public Timestamped timestamp(Digest imprint) throws TimestampUnavailable {
        return new Request(imprint).answered();
    }

    /** One authority within one request. */
    private static final class Candidate {
        private final KnownAuthority authority;
        private int tried;
        private Instant notBefore = Instant.MIN;

        Candidate(KnownAuthority authority) {
            this.authority = authority;
        }

        Instant opens(Instant now) {
            Instant opens = authority.opens(now);
            return notBefore.isAfter(opens) ? notBefore : opens;
        }
    }

    private final class Request {
        private final Digest imprint;
        private final Instant start = clock.instant();
        private final List<Candidate> candidates = new ArrayList<>();
        private final List<TimestampUnavailable> failures = new ArrayList<>();
        private final Set<FailedAttempt> attempts = new LinkedHashSet<>();

        Request(Digest imprint) {
            this.imprint = imprint;
            authorities.forEach(a -> candidates.add(new Candidate(a)));
        }

        Timestamped answered() throws TimestampUnavailable {
            while (!candidates.isEmpty()) {
                Candidate next = next(clock.instant());
                Optional<TimestampToken> token = ask(next);
                if (token.isPresent()) {
                    return new Timestamped(token.get(), next.authority.name(), List.copyOf(attempts));
                }
            }
            throw failed();
        }

        /** The best of those that may be asked now; waits for the first that may if none does. */
        private Candidate next(Instant at) throws TimestampUnavailable {
            Instant now = at;
            while (true) {
                Instant time = now;
                List<Candidate> open = candidates.stream()
                        .filter(c -> !c.opens(time).isAfter(time))
                        .sorted(Comparator.comparing(c -> c.authority.isResting(time)))
                        .toList();
                for (Candidate candidate : open) {
                    if (candidate.authority.takeTurn(time)) {
                        return candidate;
                    }
                }
                Duration waited = waitFor(time);
                now = clock.instant();
                if (now.equals(time) && !waited.isZero()) {
                    failures.add(new TimestampUnavailable(
                            "no authority may be asked before this machine's clock moves on, and it stands still at "
                                    + now));
                    throw failed();
                }
            }
        }

        private Duration waitFor(Instant now) throws TimestampUnavailable {
            Instant first = candidates.stream()
                    .map(c -> c.opens(now))
                    .min(Comparator.naturalOrder())
                    .orElseThrow();
            if (first.isAfter(start.plus(patience.total())) || now.isBefore(start)) {
                String names = candidates.stream().map(c -> c.authority.name()).collect(Collectors.joining(", "));
                failures.add(new TimestampUnavailable("no authority of " + names + " may be asked again within "
                        + patience.total().toSeconds()
                        + " s, by its rate limit, its own word or the pause between tries;"
                        + " try again later, or name another authority"));
                throw failed();
            }
            try {
                Duration pause = Duration.between(now, first);
                sleeper.sleep(pause);
                return pause;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                failures.add(new TimestampUnavailable("no timestamp was waited for: this thread was interrupted", e));
                throw failed();
            }
        }

        private Optional<TimestampToken> ask(Candidate candidate) throws TimestampUnavailable {
            candidate.tried++;
            try {
                TimestampToken token = candidate.authority.ask(imprint);
                candidate.authority.succeeded();
                return Optional.of(token);
            } catch (TimestampUnavailable e) {
                failures.add(e);
                attempts.add(new FailedAttempt(candidate.authority.name(), e.getMessage()));
                if (Thread.currentThread().isInterrupted()) {
                    throw failed();
                }
                Instant now = clock.instant();
                candidate.authority.failed(now, patience.rest(), e.askedToWait());
                if (!e.mayPass() || candidate.tried == patience.tries()) {
                    candidates.remove(candidate);
                } else {
                    candidate.notBefore = now.plus(patience.pauseAfter(candidate.tried, random.getAsDouble()));
                }
                return Optional.empty();
            }
        }

        private TimestampUnavailable failed() {
            if (failures.size() == 1) {
                return failures.get(0);
            }
            String reasons =
                    failures.stream().map(Throwable::getMessage).distinct().collect(Collectors.joining("; "));
            TimestampUnavailable all = new TimestampUnavailable(
                    authorities.size() == 1
                            ? "no token in " + failures.size() + " tries: " + reasons
                            : "none of " + authorities.size() + " timestamp authorities gave a token: " + reasons);
            failures.forEach(all::addSuppressed);
            return all;
        }
    }
}

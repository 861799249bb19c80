package io.countersign.signer.identity;

import io.countersign.home.Configuration;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * How often each identity may call: a minute's worth at once, and from then on as it is refilled. Kept by this process alone. Safe
 * for several threads.
 */
public final class RateLimits {
    private final Supplier<Configuration> configuration;
    private final int perMinute;
    private final InstantSource clock;
    private final Map<String, Bucket> buckets = new ConcurrentHashMap<>();

    /** @param perMinute for those to whom the configuration gives no limit of their own */
    public RateLimits(Supplier<Configuration> configuration, int perMinute, InstantSource clock) {
        this.configuration = configuration;
        this.perMinute = perMinute;
        this.clock = clock;
    }

    /** Counts a call. Empty if it may be made, else how long to wait; that does not count. */
    public Optional<Duration> call(String identity) {
        int limit = configuration
                .get()
                .identity(identity)
                .map(i -> i.requestsPerMinute().orElse(perMinute))
                .orElse(perMinute);
        Instant now = clock.instant();
        Bucket after = buckets.compute(identity, (name, before) -> Bucket.taken(before, limit, now));
        return after.granted() ? Optional.empty() : Optional.of(after.wait(limit));
    }
}

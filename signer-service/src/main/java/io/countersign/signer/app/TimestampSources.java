package io.countersign.signer.app;

import io.countersign.home.Configuration;
import io.countersign.timestamp.FirstAvailable;
import io.countersign.timestamp.KnownAuthority;
import io.countersign.timestamp.Patience;
import io.countersign.timestamp.TimestampSource;
import io.countersign.timestamp.http.HttpTimestampSource;
import io.countersign.x509.PathBuilder;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The authorities of {@code countersign.yaml}, each over HTTP, at the address given for it here or there. What is learned of one
 * under one policy is known to all. A token whose authority does not end in one of the roots is a failure of that authority.
 */
final class TimestampSources {
    private final Map<String, KnownAuthority> authorities;
    private final InstantSource clock;

    TimestampSources(
            Configuration configuration,
            Map<String, URI> urls,
            Duration timeout,
            PathBuilder roots,
            InstantSource clock) {
        for (String name : urls.keySet()) {
            if (configuration.timestampAuthority(name).isEmpty()) {
                throw CannotStart.because(
                        "countersign.tsa-url." + name + " names no timestamp authority of countersign.yaml;"
                                + " it has: "
                                + String.join(
                                        ", ",
                                        configuration.timestampAuthorities().stream()
                                                .map(Configuration.TimestampAuthority::name)
                                                .toList()));
            }
        }
        this.authorities = configuration.timestampAuthorities().stream()
                .map(a -> new KnownAuthority(
                        a.name(),
                        new HttpTimestampSource(
                                urls.getOrDefault(a.name(), a.url()), timeout, clock, Optional.of(roots)),
                        a.requestsPerMinute()))
                .collect(Collectors.toMap(KnownAuthority::name, Function.identity()));
        this.clock = clock;
    }

    /** The named authorities, tried in this order. */
    TimestampSource named(List<String> names) {
        return new FirstAvailable(names.stream().map(authorities::get).toList(), Patience.USUAL, clock);
    }
}

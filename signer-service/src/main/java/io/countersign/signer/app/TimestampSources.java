package io.countersign.signer.app;

import io.countersign.home.Configuration;
import io.countersign.timestamp.FirstAvailable;
import io.countersign.timestamp.TimestampSource;
import io.countersign.timestamp.http.HttpTimestampSource;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The authorities of {@code countersign.yaml}, each over HTTP, at the address given for it here or there. */
record TimestampSources(Configuration configuration, Map<String, URI> urls, Duration timeout) {
    TimestampSources {
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
    }

    /** The named authorities, tried in this order. */
    TimestampSource named(List<String> names) {
        return new FirstAvailable(names.stream().map(this::source).toList());
    }

    private TimestampSource source(String name) {
        URI configured = configuration.timestampAuthority(name).orElseThrow().url();
        return new HttpTimestampSource(urls.getOrDefault(name, configured), timeout);
    }
}

package io.countersign.cli;

import io.countersign.home.Configuration;
import io.countersign.hsm.Hsm;
import io.countersign.hsm.KeyPurpose;
import io.countersign.key.KeyUnavailable;
import io.countersign.key.SigningKey;
import io.countersign.timestamp.FirstAvailable;
import io.countersign.timestamp.KnownAuthority;
import io.countersign.timestamp.Patience;
import io.countersign.timestamp.TimestampAuthority;
import io.countersign.timestamp.TimestampSource;
import io.countersign.timestamp.http.HttpTimestampSource;
import io.countersign.x509.PathBuilder;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/** The keys and TSAs that the command line may use outside the pipeline: test signing only. */
record LocalKeys(Configuration configuration, Hsm hsm) {
    private static final Duration TSA_TIMEOUT = Duration.ofSeconds(20);

    /** The key meant by {@code --key}, by name and then by label; without it the first that is local. */
    Configuration.Key choose(Optional<String> wanted) throws Failure {
        if (wanted.isEmpty()) {
            return configuration.keys().stream()
                    .filter(Configuration.Key::local)
                    .findFirst()
                    .orElseThrow(() -> Failure.refused(
                            "no key of countersign.yaml may sign here",
                            "mark a test-signing key 'local: true' there, or use 'countersign submit'"));
        }
        Configuration.Key key = configuration
                .key(wanted.get())
                .or(() -> configuration.keys().stream()
                        .filter(k -> k.label().equals(wanted.get()))
                        .findFirst())
                .orElseThrow(() -> Failure.usage(
                        "countersign.yaml has no key '" + wanted.get() + "'",
                        "it has "
                                + configuration.keys().stream()
                                        .map(k -> k.local() ? k.name() + " (local)" : k.name())
                                        .collect(Collectors.joining(", "))));
        if (!key.local()) {
            throw Failure.refused(
                    "key '" + key.name()
                            + "' is not marked 'local: true' in countersign.yaml, so only a server's policy"
                            + " may use it",
                    "use 'countersign submit', or a test-signing key");
        }
        return key;
    }

    SigningKey open(Configuration.Key key, KeyPurpose purpose) throws KeyUnavailable {
        return hsm.key(key.name(), purpose);
    }

    /** The TSAs of countersign.yaml in order; our own answers in this process, so that it works offline. */
    TimestampSource configuredTimestamps() throws KeyUnavailable {
        List<KnownAuthority> known = new ArrayList<>();
        for (Configuration.TimestampAuthority authority : configuration.timestampAuthorities()) {
            known.add(
                    authority.key().isPresent()
                            ? new KnownAuthority(
                                    authority.name(),
                                    new TimestampAuthority(
                                            authority.name(),
                                            hsm.key(authority.key().get(), KeyPurpose.TIMESTAMP),
                                            InstantSource.system()),
                                    OptionalInt.empty())
                            : new KnownAuthority(
                                    authority.name(),
                                    new HttpTimestampSource(
                                            authority.url(), TSA_TIMEOUT, InstantSource.system(), Optional.empty()),
                                    authority.requestsPerMinute()));
        }
        return new FirstAvailable(known, Patience.USUAL, InstantSource.system());
    }

    /** @param roots what their certificates must end in; empty to leave that to whoever verifies */
    static TimestampSource remoteTimestamps(List<URI> authorities, Optional<PathBuilder> roots) throws Failure {
        List<KnownAuthority> known = new ArrayList<>();
        try {
            authorities.forEach(url -> known.add(new KnownAuthority(
                    url.toString(),
                    new HttpTimestampSource(url, TSA_TIMEOUT, InstantSource.system(), roots),
                    OptionalInt.empty())));
        } catch (IllegalArgumentException e) {
            throw Failure.usage(e.getMessage(), "--tsa takes the URL of an RFC 3161 authority");
        }
        return new FirstAvailable(known, Patience.USUAL, InstantSource.system());
    }
}

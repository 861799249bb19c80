package io.countersign.timestamp;

import io.countersign.key.Digest;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The first of several authorities, in order, that gives a token. Safe for several threads, as its sources are. */
public final class FirstAvailable implements TimestampSource {
    private final List<TimestampSource> sources;

    /** @throws IllegalArgumentException if there is none to ask */
    public FirstAvailable(List<? extends TimestampSource> sources) {
        if (sources.isEmpty()) {
            throw new IllegalArgumentException("no timestamp authority to ask; wanted at least one");
        }
        this.sources = List.copyOf(sources);
    }

    @Override
    public TimestampToken timestamp(Digest imprint) throws TimestampUnavailable {
        List<TimestampUnavailable> failures = new ArrayList<>();
        for (TimestampSource source : sources) {
            try {
                return source.timestamp(imprint);
            } catch (TimestampUnavailable e) {
                failures.add(e);
            }
        }
        throw allFailed(failures);
    }

    private static TimestampUnavailable allFailed(List<TimestampUnavailable> failures) {
        if (failures.size() == 1) {
            return failures.get(0);
        }
        String reasons = failures.stream().map(Throwable::getMessage).collect(Collectors.joining("; "));
        TimestampUnavailable all = new TimestampUnavailable(
                "none of " + failures.size() + " timestamp authorities gave a token: " + reasons);
        failures.forEach(all::addSuppressed);
        return all;
    }
}

package io.countersign.signer.app;

import io.countersign.home.Configuration;
import io.countersign.home.Policy;
import io.countersign.hsm.Hsm;
import io.countersign.hsm.KeyPurpose;
import io.countersign.hsm.KeySelfTest;
import io.countersign.key.KeyUnavailable;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;
import org.jboss.logging.Logger;

/**
 * Ready when every key that policies and provenance need makes a signature that its certificate verifies: a token whose keys
 * died still opens without an error. Each probe is a use of every key, so an answer is kept for a while.
 */
@Readiness
@Singleton
class KeysReady implements HealthCheck {
    private static final Logger LOG = Logger.getLogger(KeysReady.class);
    private static final Duration KEEP_GOOD = Duration.ofSeconds(60);
    private static final Duration KEEP_BAD = Duration.ofSeconds(5);
    private static final String SIGNS = "signs";

    private final Hsm hsm;
    private final Supplier<Configuration> configuration;
    private final String evidenceKey;
    private HealthCheckResponse last;
    private Instant until = Instant.MIN;

    KeysReady(Hsm hsm, Supplier<Configuration> configuration, SigningSettings settings) {
        this.hsm = hsm;
        this.configuration = configuration;
        this.evidenceKey = settings.evidenceKey();
    }

    @Override
    public synchronized HealthCheckResponse call() {
        if (Instant.now().isAfter(until)) {
            last = probe();
            until = Instant.now().plus(last.getStatus() == HealthCheckResponse.Status.UP ? KEEP_GOOD : KEEP_BAD);
        }
        return last;
    }

    private HealthCheckResponse probe() {
        HealthCheckResponseBuilder answer = HealthCheckResponse.named("keys").up();
        for (String name : names()) {
            String state = state(name);
            answer.withData(name, state);
            if (!state.equals(SIGNS)) {
                answer.down();
            }
        }
        return answer.build();
    }

    private List<String> names() {
        return Stream.concat(
                        configuration.get().projects().stream()
                                .flatMap(p -> p.policies().stream())
                                .map(Policy::key),
                        Stream.of(evidenceKey))
                .distinct()
                .toList();
    }

    /** Who asks is not authenticated, so the reason, which names files, goes to the log. */
    private String state(String name) {
        try {
            new KeySelfTest(hsm.key(name, KeyPurpose.SELF_TEST)).run();
            return SIGNS;
        } catch (KeyUnavailable e) {
            LOG.errorf(e, "the key '%s' does not sign", name);
            return "does not sign";
        }
    }
}

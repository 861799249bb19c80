package io.countersign.tsa;

import io.countersign.hsm.KeySelfTest;
import io.countersign.key.KeyUnavailable;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.jboss.logging.Logger;

/** Ready means that the key has signed within the last {@link #TRUSTED_FOR}, so that polling does not become the HSM's load. */
@Readiness
@Singleton
class KeyReadiness implements HealthCheck {
    static final Duration TRUSTED_FOR = Duration.ofSeconds(10);

    private static final Logger LOG = Logger.getLogger(KeyReadiness.class);

    private final KeySelfTest selfTest;
    private HealthCheckResponse last;
    private long lastNanos;

    @Inject
    KeyReadiness(ServedAuthority served) {
        this(served.selfTest());
    }

    KeyReadiness(KeySelfTest selfTest) {
        this.selfTest = selfTest;
    }

    /** One caller at a time: those who wait get the answer of the one who asked the key. */
    @Override
    public synchronized HealthCheckResponse call() {
        long now = System.nanoTime();
        if (last == null || now - lastNanos > TRUSTED_FOR.toNanos()) {
            last = ask();
            lastNanos = now;
        }
        return last;
    }

    /** Who asks is not authenticated, so the reason, which names files, goes to the log. */
    private HealthCheckResponse ask() {
        try {
            selfTest.run();
            return HealthCheckResponse.named("timestamp key signs").up().build();
        } catch (KeyUnavailable e) {
            LOG.error("the timestamp key does not sign", e);
            return HealthCheckResponse.named("timestamp key signs")
                    .down()
                    .withData("key", "does not sign")
                    .build();
        }
    }
}

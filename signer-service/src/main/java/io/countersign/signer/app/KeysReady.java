package io.countersign.signer.app;

import io.countersign.home.Configuration;
import io.countersign.hsm.Hsm;
import io.countersign.hsm.KeyPurpose;
import io.countersign.key.DigestAlgorithm;
import io.countersign.key.KeyUnavailable;
import io.countersign.key.SignatureAlgorithm;
import io.countersign.key.SigningKey;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/**
 * Ready when every key that policies and provenance need makes a signature that its certificate verifies: a token whose keys
 * died still opens without an error. Each probe is a use of every key, so an answer is kept for a while.
 */
@Readiness
@Singleton
class KeysReady implements HealthCheck {
    private static final Duration KEEP_GOOD = Duration.ofSeconds(60);
    private static final Duration KEEP_BAD = Duration.ofSeconds(5);
    private static final byte[] PROBE = "countersign readiness probe".getBytes(StandardCharsets.US_ASCII);

    private final Hsm hsm;
    private final List<String> names;
    private HealthCheckResponse last;
    private Instant until = Instant.MIN;

    KeysReady(Hsm hsm, Configuration configuration, SigningSettings settings) {
        this.hsm = hsm;
        this.names = Stream.concat(
                        configuration.projects().stream()
                                .flatMap(p -> p.policies().stream())
                                .map(Configuration.Policy::key),
                        Stream.of(settings.evidenceKey()))
                .distinct()
                .toList();
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
        for (String name : names) {
            String state = state(name);
            answer.withData(name, state);
            if (!state.equals("signs")) {
                answer.down();
            }
        }
        return answer.build();
    }

    private String state(String name) {
        try {
            SigningKey key = hsm.key(name, KeyPurpose.SELF_TEST);
            SignatureAlgorithm algorithm =
                    SignatureAlgorithm.of(key.certificate().getPublicKey(), DigestAlgorithm.SHA256);
            byte[] signature = key.sign(algorithm, PROBE);
            Signature verifier = Signature.getInstance(algorithm.jcaName());
            verifier.initVerify(key.certificate().getPublicKey());
            verifier.update(PROBE);
            return verifier.verify(signature) ? "signs" : "its signature does not fit its certificate";
        } catch (KeyUnavailable | GeneralSecurityException e) {
            return e.getMessage();
        }
    }
}

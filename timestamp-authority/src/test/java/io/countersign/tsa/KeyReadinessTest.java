package io.countersign.tsa;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.hsm.KeySelfTest;
import io.countersign.key.KeyUnavailable;
import io.countersign.key.SigningKey;
import io.countersign.timestamp.TestTsa;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.junit.jupiter.api.Test;

class KeyReadinessTest {
    @Test
    void whoAsksIsToldThatTheKeyDoesNotSignAndNotWhy() {
        SigningKey key = TestTsa.broken(KeyUnavailable.permanently("the PIN file /secrets/tsa.pin is missing", null));
        KeyReadiness readiness = new KeyReadiness(new KeySelfTest(key));

        HealthCheckResponse answer = readiness.call();

        assertThat(answer.getStatus()).isEqualTo(HealthCheckResponse.Status.DOWN);
        assertThat(answer.getData().orElseThrow()).containsOnlyKeys("key").containsEntry("key", "does not sign");
    }
}

package io.countersign.tsa;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.key.DigestAlgorithm;
import io.countersign.timestamp.Refusal;
import io.countersign.timestamp.TimestampRequest;
import io.countersign.timestamp.TimestampResponse;
import io.countersign.tsa.clock.SteppedClock;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.enterprise.inject.Alternative;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The whole service with a clock that is stepped while it runs. */
@QuarkusTest
@TestProfile(SteppedClockTest.Stepped.class)
@WithTestResource(LabHome.class)
class SteppedClockTest {
    @TestHTTPResource
    private URI service;

    @Inject
    MachineClock machine;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @Test
    void aSteppedClockMakesItRefuseWithTimeNotAvailableAndHealthSaysSo() throws Exception {
        assertThat(stamped()).isInstanceOf(TimestampResponse.Granted.class);

        ((SteppedClock) machine.wall()).step(Duration.ofMinutes(-5));

        assertThat(stamped()).isInstanceOfSatisfying(TimestampResponse.Refused.class, refused -> {
            assertThat(refused.refusals()).containsExactly(Refusal.TIME_NOT_AVAILABLE);
            assertThat(refused.text()).contains("does not believe its clock");
        });
        HttpResponse<byte[]> health = get("/q/health/ready");
        assertThat(health.statusCode()).isEqualTo(503);
        assertThat(new String(health.body(), StandardCharsets.UTF_8)).contains("not believed", "\"DOWN\"");
        assertThat(new String(get("/").body(), StandardCharsets.UTF_8)).contains("no token is issued");
        assertThat(new String(get("/q/metrics").body(), StandardCharsets.UTF_8))
                .contains("countersign_tsa_clock_believed 0.0")
                .contains("countersign_tsa_answers_seconds_count{outcome=\"timeNotAvailable\"} 1");
    }

    private TimestampResponse stamped() throws Exception {
        byte[] query = new TimestampRequest(
                        DigestAlgorithm.SHA256.digest(new byte[1]), Optional.empty(), true, Optional.empty())
                .encode();
        HttpResponse<byte[]> reply = http.send(
                HttpRequest.newBuilder(service)
                        .header("Content-Type", TimestampResource.QUERY)
                        .POST(BodyPublishers.ofByteArray(query))
                        .build(),
                BodyHandlers.ofByteArray());
        assertThat(reply.statusCode()).isEqualTo(200);
        return TimestampResponse.parse(reply.body());
    }

    private HttpResponse<byte[]> get(String path) throws Exception {
        return http.send(HttpRequest.newBuilder(service.resolve(path)).build(), BodyHandlers.ofByteArray());
    }

    /** Has the clock below in place of the machine's. */
    public static class Stepped implements QuarkusTestProfile {
        @Override
        public Set<Class<?>> getEnabledAlternatives() {
            return Set.of(SteppedMachine.class);
        }
    }

    /** The machine's clock until it is stepped. */
    @Alternative
    @Singleton
    public static class SteppedMachine {
        @Produces
        @Singleton
        MachineClock machine() {
            SteppedClock clock = SteppedClock.running();
            return new MachineClock(clock, clock);
        }
    }
}

package io.countersign.tsa;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import io.countersign.timestamp.MalformedTimestamp;
import io.countersign.timestamp.TimestampRequest;
import io.countersign.timestamp.TimestampResponse;
import io.countersign.tsa.clock.NtpResponder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Asks a running service over HTTP. */
record ServiceClient(URI service, HttpClient http) {
    static final Digest IMPRINT = DigestAlgorithm.SHA256.digest(new byte[] {1});
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    ServiceClient(URI service) {
        this(
                service,
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build());
    }

    CompletableFuture<HttpResponse<byte[]>> asked(String path) {
        byte[] query = new TimestampRequest(IMPRINT, Optional.empty(), true, Optional.empty()).encode();
        return http.sendAsync(
                HttpRequest.newBuilder(service.resolve(path))
                        .timeout(PATIENCE)
                        .header("Content-Type", TimestampResource.QUERY)
                        .POST(BodyPublishers.ofByteArray(query))
                        .build(),
                BodyHandlers.ofByteArray());
    }

    TimestampResponse stamped() throws MalformedTimestamp {
        HttpResponse<byte[]> reply = asked("/").join();
        assertThat(reply.statusCode()).isEqualTo(200);
        return TimestampResponse.parse(reply.body());
    }

    /** Returns once the clock watch has heard this server, which is first asked beside the start. */
    void untilHeard(NtpResponder server) throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        // By its port, since the counts of a test before outlive its service.
        String told = "countersign_tsa_ntp_polls_total{result=\"told\",server=\"127.0.0.1:"
                + server.address().getPort() + "\"} 1.0";
        while (!get("/q/metrics").body().contains(told)) {
            assertThat(System.nanoTime()).as("time for an answer").isLessThan(end);
        }
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(service.resolve(path)).timeout(PATIENCE).build(),
                BodyHandlers.ofString(StandardCharsets.UTF_8));
    }
}

package io.countersign.tsa;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.timestamp.Refusal;
import io.countersign.timestamp.TimestampResponse;
import io.countersign.timestamp.TimestampResponse.Granted;
import io.countersign.timestamp.TimestampResponse.Refused;
import io.countersign.timestamp.TimestampToken;
import io.countersign.tsa.clock.NtpResponder;
import io.countersign.tsa.lab.Switchboard;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import java.net.http.HttpResponse;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The service with an NTP server that tells the true time, and with every lab answer switched on. */
@QuarkusTest
@WithTestResource(
        value = ServedHome.class,
        initArgs = {
            @ResourceArg(name = "aheadSeconds", value = "0"),
            @ResourceArg(name = "lab", value = "[slow, broken, failing, wrong-imprint, untrusted, expired]")
        })
class NtpConfirmedTest {
    @TestHTTPResource
    private URI service;

    NtpResponder server;

    private ServiceClient client;

    @BeforeEach
    void waitForTheServer() throws Exception {
        client = new ServiceClient(service);
        client.untilHeard(server);
    }

    @Test
    void aServerNamedInTheConfigurationIsAskedAndTokensAreGiven() throws Exception {
        assertThat(server.timesAsked()).isPositive();
        assertThat(client.stamped()).isInstanceOf(Granted.class);
        assertThat(client.get("/q/health/ready").statusCode()).isEqualTo(200);
        assertThat(client.get("/").body()).doesNotContain("no NTP server is configured");
    }

    @Test
    void everyLabAnswerIsBadInItsOwnWayAndMarked() throws Exception {
        long asked = System.nanoTime();
        CompletableFuture<HttpResponse<byte[]>> slow = client.asked("/lab/slow");

        HttpResponse<byte[]> broken = client.asked("/lab/broken").join();
        assertMarked(broken);
        assertThat(broken.statusCode()).isEqualTo(500);

        assertThat(marked("failing"))
                .isInstanceOfSatisfying(
                        Refused.class, r -> assertThat(r.refusals()).containsExactly(Refusal.SYSTEM_FAILURE));

        assertThat(token("wrong-imprint").imprint().orElseThrow()).isNotEqualTo(ServiceClient.IMPRINT);

        TimestampToken ours = ((Granted) client.stamped()).token();
        TimestampToken untrusted = token("untrusted");
        untrusted.requireOwnSignature();
        assertThat(untrusted.imprint()).contains(ServiceClient.IMPRINT);
        assertThat(untrusted.signerCertificate()).isNotEqualTo(ours.signerCertificate());

        assertThat(token("expired").certificates())
                .extracting(X509Certificate::getNotAfter)
                .anyMatch(end -> end.toInstant().isBefore(Instant.now()));

        HttpResponse<byte[]> late = slow.join();
        assertThat(Duration.ofNanos(System.nanoTime() - asked)).isGreaterThanOrEqualTo(Duration.ofSeconds(5));
        assertMarked(late);
        TimestampToken good = ((Granted) TimestampResponse.parse(late.body())).token();
        assertThat(good.signerCertificate()).isEqualTo(ours.signerCertificate());
    }

    private TimestampToken token(String kind) throws Exception {
        return ((Granted) marked(kind)).token();
    }

    private TimestampResponse marked(String kind) throws Exception {
        HttpResponse<byte[]> reply = client.asked("/lab/" + kind).join();
        assertMarked(reply);
        assertThat(reply.statusCode()).isEqualTo(200);
        return TimestampResponse.parse(reply.body());
    }

    private static void assertMarked(HttpResponse<byte[]> reply) {
        assertThat(reply.headers().firstValue(Switchboard.HEADER))
                .hasValueSatisfying(mark -> assertThat(mark).startsWith("LAB"));
    }
}

package io.countersign.tsa;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.home.TimestampServing.LabAnswer;
import io.countersign.timestamp.Refusal;
import io.countersign.timestamp.TimestampResponse.Refused;
import io.countersign.tsa.clock.NtpResponder;
import io.countersign.tsa.lab.Switchboard;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The service with an NTP server that is ten seconds ahead of the machine, and with no lab answer. */
@QuarkusTest
@WithTestResource(
        value = ServedHome.class,
        initArgs = {@ResourceArg(name = "aheadSeconds", value = "10"), @ResourceArg(name = "lab", value = "[]")})
class NtpContradictedTest {
    @TestHTTPResource
    private URI service;

    NtpResponder server;

    private ServiceClient client;

    @BeforeEach
    void connect() {
        client = new ServiceClient(service);
    }

    @Test
    void noTokenIsGivenAndHealthIsDownAndSaysWhy() throws Exception {
        client.untilHeard(server);

        HttpResponse<String> health = client.get("/q/health/ready");
        assertThat(health.statusCode()).isEqualTo(503);
        assertThat(health.body()).contains("not believed", "\"DOWN\"");
        assertThat(client.stamped())
                .isInstanceOfSatisfying(
                        Refused.class, r -> assertThat(r.refusals()).containsExactly(Refusal.TIME_NOT_AVAILABLE));
    }

    @ParameterizedTest
    @EnumSource
    void aLabAnswerThatIsNotSwitchedOnIsNotThere(LabAnswer kind) {
        HttpResponse<byte[]> reply = client.asked("/lab/" + kind.label()).join();

        assertThat(reply.statusCode()).isEqualTo(404);
        assertThat(reply.headers().firstValue(Switchboard.HEADER)).isEmpty();
    }
}

package io.countersign.tsa;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import io.countersign.timestamp.TimestampToken;
import io.countersign.timestamp.http.HttpTimestampSource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The archive of the running service: what a client was given is there, and nobody learns what others have stamped. */
@QuarkusTest
@WithTestResource(LabHome.class)
class ArchiveResourceTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TestHTTPResource
    private URI service;

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void aTokenIsFoundByItsSerialNumberAndByWhatItStamps() throws Exception {
        Digest imprint =
                DigestAlgorithm.SHA256.digest(UUID.randomUUID().toString().getBytes(StandardCharsets.UTF_8));
        TimestampToken token = new HttpTimestampSource(
                        service, Duration.ofSeconds(10), InstantSource.system(), Optional.empty())
                .timestamp(imprint)
                .token();
        String serial = token.serialNumber().toString(16);

        for (String question : new String[] {
            "serial=" + serial,
            "serial=0x" + serial.toUpperCase(Locale.ROOT),
            "imprint=" + imprint.value().hex()
        }) {
            JsonNode found = JSON.readTree(get(question).body()).get("tokens");
            assertThat(found).as(question).hasSize(1);
            assertThat(found.get(0).get("serialNumber").textValue()).isEqualTo(serial);
            assertThat(found.get(0).get("imprint").textValue()).isEqualTo(imprint.toString());
            assertThat(found.get(0).get("genTime").textValue())
                    .isEqualTo(token.genTime().toString());
            assertThat(TimestampToken.parse(found.get(0).get("token").binaryValue())
                            .serialNumber())
                    .isEqualTo(token.serialNumber());
        }
    }

    @Test
    void whatIsNotThereIsAnEmptyAnswer() throws Exception {
        HttpResponse<String> answer = get("serial=1");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{\"tokens\":[]}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "serial=",
                "serial=xyz",
                "serial=123456789012345678901234567890123456789012",
                "imprint=ab",
                "imprint=%27%20OR%201=1",
                "from=2020-01-01T00:00:00Z",
                "policy=1.2.3"
            })
    void whatMayNotBeAskedIsExplained(String question) throws Exception {
        HttpResponse<String> answer = get(question);
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("GET /archive?serial=HEX").doesNotContain("from=TIME");
    }

    private HttpResponse<String> get(String question) throws IOException, InterruptedException {
        URI uri = service.resolve("archive" + (question.isEmpty() ? "" : "?" + question));
        return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }
}

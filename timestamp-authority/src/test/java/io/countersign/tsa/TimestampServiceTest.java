package io.countersign.tsa;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.fixture.Tool;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import io.countersign.timestamp.MalformedTimestamp;
import io.countersign.timestamp.Refusal;
import io.countersign.timestamp.TimestampResponse;
import io.countersign.timestamp.TimestampToken;
import io.countersign.timestamp.TimestampUnavailable;
import io.countersign.timestamp.http.HttpTimestampSource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The service over HTTP, with a key in the lab home's token and OpenSSL as the client. */
@QuarkusTest
@WithTestResource(LabHome.class)
class TimestampServiceTest {
    private static final String QUERY = "application/timestamp-query";
    private static final Path ROOT = LabHome.home().pki().resolve("lab-timestamp-root.pem");

    @TestHTTPResource
    private URI service;

    @TempDir
    private Path folder;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @ParameterizedTest
    @ValueSource(strings = {"/", "/tsa"})
    void opensslAcceptsTheTokenUnderTheLabsTimestampRootAndForNothingElse(String path)
            throws IOException, InterruptedException {
        Tool openssl = Tool.named("openssl", "openssl").in(folder);
        Files.writeString(folder.resolve("data"), "what is stamped");
        Files.writeString(folder.resolve("other"), "what is not");
        openssl.mustRun("ts", "-query", "-data", "data", "-sha256", "-cert", "-out", "query");

        HttpResponse<byte[]> reply = post(path, QUERY, Files.readAllBytes(folder.resolve("query")));
        Files.write(folder.resolve("reply"), reply.body());

        assertThat(reply.statusCode()).isEqualTo(200);
        assertThat(reply.headers().firstValue("Content-Type")).contains("application/timestamp-reply");
        String root = ROOT.toString();
        Tool.Run verdict = openssl.run("ts", "-verify", "-queryfile", "query", "-in", "reply", "-CAfile", root);
        assertThat(verdict.output()).contains("Verification: OK");
        assertThat(verdict.exitCode()).isZero();
        Tool.Run other = openssl.run("ts", "-verify", "-data", "other", "-in", "reply", "-CAfile", root);
        assertThat(other.output()).contains("message imprint mismatch");
        assertThat(other.exitCode()).isNotZero();
    }

    @Test
    void ourOwnClientAcceptsItsTokensAndTheirTimeIsNow() throws TimestampUnavailable {
        Digest imprint = DigestAlgorithm.SHA512.digest(new byte[] {1});

        TimestampToken token = new HttpTimestampSource(
                        service, Duration.ofSeconds(20), InstantSource.system(), Optional.empty())
                .timestamp(imprint)
                .token();

        assertThat(token.imprint()).contains(imprint);
        assertThat(Duration.between(token.genTime(), Instant.now()).abs()).isLessThan(Duration.ofSeconds(20));
    }

    /** As Java's own client does unless told otherwise, and curl --http2. */
    @Test
    void whoWouldRatherSpeakHttp2IsAnsweredInHttp1() throws MalformedTimestamp {
        HttpClient http2 =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();

        HttpResponse<byte[]> reply =
                new ServiceClient(service, http2).asked("/").join();

        assertThat(reply.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
        assertThat(reply.statusCode()).isEqualTo(200);
        assertThat(TimestampResponse.parse(reply.body())).isInstanceOf(TimestampResponse.Granted.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "no DER", "0"})
    void aMalformedRequestIsRefusedInTheProtocolNotWithAnHttpError(String body)
            throws IOException, InterruptedException, MalformedTimestamp {
        HttpResponse<byte[]> reply = post("/", QUERY, body.getBytes(StandardCharsets.UTF_8));

        assertThat(reply.statusCode()).isEqualTo(200);
        assertThat(reply.headers().firstValue("Content-Type")).contains("application/timestamp-reply");
        assertThat(TimestampResponse.parse(reply.body()))
                .isInstanceOfSatisfying(
                        TimestampResponse.Refused.class,
                        refused -> assertThat(refused.refusals()).containsExactly(Refusal.BAD_DATA_FORMAT));
        BodyPublisher chunked = BodyPublishers.fromPublisher(BodyPublishers.ofString(body));
        assertThat(post("/", QUERY, chunked).body()).isEqualTo(reply.body());
    }

    @Test
    void anotherContentTypeIsRefusedWithTheRightOne() throws IOException, InterruptedException {
        HttpResponse<byte[]> reply = post("/", "application/octet-stream", new byte[] {0x30, 0});

        assertThat(reply.statusCode()).isEqualTo(415);
        assertThat(text(reply)).contains(QUERY);
    }

    @Test
    void aRequestThatIsTooLargeIsNotReadWhetherItsLengthIsToldOrNot() throws IOException, InterruptedException {
        byte[] large = new byte[9 * 1024];

        HttpResponse<byte[]> told = post("/", QUERY, large);
        assertThat(told.statusCode()).isEqualTo(413);
        assertThat(text(told)).contains("send a digest, not the file");
        BodyPublisher untold = BodyPublishers.fromPublisher(BodyPublishers.ofByteArray(large));
        assertThat(post("/", QUERY, untold).statusCode()).isEqualTo(413);
    }

    @Test
    void manyWhoSendHalfARequestDoNotKeepOthersWaiting() throws Exception {
        String half = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + QUERY
                + "\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n";
        List<Socket> dawdlers = new ArrayList<>();
        try {
            for (int i = 0; i < 250; i++) {
                Socket socket = new Socket(service.getHost(), service.getPort());
                dawdlers.add(socket);
                socket.getOutputStream().write(half.getBytes(StandardCharsets.US_ASCII));
            }
            HttpResponse<byte[]> reply = http.send(
                    HttpRequest.newBuilder(service)
                            .header("Content-Type", QUERY)
                            .timeout(Duration.ofSeconds(5))
                            .POST(BodyPublishers.ofByteArray(new byte[] {0}))
                            .build(),
                    BodyHandlers.ofByteArray());
            assertThat(reply.statusCode()).isEqualTo(200);
        } finally {
            for (Socket each : dawdlers) {
                each.close();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/tsa"})
    void aPersonIsToldWhatThisIs(String path) throws IOException, InterruptedException {
        HttpResponse<byte[]> page = get(path);

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Content-Type"))
                .hasValueSatisfying(t -> assertThat(t).startsWith("text/plain"));
        assertThat(text(page)).contains("RFC 3161", "openssl ts -query", "/certchain", "Policies", "Signs until");
    }

    @Test
    void aBrowserGetsAPageThatFetchesAndRunsNothing() throws IOException, InterruptedException {
        HttpResponse<byte[]> page =
                send(HttpRequest.newBuilder(service).header("Accept", "text/html,application/xhtml+xml,*/*;q=0.8"));

        assertThat(page.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/html");
        assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
                .startsWith("default-src 'none'");
        assertThat(text(page))
                .contains("<h1>", "Clock", "no NTP server is configured", "Signs until", "SHA-256")
                .doesNotContain("<script", "<style", "<link");
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/timestamp-query; charset=utf-8", "Application/TimeStamp-Query"})
    void theContentTypeIsReadAsAMediaType(String type) throws IOException, InterruptedException {
        assertThat(post("/", type, new byte[] {0}).statusCode()).isEqualTo(200);
    }

    @Test
    void anotherMethodIsToldWhichToUse() throws IOException, InterruptedException {
        HttpResponse<byte[]> reply = send(HttpRequest.newBuilder(service).PUT(BodyPublishers.ofString("x")));

        assertThat(reply.statusCode()).isEqualTo(405);
        assertThat(reply.headers().firstValue("Allow").orElseThrow()).contains("POST", "GET");
        assertThat(text(reply)).contains("POST a query");
        HttpResponse<byte[]> archive =
                send(HttpRequest.newBuilder(service.resolve("/archive")).PUT(BodyPublishers.ofString("x")));
        assertThat(archive.headers().firstValue("Allow")).contains("GET, HEAD");
        assertThat(text(archive)).contains("GET it").doesNotContain("POST a query");
    }

    @Test
    void labAnswersAreNotThereUntilSomebodySwitchesThemOn() throws IOException, InterruptedException {
        assertThat(post("/lab/wrong-imprint", QUERY, new byte[] {0}).statusCode())
                .isEqualTo(404);
    }

    @Test
    void prometheusCountsAnswersByOutcome() throws IOException, InterruptedException {
        post("/", QUERY, new byte[] {0});

        assertThat(text(get("/q/metrics")))
                .contains("countersign_tsa_answers_seconds_bucket{outcome=\"badDataFormat\"")
                .contains("countersign_tsa_key_uses_total{outcome=\"signed\"}")
                .contains("countersign_tsa_key_uses_total{outcome=\"failed\"}")
                .contains("countersign_tsa_certificate_days_remaining", "countersign_tsa_archive_waiting");
    }

    @Test
    void theChainIsGivenLeafFirstUpToTheLabsRoot() throws IOException, InterruptedException, CertificateException {
        List<Certificate> chain = new ArrayList<>(certificates(get("/certchain").body()));

        assertThat(((X509Certificate) chain.get(0)).getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.8");
        assertThat(chain)
                .hasSizeGreaterThan(1)
                .endsWith(certificates(Files.readAllBytes(ROOT)).get(0));
    }

    @Test
    void itIsReadyBecauseItsKeySigns() throws IOException, InterruptedException {
        HttpResponse<byte[]> health = get("/q/health/ready");

        assertThat(health.statusCode()).isEqualTo(200);
        assertThat(text(health))
                .contains("timestamp key signs", "clock is believed", "certificate may sign", "archive keeps tokens")
                .doesNotContain("\"DOWN\"");
    }

    private HttpResponse<byte[]> post(String path, String contentType, byte[] body)
            throws IOException, InterruptedException {
        return post(path, contentType, BodyPublishers.ofByteArray(body));
    }

    private HttpResponse<byte[]> post(String path, String contentType, BodyPublisher body)
            throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(service.resolve(path))
                .header("Content-Type", contentType)
                .POST(body));
    }

    private HttpResponse<byte[]> get(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(service.resolve(path)));
    }

    private HttpResponse<byte[]> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.timeout(Duration.ofSeconds(20)).build(), BodyHandlers.ofByteArray());
    }

    private static String text(HttpResponse<byte[]> response) {
        return new String(response.body(), StandardCharsets.UTF_8);
    }

    private static List<? extends Certificate> certificates(byte[] pem) throws CertificateException {
        return List.copyOf(CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(pem)));
    }
}

package io.countersign.timestamp.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import io.countersign.key.KeyUnavailable;
import io.countersign.timestamp.RefusedRequest;
import io.countersign.timestamp.TestTsa;
import io.countersign.timestamp.TimestampAuthority;
import io.countersign.timestamp.TimestampRequest;
import io.countersign.timestamp.TimestampToken;
import io.countersign.timestamp.TimestampUnavailable;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a server on the loopback address that has an authority of ours behind it, and then misbehaves. */
class HttpTimestampSourceTest {
    private static final Digest IMPRINT = DigestAlgorithm.SHA256.digest(new byte[] {1, 2, 3});
    private static final Digest OTHER = DigestAlgorithm.SHA256.digest(new byte[] {9});
    private static final String REPLY = "application/timestamp-reply";

    /** What the server does with a request. */
    private interface Behaviour {
        void answer(HttpExchange exchange, byte[] request) throws IOException;
    }

    private final TimestampAuthority authority = TestTsa.authority();
    private final List<TimestampRequest> received = new CopyOnWriteArrayList<>();
    private final CountDownLatch testIsOver = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.start();
    }

    @AfterEach
    void stop() {
        testIsOver.countDown();
        server.stop(0);
        threads.shutdownNow();
    }

    @Test
    void aSoundAnswerGivesTheToken() throws TimestampUnavailable {
        HttpTimestampSource source = serving((exchange, request) -> {
            assertThat(exchange.getRequestMethod()).isEqualTo("POST");
            assertThat(exchange.getRequestHeaders().getFirst("Content-Type")).isEqualTo("application/timestamp-query");
            reply(exchange, authority.respond(request));
        });

        TimestampToken token = source.timestamp(IMPRINT).token();

        assertThat(token.imprint()).contains(IMPRINT);
        assertThat(received).singleElement().satisfies(request -> {
            assertThat(request.certReq()).isTrue();
            assertThat(request.nonce()).isEqualTo(token.nonce()).isPresent();
            assertThat(request.policy()).isEmpty();
        });
    }

    @Test
    void everyRequestHasAFreshNonce() throws TimestampUnavailable {
        HttpTimestampSource source = serving((exchange, request) -> reply(exchange, authority.respond(request)));

        source.timestamp(IMPRINT);
        source.timestamp(IMPRINT);

        assertThat(received.get(0).nonce()).isNotEqualTo(received.get(1).nonce());
    }

    @ParameterizedTest
    @ValueSource(strings = {"Application/Timestamp-Reply", "application/timestamp-reply; charset=utf-8"})
    void theContentTypeIsComparedAsAMediaType(String contentType) throws TimestampUnavailable {
        HttpTimestampSource source =
                serving((exchange, request) -> send(exchange, 200, contentType, authority.respond(request)));

        assertThat(source.timestamp(IMPRINT).token().imprint()).contains(IMPRINT);
    }

    @Test
    void aTokenWithAnotherNonceIsRefused() {
        assertUnavailable(
                (exchange, request) -> reply(exchange, answer(IMPRINT, Optional.of(BigInteger.TEN), true)),
                "nonce",
                "replayed");
    }

    @Test
    void aTokenWithoutNonceIsRefused() {
        assertUnavailable(
                (exchange, request) -> reply(exchange, answer(IMPRINT, Optional.empty(), true)), "nonce", "replayed");
    }

    @Test
    void aTokenOverAnotherDigestIsRefused() {
        assertUnavailable(
                (exchange, request) ->
                        reply(exchange, answer(OTHER, parse(request).nonce(), true)),
                IMPRINT.toString(),
                OTHER.toString());
    }

    @Test
    void aTokenWithoutTheCertificateAskedForIsRefused() {
        assertUnavailable(
                (exchange, request) ->
                        reply(exchange, answer(IMPRINT, parse(request).nonce(), false)),
                "without its signer's certificate");
    }

    @Test
    void aTokenWhoseSignatureIsDamagedIsRefused() {
        assertUnavailable(
                (exchange, request) -> {
                    byte[] response = authority.respond(request);
                    response[response.length - 1] ^= 1;
                    reply(exchange, response);
                },
                "its own certificate does not verify");
    }

    @Test
    void aRefusalIsToldWithItsReason() {
        assertUnavailable(
                (exchange, request) -> reply(exchange, authority.respond(new byte[] {1})),
                "refused",
                "badDataFormat",
                "TimeStampReq");
    }

    @Test
    void aWebPageIsNoTimestamp() {
        assertUnavailable(
                (exchange, request) ->
                        send(exchange, 200, "text/html", "<p>Log in</p>".getBytes(StandardCharsets.UTF_8)),
                "text/html",
                REPLY,
                "portal");
    }

    @Test
    void anAnswerWithoutContentTypeIsNoTimestamp() {
        assertUnavailable((exchange, request) -> send(exchange, 200, null, new byte[] {1}), "no content type");
    }

    @Test
    void aServerErrorIsToldAsSuch() {
        assertUnavailable((exchange, request) -> send(exchange, 500, REPLY, new byte[0]), "HTTP 500", "try again");
    }

    @ParameterizedTest
    @CsvSource({"500, , 0", "503, 17, 17", "429, 1000000000000, 999999999", "429, later, 0", "408, , 0"})
    void whatMayPassIsToldAsSuchWithTheWaitAskedFor(int status, String retryAfter, long seconds) {
        TimestampUnavailable failure = failure((exchange, request) -> {
            if (retryAfter != null) {
                exchange.getResponseHeaders().set("Retry-After", retryAfter);
            }
            send(exchange, status, REPLY, new byte[0]);
        });

        assertThat(failure.mayPass()).isTrue();
        assertThat(failure.askedToWait()).hasSeconds(seconds);
    }

    @Test
    void aWaitUntilADateIsReckonedByTheServersClock() {
        TimestampUnavailable failure = failure((exchange, request) -> {
            ZonedDateTime inAMinute = ZonedDateTime.now(ZoneOffset.UTC).plusSeconds(60);
            exchange.getResponseHeaders().set("Retry-After", DateTimeFormatter.RFC_1123_DATE_TIME.format(inAMinute));
            send(exchange, 503, REPLY, new byte[0]);
        });

        assertThat(failure.askedToWait()).isBetween(Duration.ofSeconds(55), Duration.ofSeconds(61));
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 400, 401, 403, 404, 415})
    void anotherStatusWillNotPass(int status) {
        assertThat(failure((exchange, request) -> send(exchange, status, REPLY, new byte[0]))
                        .mayPass())
                .isFalse();
    }

    @Test
    void aRefusalOfTheRequestWillNotPass() {
        assertThat(failure((exchange, request) -> reply(exchange, authority.respond(new byte[] {1})))
                        .mayPass())
                .isFalse();
    }

    @Test
    void anAuthorityThatCannotSignNowMayLater() {
        TimestampAuthority broken = new TimestampAuthority(
                "broken", TestTsa.broken(KeyUnavailable.forNow("no token", null)), TestTsa.clock());

        assertThat(failure((exchange, request) -> reply(exchange, broken.respond(request)))
                        .mayPass())
                .isTrue();
    }

    @Test
    void aRedirectIsNotFollowed() {
        assertUnavailable(
                (exchange, request) -> {
                    exchange.getResponseHeaders().set("Location", url() + "elsewhere");
                    send(exchange, 301, REPLY, new byte[0]);
                },
                "HTTP 301",
                "redirects");
    }

    @Test
    void aServerThatNeverAnswersIsNotWaitedForLongerThanTheTimeOut() {
        assertUnavailable((exchange, request) -> untilTheTestIsOver(), Duration.ofMillis(300), "within 300 ms");
    }

    @Test
    void aServerThatStopsInTheMiddleOfTheBodyIsNotWaitedForEither() {
        assertUnavailable(
                (exchange, request) -> {
                    exchange.getResponseHeaders().set("Content-Type", REPLY);
                    exchange.sendResponseHeaders(200, 1000);
                    exchange.getResponseBody().write(new byte[10]);
                    exchange.getResponseBody().flush();
                    untilTheTestIsOver();
                },
                Duration.ofMillis(300),
                "within 300 ms");
    }

    @Test
    void anEndlessAnswerIsCutOff() {
        assertUnavailable(
                (exchange, request) -> {
                    exchange.getResponseHeaders().set("Content-Type", REPLY);
                    exchange.sendResponseHeaders(200, 0);
                    byte[] block = new byte[64 * 1024];
                    for (int i = 0; i < 1000; i++) {
                        exchange.getResponseBody().write(block);
                    }
                },
                "more than " + HttpTimestampSource.MAX_RESPONSE_BYTES);
    }

    @Test
    void aTruncatedAnswerCannotBeRead() {
        assertUnavailable(
                (exchange, request) -> {
                    byte[] whole = authority.respond(request);
                    reply(exchange, Arrays.copyOf(whole, whole.length / 2));
                },
                "cannot be read");
    }

    @Test
    void anEmptyAnswerCannotBeRead() {
        assertUnavailable((exchange, request) -> reply(exchange, new byte[0]), "0 bytes", "cannot be read");
    }

    @Test
    void aPortWhereNobodyListensIsToldWithItsUrl() throws IOException {
        int port;
        try (ServerSocket closedSoon = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = closedSoon.getLocalPort();
        }
        HttpTimestampSource source = new HttpTimestampSource(
                URI.create("http://127.0.0.1:" + port + "/"), Duration.ofSeconds(5), TestTsa.clock(), Optional.empty());

        assertThatThrownBy(() -> source.timestamp(IMPRINT))
                .isInstanceOf(TimestampUnavailable.class)
                .hasMessageContainingAll("http://127.0.0.1:" + port + "/", "could not be asked", "check the URL");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ftp://127.0.0.1/", "127.0.0.1", "http:/nohost", "/tsa", "http://user:word@127.0.0.1/"})
    void aUrlThatCannotBeAskedIsRefusedAtOnce(String url) {
        assertThatThrownBy(() -> new HttpTimestampSource(
                        URI.create(url), Duration.ofSeconds(1), TestTsa.clock(), Optional.empty()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("wanted")
                .hasMessageNotContaining("word");
    }

    @Test
    void aTimeOutOfNothingIsRefusedAtOnce() {
        assertThatThrownBy(() -> new HttpTimestampSource(
                        URI.create("http://127.0.0.1/"), Duration.ZERO, TestTsa.clock(), Optional.empty()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private void assertUnavailable(Behaviour behaviour, String... messageParts) {
        assertUnavailable(behaviour, Duration.ofSeconds(20), messageParts);
    }

    private void assertUnavailable(Behaviour behaviour, Duration timeout, String... messageParts) {
        assertThat(failure(serving(behaviour, timeout)))
                .hasMessageContaining(url().toString())
                .hasMessageContainingAll(messageParts);
    }

    private TimestampUnavailable failure(Behaviour behaviour) {
        return failure(serving(behaviour));
    }

    private static TimestampUnavailable failure(HttpTimestampSource source) {
        TimestampUnavailable failure =
                catchThrowableOfType(TimestampUnavailable.class, () -> source.timestamp(IMPRINT));
        assertThat(failure).isNotNull();
        return failure;
    }

    private HttpTimestampSource serving(Behaviour behaviour) {
        return serving(behaviour, Duration.ofSeconds(20));
    }

    private HttpTimestampSource serving(Behaviour behaviour, Duration timeout) {
        server.createContext("/", exchange -> {
            try (exchange) {
                byte[] request = exchange.getRequestBody().readAllBytes();
                received.add(parse(request));
                behaviour.answer(exchange, request);
            }
        });
        return new HttpTimestampSource(url(), timeout, TestTsa.clock(), Optional.empty());
    }

    private URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
    }

    private byte[] answer(Digest imprint, Optional<BigInteger> nonce, boolean certReq) {
        return authority.respond(new TimestampRequest(imprint, nonce, certReq, Optional.empty()).encode());
    }

    private static TimestampRequest parse(byte[] request) throws IOException {
        try {
            return TimestampRequest.parse(request);
        } catch (RefusedRequest e) {
            throw new IOException("the client sent " + Bytes.of(request), e);
        }
    }

    private static void reply(HttpExchange exchange, byte[] body) throws IOException {
        send(exchange, 200, REPLY, body);
    }

    private static void send(HttpExchange exchange, int status, String contentType, byte[] body) throws IOException {
        if (contentType != null) {
            exchange.getResponseHeaders().set("Content-Type", contentType);
        }
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        if (body.length > 0) {
            exchange.getResponseBody().write(body);
        }
    }

    private void untilTheTestIsOver() {
        try {
            testIsOver.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

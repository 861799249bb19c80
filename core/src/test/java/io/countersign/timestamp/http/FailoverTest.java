package io.countersign.timestamp.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import io.countersign.timestamp.FirstAvailable;
import io.countersign.timestamp.KnownAuthority;
import io.countersign.timestamp.Patience;
import io.countersign.timestamp.TestTsa;
import io.countersign.timestamp.TimestampToken;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two authorities of ours over HTTP on the loopback address, the first of which dies. */
class FailoverTest {
    private static final int REQUESTS = 200;
    private static final int THREADS = 8;
    private static final int ANSWERS_BEFORE_DEATH = 60;

    private final ExecutorService serving = Executors.newCachedThreadPool();
    private final ExecutorService asking = Executors.newFixedThreadPool(THREADS);
    private final List<HttpServer> servers = new ArrayList<>();

    @AfterEach
    void stop() {
        asking.shutdownNow();
        servers.forEach(s -> s.stop(0));
        serving.shutdownNow();
    }

    @Test
    void stoppingTheFirstAuthorityMidRunLosesNoRequest() throws IOException, InterruptedException, ExecutionException {
        AtomicInteger first = new AtomicInteger();
        AtomicInteger second = new AtomicInteger();
        HttpServer dying = server(first);
        FirstAvailable source = new FirstAvailable(
                List.of(known(dying), known(server(second))), Patience.USUAL, InstantSource.system());

        List<Future<TimestampToken>> answers = new ArrayList<>();
        for (int i = 0; i < REQUESTS; i++) {
            Digest imprint = imprint(i);
            answers.add(asking.submit(() -> {
                if (first.get() >= ANSWERS_BEFORE_DEATH) {
                    dying.stop(0);
                }
                return source.timestamp(imprint).token();
            }));
        }

        Set<Bytes> tokens = new HashSet<>();
        for (int i = 0; i < REQUESTS; i++) {
            TimestampToken token = answers.get(i).get();
            assertThat(token.imprint()).contains(imprint(i));
            tokens.add(token.encoded());
        }
        assertThat(tokens).hasSize(REQUESTS);
        assertThat(first).hasValueBetween(ANSWERS_BEFORE_DEATH, REQUESTS - 1);
        assertThat(second).hasValueGreaterThan(0);
    }

    private static Digest imprint(int i) {
        return DigestAlgorithm.SHA256.digest(new byte[] {(byte) i});
    }

    private HttpServer server(AtomicInteger answered) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(serving);
        server.createContext("/", exchange -> answer(exchange, answered));
        server.start();
        servers.add(server);
        return server;
    }

    private static void answer(HttpExchange exchange, AtomicInteger answered) throws IOException {
        try (exchange) {
            byte[] response =
                    TestTsa.authority().respond(exchange.getRequestBody().readAllBytes());
            answered.incrementAndGet();
            exchange.getResponseHeaders().set("Content-Type", "application/timestamp-reply");
            exchange.sendResponseHeaders(200, response.length);
            exchange.getResponseBody().write(response);
        }
    }

    private static KnownAuthority known(HttpServer server) {
        URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
        return new KnownAuthority(
                url.toString(),
                new HttpTimestampSource(url, Duration.ofSeconds(10), TestTsa.clock(), Optional.empty()),
                OptionalInt.empty());
    }
}

package io.countersign.signer.identity.oidc;

import static io.countersign.signer.fixture.Examples.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.countersign.home.Issuer;
import io.countersign.signer.identity.oidc.Providers.Endpoints;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An issuer that takes its time. */
@Timeout(60)
class ProvidersTest {
    private final AtomicReference<Instant> clock = new AtomicReference<>(NOW);
    private final Providers providers = new Providers(Duration.ofSeconds(30), clock::get);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Semaphore asked = new Semaphore(0);
    private volatile CountDownLatch answering = new CountDownLatch(0);
    private HttpServer server;
    private Issuer issuer;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::discovery);
        server.start();
        issuer = new Issuer(
                "work",
                URI.create("http://127.0.0.1:" + server.getAddress().getPort()),
                Optional.empty(),
                "countersign",
                Duration.ZERO,
                Optional.of(new Issuer.SignIn("countersign", Optional.empty(), List.of("openid"))));
    }

    @AfterEach
    void stop() {
        answering.countDown();
        server.stop(0);
        threads.shutdownNow();
    }

    private void discovery(HttpExchange exchange) throws IOException {
        asked.release();
        try {
            answering.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        byte[] document = """
                {"issuer": "%1$s", "authorization_endpoint": "%1$s/authorize", "token_endpoint": "%1$s/token"}
                """.formatted(issuer.url()).getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, document.length);
        exchange.getResponseBody().write(document);
        exchange.close();
    }

    private Endpoints ask() throws IssuerUnavailable {
        return providers.of(issuer, List.of(issuer));
    }

    /** Somebody who asks, and has no answer yet. */
    private Future<Endpoints> hanging() throws InterruptedException {
        answering = new CountDownLatch(1);
        Future<Endpoints> answer = threads.submit((Callable<Endpoints>) this::ask);
        asked.acquire();
        return answer;
    }

    @Test
    void whileOneAsksAnIssuerForTheFirstTimeOthersAreToldSoAtOnce() throws Exception {
        Future<Endpoints> first = hanging();
        assertThatThrownBy(this::ask)
                .isInstanceOf(IssuerUnavailable.class)
                .hasMessageContaining("is being asked just now");
        assertThat(first).isNotDone();
        answering.countDown();
        assertThat(first.get(20, TimeUnit.SECONDS)).isEqualTo(ask());
        assertThat(asked.availablePermits()).isZero();
    }

    @Test
    void whileOneAsksAnewOthersHaveWhatTheIssuerSaidBefore() throws Exception {
        Endpoints before = ask();
        asked.acquire();
        clock.set(NOW.plus(IssuerKeys.KEEP));
        Future<Endpoints> again = hanging();
        assertThat(ask()).isEqualTo(before);
        assertThat(again).isNotDone();
        answering.countDown();
        assertThat(again.get(20, TimeUnit.SECONDS)).isEqualTo(before);
    }

    @Test
    void anIssuerThatDoesNotAnswerIsGivenUp() throws Exception {
        Future<Endpoints> first = hanging();
        assertThatThrownBy(() -> first.get(20, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasRootCauseInstanceOf(java.util.concurrent.TimeoutException.class)
                .hasStackTraceContaining("no whole answer within 5 seconds");
        assertThatThrownBy(this::ask).hasMessageContaining("is not asked again so soon");
    }
}

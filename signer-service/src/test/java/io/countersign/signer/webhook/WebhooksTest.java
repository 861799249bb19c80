package io.countersign.signer.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.countersign.home.Configuration;
import io.countersign.home.Configuration.Project;
import io.countersign.home.Configuration.Webhook;
import io.countersign.signer.fixture.Database;
import io.countersign.signer.fixture.Examples;
import io.countersign.signer.request.RequestRepository;
import io.countersign.signer.request.SigningRequest.Queued;
import io.countersign.signer.request.jdbc.JdbcDrafts;
import io.countersign.signer.request.jdbc.JdbcRequests;
import io.countersign.signer.webhook.Delivery.State;
import io.countersign.signer.webhook.jdbc.JdbcDeliveries;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a receiver on loopback that answers as told, with the embedded store and a clock that the test moves. */
class WebhooksTest {
    private static final byte[] SECRET = "0123456789abcdef".getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path folder;

    private final List<Received> received = new CopyOnWriteArrayList<>();
    private HttpServer server;
    private volatile int status = 200;
    private Instant now = Examples.NOW;
    private JdbcRequests requests;
    private Webhooks webhooks;
    private Configuration configuration;
    private Executor sending = Runnable::run;
    private DataSource database;

    private record Received(String id, String timestamp, String signature, String body) {}

    @BeforeEach
    void start() throws Exception {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            var headers = exchange.getRequestHeaders();
            received.add(new Received(
                    headers.getFirst("webhook-id"),
                    headers.getFirst("webhook-timestamp"),
                    headers.getFirst("webhook-signature"),
                    body));
            byte[] answer = "heard\u0007".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
        Files.writeString(
                folder.resolve("secret"), "whsec_" + Base64.getEncoder().encodeToString(SECRET) + "\n");
        database = Database.in(folder);
        requests = new JdbcRequests(database);
        configuration = withWebhook(Examples.configuration(Examples.testSigning()));
        webhooks = service();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private Webhooks service() {
        return new Webhooks(
                () -> configuration,
                requests,
                new JdbcDrafts(database),
                new JdbcDeliveries(database),
                sending,
                () -> now);
    }

    private Configuration withWebhook(Configuration c, URI... others) {
        Project p = c.projects().get(0);
        List<Webhook> all = new ArrayList<>();
        for (URI other : others) {
            all.add(new Webhook(other, folder.resolve("secret")));
        }
        URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/hook");
        all.add(new Webhook(url, folder.resolve("secret")));
        return new Configuration(
                c.organization(),
                c.pkiBaseUrl(),
                c.tokens(),
                c.keys(),
                c.timestampAuthorities(),
                c.issuers(),
                c.identities(),
                c.githubApi(),
                List.of(new Project(p.slug(), p.name(), p.repository(), all, p.policies())));
    }

    private Queued queued() {
        Queued queued = Queued.first(Examples.submission());
        assertThat(requests.add(queued)).isTrue();
        return queued;
    }

    private Queued canceled() {
        Queued queued = queued();
        assertThat(requests.replace(queued, queued.canceled("ci", now))).isTrue();
        return queued;
    }

    private static String hmac(Received message) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(SECRET, "HmacSHA256"));
        return Base64.getEncoder()
                .encodeToString(mac.doFinal((message.id() + "." + message.timestamp() + "." + message.body())
                        .getBytes(StandardCharsets.UTF_8)));
    }

    private Delivery only() {
        assertThat(webhooks.latest(10)).hasSize(1);
        return webhooks.latest(10).get(0);
    }

    @Test
    void theEndOfARequestIsToldOnceAndSigned() throws Exception {
        Queued request = queued();
        webhooks.changed(request.id());
        webhooks.deliver();
        assertThat(received).isEmpty();
        assertThat(requests.replace(request, request.canceled("ci", now))).isTrue();
        webhooks.changed(request.id());
        webhooks.changed(request.id());
        webhooks.deliver();
        webhooks.changed(request.id());
        webhooks.deliver();
        assertThat(received).hasSize(1);
        Received message = received.get(0);
        assertThat(message.body())
                .isEqualTo("{\"OrganizationId\":\"00000000-0000-4000-8000-000000000001\",\"SigningRequestId\":\""
                        + request.id() + "\",\"Status\":\"Canceled\"}");
        assertThat(message.timestamp()).isEqualTo(Long.toString(now.getEpochSecond()));
        assertThat(message.signature()).isEqualTo("v1," + hmac(message));
        assertThat(only().state()).isEqualTo(State.DELIVERED);
        assertThat(only().answer()).contains("200: heard\\u0007");
    }

    @Test
    void whoDoesNotHearIsToldAgainUntilItIsGivenUpAndReplayed() throws IOException {
        status = 500;
        webhooks.changed(canceled().id());
        webhooks.deliver();
        webhooks.deliver();
        assertThat(received).hasSize(1);
        now = now.plusSeconds(5);
        webhooks.deliver();
        assertThat(received).hasSize(2);
        for (int i = 0; i < 20; i++) {
            now = now.plus(Duration.ofDays(1));
            webhooks.deliver();
        }
        assertThat(received).hasSize(8);
        assertThat(only().state()).isEqualTo(State.GIVEN_UP);
        status = 204;
        assertThat(webhooks.replay(only().id())).isTrue();
        webhooks.deliver();
        assertThat(only().state()).isEqualTo(State.DELIVERED);
        assertThat(received).extracting(Received::id).containsOnly(only().id().toString());
        now = now.plus(Duration.ofDays(100));
        webhooks.sweep();
        assertThat(webhooks.latest(10)).isEmpty();
    }

    @Test
    void whatEndedWhileNobodyWasThereIsToldAfterwards() {
        webhooks.changed(canceled().id());
        webhooks.deliver();
        canceled();
        Webhooks restarted = service();
        restarted.catchUp();
        restarted.deliver();
        assertThat(received).hasSize(2);
        restarted.catchUp();
        restarted.deliver();
        assertThat(received).hasSize(2);
    }

    @Test
    void whatEndedBeforeTheFirstDeliveryIsToldAfterAKill() {
        webhooks.deliver();
        now = now.plus(Duration.ofHours(2));
        webhooks.deliver();
        canceled();
        now = now.plus(Duration.ofDays(2));
        Webhooks restarted = service();
        restarted.catchUp();
        restarted.deliver();
        assertThat(received).hasSize(1);
    }

    @Test
    void theEndThatComesWhileAChangeIsLookedAtIsTold() {
        Queued request = queued();
        AtomicReference<Runnable> meanwhile = new AtomicReference<>(() -> {
            assertThat(requests.replace(request, request.canceled("ci", now))).isTrue();
            webhooks.changed(request.id());
        });
        RequestRepository looked = (RequestRepository) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {RequestRepository.class}, (proxy, method, arguments) -> {
                    Object found = method.invoke(requests, arguments);
                    meanwhile.getAndSet(() -> {}).run();
                    return found;
                });
        webhooks = new Webhooks(
                () -> configuration,
                looked,
                new JdbcDrafts(database),
                new JdbcDeliveries(database),
                sending,
                () -> now);
        webhooks.changed(request.id());
        webhooks.deliver();
        webhooks.deliver();
        assertThat(received).hasSize(1);
    }

    @Test
    void whoIsSlowToHearHoldsUpNobodyElse() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        // Takes the connection and says nothing.
        try (ServerSocket slow = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            sending = threads;
            configuration = withWebhook(
                    Examples.configuration(Examples.testSigning()),
                    URI.create("http://127.0.0.1:" + slow.getLocalPort() + "/"));
            webhooks = service();
            webhooks.changed(canceled().id());
            webhooks.deliver();
            for (int i = 0; i < 50 && received.isEmpty(); i++) {
                Thread.sleep(100);
            }
            assertThat(received).hasSize(1);
            webhooks.changed(canceled().id());
            webhooks.deliver();
            for (int i = 0; i < 50 && received.size() < 2; i++) {
                Thread.sleep(100);
                webhooks.deliver();
            }
            assertThat(received).hasSize(2);
        } finally {
            threads.shutdownNow();
            // They write down what became of it, in a folder that goes with the test.
            assertThat(threads.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void whatCannotBeSentIsOnRecord() throws IOException {
        Files.delete(folder.resolve("secret"));
        webhooks.changed(canceled().id());
        webhooks.deliver();
        assertThat(received).isEmpty();
        assertThat(only().answer().orElseThrow()).startsWith("no answer: java.nio.file.NoSuchFileException");
        configuration = Examples.configuration(Examples.testSigning());
        now = now.plusSeconds(5);
        webhooks.deliver();
        assertThat(only().state()).isEqualTo(State.GIVEN_UP);
        assertThat(only().answer()).contains("the webhook is no longer configured");
    }
}

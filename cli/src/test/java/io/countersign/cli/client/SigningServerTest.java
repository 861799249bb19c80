package io.countersign.cli.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.countersign.key.DigestAlgorithm;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Answers that stop, never end or are not what was signed. */
@Timeout(60)
class SigningServerTest {
    private static final UUID ID = new UUID(1, 2);
    private static final String REQUEST = "/v1/lab/SigningRequests/" + ID;
    private static final String SIGNED = "MZ signed";
    private static final Duration BRIEF = Duration.ofSeconds(1);

    @TempDir
    private Path folder;

    private final Map<String, String> answers = new ConcurrentHashMap<>();
    private final CountDownLatch over = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private HttpServer server;
    private SigningServer client;

    /** A path whose body is announced longer than it is. */
    private volatile String stalled = "";

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
        client = client(new SigningServer.Limits(BRIEF, 1000));
        answers.put(REQUEST + "/SignedArtifact", SIGNED);
        answers.put(REQUEST + "/Provenance", "{}");
        saysItSigned(SIGNED);
    }

    @AfterEach
    void stop() {
        over.countDown();
        server.stop(0);
        threads.shutdownNow();
    }

    private SigningServer client(SigningServer.Limits limits) throws IOException {
        Path token = Files.writeString(folder.resolve("token"), "token");
        BearerToken read = BearerToken.read(token);
        Files.delete(token);
        return new SigningServer(
                URI.create("http://127.0.0.1:" + server.getAddress().getPort()), "lab", read, limits);
    }

    private void saysItSigned(String content) {
        String sha256 = DigestAlgorithm.SHA256
                .digest(content.getBytes(StandardCharsets.UTF_8))
                .value()
                .hex();
        answers.put(REQUEST, "{\"signedArtifactSha256\":\"" + sha256 + "\"}");
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            byte[] body = answers.get(path).getBytes(StandardCharsets.UTF_8);
            boolean stall = path.equals(stalled);
            exchange.sendResponseHeaders(200, body.length + (stall ? 1 : 0));
            exchange.getResponseBody().write(body);
            exchange.getResponseBody().flush();
            if (stall) {
                over.await();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void fetch() throws Exception {
        client.fetch(ID, folder.resolve("signed.sys"), folder.resolve("signed.sys.intoto.jsonl"));
    }

    private void assertNothingWritten() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    void aWholeAnswerIsWrittenWithItsAttestation() throws Exception {
        fetch();

        assertThat(folder.resolve("signed.sys")).hasContent(SIGNED);
        assertThat(folder.resolve("signed.sys.intoto.jsonl")).hasContent("{}");
    }

    @Test
    void aDownloadThatStandsStillIsGivenUp() throws Exception {
        stalled = REQUEST + "/SignedArtifact";

        assertThatThrownBy(this::fetch).isInstanceOf(ServerUnavailable.class).hasMessageContaining("stopped half-way");
        assertNothingWritten();
    }

    @Test
    void aJsonAnswerThatStandsStillIsGivenUp() {
        stalled = REQUEST;

        assertThatThrownBy(() -> client.failureReason(ID))
                .isInstanceOf(ServerUnavailable.class)
                .hasMessageContaining("stopped half-way");
    }

    @Test
    void aDownloadLargerThanAnyPeFileIsGivenUp() throws Exception {
        answers.put(REQUEST + "/SignedArtifact", "M".repeat(1001));

        assertThatThrownBy(this::fetch)
                .isInstanceOf(ServerUnavailable.class)
                .hasMessageContaining("more than 1000 bytes");
        assertNothingWritten();
    }

    @Test
    void aJsonAnswerWithoutEndIsGivenUp() {
        answers.put(REQUEST, "\"" + "x".repeat(2 << 20) + "\"");

        assertThatThrownBy(() -> client.failureReason(ID))
                .isInstanceOf(ServerUnavailable.class)
                .hasMessageContaining("more than 1048576 bytes");
    }

    @Test
    void aFileThatIsNotTheOneSignedIsNotKept() throws Exception {
        saysItSigned("MZ something else");

        assertThatThrownBy(this::fetch)
                .isInstanceOf(ServerUnavailable.class)
                .hasMessageContaining("has the SHA-256 ")
                .hasMessageContaining("not kept");
        assertNothingWritten();
    }

    @Test
    void anAttestationThatCannotBePlacedLeavesNoSignedFile() throws Exception {
        Path blocked = Files.createDirectory(folder.resolve("signed.sys.intoto.jsonl"));
        Files.writeString(blocked.resolve("a"), "");

        assertThatThrownBy(this::fetch).isInstanceOf(IOException.class);
        assertThat(folder.resolve("signed.sys")).doesNotExist();
    }
}

package io.countersign.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.countersign.fixture.PeSample;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How submitting fails; against a server that misbehaves as told, which the real one does not. */
class SubmitCommandTest {
    private static final String ID = "4b1b2a43-6b0f-4b0e-9c8e-6f1f0e1d2c3b";
    private static final String SECRET = "s3cret-token-0123456789";
    private static final String REQUESTS = "/v1/lab/SigningRequests";

    @TempDir
    private Path folder;

    private final Map<String, Answer> answers = new ConcurrentHashMap<>();
    private final List<String> uploads = new ArrayList<>();
    private HttpServer server;

    private record Answer(int status, String location, String body, int announcedLength) {
        static Answer of(int status, String body) {
            return new Answer(status, "", body, body.length());
        }
    }

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
        Files.writeString(folder.resolve("token"), SECRET + "\n");
        PeSample.plus().writeTo(folder.resolve("driver.sys"));
        answers.put(REQUESTS + "/SubmitWithArtifact", new Answer(201, REQUESTS + "/" + ID, "{}", 2));
        status("Completed", true);
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            if (exchange.getRequestMethod().equals("POST")) {
                uploads.add(new String(body, StandardCharsets.ISO_8859_1));
            }
            Answer answer = answers.getOrDefault(
                    exchange.getRequestURI().getPath(), Answer.of(404, "{\"title\":\"not found\"}"));
            if (!("Bearer " + SECRET).equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
                answer = Answer.of(401, "{\"detail\":\"the token is not known\",\"howToFix\":\"ask for one\"}");
            }
            if (!answer.location().isEmpty()) {
                exchange.getResponseHeaders().add("Location", answer.location());
            }
            exchange.sendResponseHeaders(answer.status(), answer.announcedLength());
            exchange.getResponseBody().write(answer.body().getBytes(StandardCharsets.UTF_8));
        }
    }

    private void status(String status, boolean isFinal) {
        answers.put(
                REQUESTS + "/" + ID + "/Status",
                Answer.of(
                        200,
                        "{\"status\":\"%s\",\"workflowStatus\":\"%s\",\"isFinalStatus\":%s}"
                                .formatted(status, status, isFinal)));
    }

    private String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private Transcript submit(String url, Object... more) {
        List<Object> words = new ArrayList<>(List.of(
                "submit", folder.resolve("driver.sys"), "--server", url, "--organization", "lab", "--project", "p"));
        words.addAll(List.of("--policy", "q", "--token-file", folder.resolve("token")));
        words.addAll(List.of(more));
        Transcript run = Transcript.of(folder.resolve("home"), words.toArray());
        assertThat(run.out() + run.err()).doesNotContain(SECRET);
        return run;
    }

    private void assertNothingWritten() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(f -> f.getFileName().toString())).containsOnly("token", "driver.sys");
        }
    }

    @Test
    void aServerThatIsNotThereEndsWithThree() throws Exception {
        int free;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }

        submit("http://127.0.0.1:" + free).fails(3, "no answer from http://127.0.0.1:" + free, "try again");
        assertNothingWritten();
    }

    @Test
    void aWrongTokenEndsWithOneAndTheServersAdvice() throws Exception {
        Files.writeString(folder.resolve("token"), "another-token");

        submit(url()).fails(1, "answered 401: the token is not known", "countersign: hint: ask for one");
        assertNothingWritten();
    }

    @ParameterizedTest
    @CsvSource({"400, 2", "403, 1", "404, 2", "409, 1", "413, 2", "429, 3", "500, 3", "503, 3", "302, 3"})
    void theExitCodeFollowsWhoMustActNext(int status, int exitCode) throws Exception {
        answers.put(
                REQUESTS + "/SubmitWithArtifact",
                Answer.of(status, "{\"title\":\"no\",\"detail\":\"there is no project p\"}"));

        submit(url()).fails(exitCode, "answered " + status + ": there is no project p");
        assertNothingWritten();
    }

    @ParameterizedTest
    @CsvSource({"'', 1", "',\"errors\":[{\"error\":\"there is no project p\"}]', 2"})
    void aFileTheServerCannotSignIsRefusedAndAWrongFieldIsWrongUsage(String errors, int exitCode) throws Exception {
        answers.put(
                REQUESTS + "/SubmitWithArtifact",
                Answer.of(400, "{\"detail\":\"not a PE file\",\"howToFix\":\"submit a PE file\"" + errors + "}"));

        submit(url()).fails(exitCode, "answered 400: not a PE file", "hint: submit a PE file");
        assertNothingWritten();
    }

    @Test
    void nothingIsSubmittedWhereTheResultCannotGo() throws Exception {
        Path other = Files.createDirectory(folder.resolve("other"));

        submit(url(), "-o", "/nonexistent/x").fails(2, "there is no folder /nonexistent for /nonexistent/x");
        submit(url(), "-o", other).fails(2, other + " is a folder");
        submit(url(), "-o", "/").fails(2, "/ is a folder");
        Files.createDirectory(other.resolve("x.intoto.jsonl"));
        submit(url(), "-o", other.resolve("x")).fails(2, "x.intoto.jsonl is a folder");
        assertThat(uploads).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{\"server\":\"http", "{}", "{\"server\":\"a b\",\"tsa\":\"a\",\"tokenFile\":\"a\"}"})
    void aTornNoteOfRunningServicesCountsAsNone(String torn) throws Exception {
        Files.createDirectory(folder.resolve("run"));
        Files.writeString(folder.resolve("run/endpoints.json"), torn);

        Transcript.of(folder, "submit", folder.resolve("driver.sys"), "--project", "p", "--policy", "q")
                .fails(2, "no --server given");
    }

    @Test
    void aRedirectIsNotFollowed() throws Exception {
        answers.put(REQUESTS + "/SubmitWithArtifact", new Answer(307, url() + "/elsewhere", "", -1));

        submit(url()).fails(3, "answered 307");
        assertThat(uploads).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"Failed", "Denied", "Canceled"})
    void aRequestThatEndsBadlyEndsWithOneAndItsReason(String status) throws Exception {
        status(status, true);
        answers.put(REQUESTS + "/" + ID, Answer.of(200, "{\"failureReason\":\"the TSA\\u001b[2J did not answer\"}"));

        Transcript run = submit(url()).fails(1, "ended " + status + ": the TSA [2J did not answer");

        assertThat(run.err()).doesNotContain("\u001b");
        assertNothingWritten();
    }

    @Test
    void aCutDownloadLeavesNothingHalfWritten() throws Exception {
        answers.put(REQUESTS + "/" + ID + "/SignedArtifact", new Answer(200, "", "MZ", 1000));

        assertThat(submit(url()).exitCode()).isEqualTo(3);
        assertNothingWritten();
    }

    @Test
    void aMissingAttestationLeavesNoSignedFileEither() throws Exception {
        answers.put(REQUESTS + "/" + ID + "/SignedArtifact", Answer.of(200, "MZ"));

        submit(url()).fails(2, "answered 404");
        assertNothingWritten();
    }

    @Test
    void theFileArrivesOctetByOctetWithItsFields() throws Exception {
        submit(url(), "--no-wait", "--description", "nightly");

        String artifact = Files.readString(folder.resolve("driver.sys"), StandardCharsets.ISO_8859_1);
        assertThat(uploads)
                .singleElement()
                .satisfies(body -> assertThat(body)
                        .contains(
                                "name=\"projectSlug\"", "\r\n\r\np\r\n", "name=\"signingPolicySlug\"", "\r\n\r\nq\r\n")
                        .contains("name=\"description\"", "nightly", "name=\"artifact\"; filename=\"driver.sys\"")
                        .contains("\r\n\r\n" + artifact + "\r\n--"));
    }

    @Test
    void noWaitPrintsTheIdAlone() {
        Transcript run = submit(url(), "--no-wait");

        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).isEqualTo(ID + System.lineSeparator());
    }

    @Test
    void anErrorIsOneJsonDocumentWhereJsonIsAskedFor() throws Exception {
        answers.put(REQUESTS + "/SubmitWithArtifact", Answer.of(403, "{\"detail\":\"not a submitter\"}"));

        assertThat(submit(url(), "--json").fails(1).json().path("error").asText())
                .contains("not a submitter");
    }

    @Test
    void aMissingTokenFileIsNamed() throws Exception {
        Files.delete(folder.resolve("token"));

        submit(url()).fails(2, "there is no token file " + folder.resolve("token"));
        assertThat(uploads).isEmpty();
    }

    @Test
    void aFileThatIsNoTokenIsNotSent() throws Exception {
        Files.writeString(folder.resolve("token"), "not a token, has blanks");

        submit(url()).fails(3, "is not an API token");
        assertThat(uploads).isEmpty();
    }

    @Test
    void withoutServerOrRunningServicesTheOptionIsNamed() {
        Transcript.of(folder, "submit", folder.resolve("driver.sys"), "--project", "p", "--policy", "q")
                .fails(2, "no --server given", "--server URL");
    }
}

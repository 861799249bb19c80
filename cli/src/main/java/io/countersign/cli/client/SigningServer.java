package io.countersign.cli.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/**
 * A signing server's request API, in SignPath's shapes (https://docs.signpath.io/build-system-integration): submit, poll,
 * fetch. Redirects are not followed, so the token goes to the named server only. Safe for several threads.
 */
public final class SigningServer {
    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final Duration ANSWER = Duration.ofSeconds(30);
    private static final Duration FIRST_POLL = Duration.ofMillis(100);
    private static final Duration SLOWEST_POLL = Duration.ofSeconds(2);

    /** How long a server that has accepted a request may be away before we stop asking: longer than a restart. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** A slow uplink; the time an upload may take follows from it. */
    private static final long BYTES_PER_SECOND = 64 << 10;

    private static final int JSON_LIMIT = 1 << 20;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT)
            .build();
    private final URI server;
    private final URI requests;
    private final BearerToken token;

    /**
     * Connects to nothing yet.
     *
     * @param server scheme, host and port, and a path where the server is mounted below one
     */
    public SigningServer(URI server, String organization, BearerToken token) {
        this.server = server;
        this.requests = URI.create(
                server.toString().replaceAll("/+$", "") + "/v1/" + segment(organization) + "/SigningRequests");
        this.token = token;
    }

    /**
     * Uploads a file.
     *
     * @param sent told how many bytes went out, each time some did, from another thread
     * @return the request's id
     */
    public UUID submit(Submission submission, LongConsumer sent)
            throws IOException, InterruptedException, ServerRefused, ServerUnavailable {
        UUID boundary = UUID.randomUUID();
        Duration time = ANSWER.plusSeconds(Files.size(submission.file()) / BYTES_PER_SECOND);
        HttpRequest request = HttpRequest.newBuilder(URI.create(requests + "/SubmitWithArtifact"))
                .timeout(time)
                .header("Authorization", token.header())
                .header("Content-Type", submission.contentType(boundary))
                .POST(submission.body(boundary, sent))
                .build();
        HttpResponse<InputStream> response;
        try {
            response = send(request);
        } catch (ServerUnavailable e) {
            explainCutUpload();
            throw e;
        }
        try (InputStream body = response.body()) {
            if (response.statusCode() != 201) {
                throw refusal(response.statusCode(), body);
            }
            String location = response.headers().firstValue("Location").orElse("");
            return UUID.fromString(location.substring(location.lastIndexOf('/') + 1));
        } catch (IllegalArgumentException e) {
            throw new ServerUnavailable(server + " accepted the file without saying where its request is", e);
        }
    }

    /** A server may refuse a token before it has read the upload, and hang up; a request without a body gets its answer. */
    private void explainCutUpload() throws InterruptedException, ServerRefused {
        try {
            status(new UUID(0, 0));
        } catch (ServerRefused e) {
            if (e.isDenial()) {
                throw e;
            }
        } catch (ServerUnavailable e) {
            return; // the first failure tells it better
        }
    }

    public RequestStatus status(UUID id) throws InterruptedException, ServerRefused, ServerUnavailable {
        JsonNode json = json(id + "/Status");
        return new RequestStatus(
                printable(json.path("status").asText()),
                printable(json.path("workflowStatus").asText()),
                json.path("isFinalStatus").asBoolean());
    }

    /** Why a request failed or was denied; empty if the server does not say. */
    public String failureReason(UUID id) throws InterruptedException, ServerRefused, ServerUnavailable {
        return printable(json(id.toString()).path("failureReason").asText(""));
    }

    /**
     * Asks until the request is final, more and more seldom. A server that goes away for less than a minute is waited for.
     *
     * @param changed told each status that differs from the one before
     */
    public RequestStatus await(UUID id, Consumer<RequestStatus> changed)
            throws InterruptedException, ServerRefused, ServerUnavailable {
        RequestStatus before = null;
        Duration pause = FIRST_POLL;
        long answered = System.nanoTime();
        while (true) {
            try {
                RequestStatus now = status(id);
                answered = System.nanoTime();
                if (!now.equals(before)) {
                    changed.accept(now);
                    before = now;
                }
                if (now.isFinal()) {
                    return now;
                }
            } catch (ServerUnavailable e) {
                if (System.nanoTime() - answered > PATIENCE.toNanos()) {
                    throw e;
                }
            }
            Thread.sleep(pause.toMillis());
            pause = pause.multipliedBy(3).dividedBy(2);
            pause = pause.compareTo(SLOWEST_POLL) > 0 ? SLOWEST_POLL : pause;
        }
    }

    /** Fetches the signed file and its provenance; both are written beside their places and renamed when both are whole. */
    public void fetch(UUID id, Path signed, Path provenance)
            throws IOException, InterruptedException, ServerRefused, ServerUnavailable {
        Path signedPart = part(signed);
        Path provenancePart = part(provenance);
        try {
            download(id + "/SignedArtifact", signedPart);
            download(id + "/Provenance", provenancePart);
            Files.move(provenancePart, provenance, StandardCopyOption.ATOMIC_MOVE);
            Files.move(signedPart, signed, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(signedPart);
            Files.deleteIfExists(provenancePart);
        }
    }

    private static Path part(Path file) {
        return file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID() + ".part");
    }

    private void download(String path, Path target)
            throws IOException, InterruptedException, ServerRefused, ServerUnavailable {
        HttpResponse<InputStream> response = send(get(path));
        try (InputStream body = response.body()) {
            if (response.statusCode() != 200) {
                throw refusal(response.statusCode(), body);
            }
            Files.copy(body, target);
        }
    }

    private JsonNode json(String path) throws InterruptedException, ServerRefused, ServerUnavailable {
        HttpResponse<InputStream> response = send(get(path));
        try (InputStream body = response.body()) {
            if (response.statusCode() != 200) {
                throw refusal(response.statusCode(), body);
            }
            return JSON.readTree(body.readNBytes(JSON_LIMIT));
        } catch (IOException e) {
            throw new ServerUnavailable(server + " gave an answer that is not JSON: " + e.getMessage(), e);
        }
    }

    private HttpRequest get(String path) {
        return HttpRequest.newBuilder(URI.create(requests + "/" + path))
                .timeout(ANSWER)
                .header("Authorization", token.header())
                .GET()
                .build();
    }

    private HttpResponse<InputStream> send(HttpRequest request) throws InterruptedException, ServerUnavailable {
        try {
            return client.send(request, BodyHandlers.ofInputStream());
        } catch (IOException e) {
            throw new ServerUnavailable("no answer from " + server + ": " + reason(e), e);
        }
    }

    /** The client's connection failures have no words of their own. */
    private static String reason(IOException e) {
        if (e instanceof ConnectException) {
            return e.getCause() != null && e.getCause().getCause() instanceof UnresolvedAddressException
                    ? "its name does not resolve"
                    : "connection refused";
        }
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    /** What a status other than the wanted one means, from its RFC 9457 problem document where there is one. */
    private ServerRefused refusal(int status, InputStream body) throws IOException, ServerUnavailable {
        JsonNode problem = problem(body);
        String detail = Stream.of("detail", "title")
                .map(name -> printable(problem.path(name).asText("")))
                .filter(text -> !text.isEmpty())
                .findFirst()
                .orElse("no reason given");
        String message = "%s answered %d: %s".formatted(server, status, detail);
        if (status >= 500 || status == 429 || status < 400) {
            throw new ServerUnavailable(message);
        }
        return new ServerRefused(
                status, message, printable(problem.path("howToFix").asText("")));
    }

    private static JsonNode problem(InputStream body) throws IOException {
        try {
            return JSON.readTree(body.readNBytes(JSON_LIMIT));
        } catch (JsonProcessingException e) {
            return JSON.createObjectNode(); // a proxy's page, say; the status has to do
        }
    }

    /** The server's words go to a terminal, so its control characters do not. */
    private static String printable(String text) {
        return text.replaceAll("\\p{C}+", " ").strip();
    }

    private static String segment(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}

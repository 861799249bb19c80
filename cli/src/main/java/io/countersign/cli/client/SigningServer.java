package io.countersign.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.countersign.key.Bytes;
import io.countersign.key.DigestAlgorithm;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/**
 * A signing server's request API, in SignPath's shapes (https://docs.signpath.io/build-system-integration): submit, poll,
 * fetch. Redirects are not followed, so the token goes to the named server only. Safe for several threads.
 */
public final class SigningServer {
    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final Duration FIRST_POLL = Duration.ofMillis(100);
    private static final Duration SLOWEST_POLL = Duration.ofSeconds(2);

    /** How long a server that has accepted a request may be away before we stop asking: longer than a restart. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** A slow uplink; the time an upload may take follows from it. */
    private static final long BYTES_PER_SECOND = 64 << 10;

    private static final int JSON_LIMIT = 1 << 20;

    /** How often a body on its way is looked at. */
    private static final Duration WATCH = Duration.ofMillis(200);

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT)
            .build();
    private final URI server;
    private final URI requests;
    private final BearerToken token;
    private final Limits limits;

    /**
     * What no answer may exceed.
     *
     * @param answer until the headers; from there until a JSON body is whole; between two parts of a file
     * @param download bytes of a file; a PE file has less than 4 GiB
     */
    record Limits(Duration answer, long download) {
        static final Limits USUAL = new Limits(Duration.ofSeconds(30), 5L << 30);
    }

    private record Answer(int status, String location, Bytes body) {}

    /**
     * Connects to nothing yet.
     *
     * @param server scheme, host and port, and a path where the server is mounted below one
     */
    public SigningServer(URI server, String organization, BearerToken token) {
        this(server, organization, token, Limits.USUAL);
    }

    SigningServer(URI server, String organization, BearerToken token, Limits limits) {
        this.server = server;
        this.requests = URI.create(
                server.toString().replaceAll("/+$", "") + "/v1/" + segment(organization) + "/SigningRequests");
        this.token = token;
        this.limits = limits;
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
        Duration time = limits.answer().plusSeconds(Files.size(submission.file()) / BYTES_PER_SECOND);
        HttpRequest request = HttpRequest.newBuilder(URI.create(requests + "/SubmitWithArtifact"))
                .header("Authorization", token.header())
                .header("Content-Type", submission.contentType(boundary))
                .POST(submission.body(boundary, sent))
                .build();
        Answer answer;
        try {
            answer = ask(request, time);
        } catch (ServerUnavailable e) {
            explainCutUpload();
            throw e;
        }
        if (answer.status() != 201) {
            throw ProblemDocument.refusal(server, answer.status(), answer.body());
        }
        try {
            return UUID.fromString(answer.location().substring(answer.location().lastIndexOf('/') + 1));
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
                ProblemDocument.printable(json.path("status").asText()),
                ProblemDocument.printable(json.path("workflowStatus").asText()),
                json.path("isFinalStatus").asBoolean());
    }

    /** Why a request failed or was denied; empty if the server does not say. */
    public String failureReason(UUID id) throws InterruptedException, ServerRefused, ServerUnavailable {
        return ProblemDocument.printable(
                json(id.toString()).path("failureReason").asText(""));
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

    /**
     * Fetches the signed file and its provenance; both are written beside their places and renamed when both are whole and the
     * file is the one the server says it signed.
     */
    public void fetch(UUID id, Path signed, Path provenance)
            throws IOException, InterruptedException, ServerRefused, ServerUnavailable {
        Path signedPart = part(signed);
        Path provenancePart = part(provenance);
        try {
            String sha256 = download(id + "/SignedArtifact", signedPart);
            download(id + "/Provenance", provenancePart);
            String wanted = ProblemDocument.printable(
                    json(id.toString()).path("signedArtifactSha256").asText(""));
            if (!sha256.equals(wanted)) {
                throw new ServerUnavailable("the signed file that came from " + server + " has the SHA-256 " + sha256
                        + ", but its request says " + (wanted.isEmpty() ? "none" : wanted)
                        + "; it was damaged on the way or in the store, and is not kept");
            }
            Files.move(signedPart, signed, StandardCopyOption.ATOMIC_MOVE);
            try {
                Files.move(provenancePart, provenance, StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException e) {
                Files.delete(signed);
                throw e;
            }
        } finally {
            Files.deleteIfExists(signedPart);
            Files.deleteIfExists(provenancePart);
        }
    }

    private static Path part(Path file) {
        return file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID() + ".part");
    }

    /** Gives the SHA-256 of what it wrote. */
    private String download(String path, Path target)
            throws IOException, InterruptedException, ServerRefused, ServerUnavailable {
        try (FileChannel file = FileChannel.open(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            Answer answer = ask(get(path), limits.answer(), Optional.of(file));
            if (answer.status() != 200) {
                throw ProblemDocument.refusal(server, answer.status(), answer.body());
            }
        }
        try (InputStream written = Files.newInputStream(target)) {
            return DigestAlgorithm.SHA256.digest(written).value().hex();
        }
    }

    private JsonNode json(String path) throws InterruptedException, ServerRefused, ServerUnavailable {
        return read(ask(get(path), limits.answer()));
    }

    private JsonNode read(Answer answer) throws ServerRefused, ServerUnavailable {
        if (answer.status() / 100 != 2) {
            throw ProblemDocument.refusal(server, answer.status(), answer.body());
        }
        try {
            return JSON.readTree(answer.body().toByteArray());
        } catch (IOException e) {
            throw new ServerUnavailable(server + " gave an answer that is not JSON: " + e.getMessage(), e);
        }
    }

    /** Asks what is not a request: {@code path} stands beside SigningRequests. */
    JsonNode beside(String path, Optional<JsonNode> post)
            throws InterruptedException, ServerRefused, ServerUnavailable {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(requests.resolve(path)).header("Authorization", token.header());
        if (post.isPresent()) {
            request.header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(post.get().toString()));
        }
        return read(ask(request.build(), limits.answer()));
    }

    private HttpRequest get(String path) {
        return HttpRequest.newBuilder(URI.create(requests + "/" + path))
                .header("Authorization", token.header())
                .GET()
                .build();
    }

    private Answer ask(HttpRequest request, Duration head) throws InterruptedException, ServerUnavailable {
        try {
            return ask(request, head, Optional.empty());
        } catch (IOException e) {
            throw new UncheckedIOException(e); // only a file to write to fails so
        }
    }

    /**
     * Waits for the whole answer.
     *
     * <p>The client's own timeout is not used: up to Java 25 it ends with the headers, so that a body could come for ever, and
     * from Java 26 on it ends a long download (JDK-8208693).
     *
     * @param head how long until the headers
     * @param file where the body of a 200 goes; the bodies of others are kept in memory, and so are short
     * @throws IOException if the file cannot be written
     */
    private Answer ask(HttpRequest request, Duration head, Optional<FileChannel> file)
            throws IOException, InterruptedException, ServerUnavailable {
        ByteArrayOutputStream memory = new ByteArrayOutputStream();
        AtomicReference<ReceivedBody> body = new AtomicReference<>();
        long asked = System.nanoTime();
        CompletableFuture<HttpResponse<Void>> coming = client.sendAsync(request, info -> {
            body.set(
                    file.isPresent() && info.statusCode() == 200
                            ? ReceivedBody.moving(limits.answer(), file.get(), limits.download())
                            : ReceivedBody.within(limits.answer(), Channels.newChannel(memory), JSON_LIMIT));
            return body.get();
        });
        while (true) {
            try {
                HttpResponse<Void> response = coming.get(WATCH.toMillis(), TimeUnit.MILLISECONDS);
                return new Answer(
                        response.statusCode(),
                        response.headers().firstValue("Location").orElse(""),
                        Bytes.of(memory.toByteArray()));
            } catch (TimeoutException e) {
                ReceivedBody begun = body.get();
                if (begun == null ? System.nanoTime() - asked > head.toNanos() : begun.isOverdue()) {
                    coming.cancel(true);
                    throw new ServerUnavailable(
                            begun == null
                                    ? "no answer from " + server + " for " + head.toSeconds() + " s"
                                    : "the answer from " + server + " stopped half-way; it was waited for "
                                            + limits.answer().toSeconds() + " s",
                            e);
                }
            } catch (ExecutionException e) {
                if (e.getCause() instanceof UncheckedIOException disk) {
                    throw disk.getCause();
                }
                throw new ServerUnavailable("no answer from " + server + ": " + reason(e.getCause()), e);
            } catch (InterruptedException e) {
                coming.cancel(true);
                throw e;
            }
        }
    }

    /** The client's connection failures have no words of their own. */
    private static String reason(Throwable e) {
        if (Stream.iterate(e, Objects::nonNull, Throwable::getCause)
                .anyMatch(UnresolvedAddressException.class::isInstance)) {
            return "its name does not resolve";
        }
        if (e instanceof ConnectException) {
            return "connection refused";
        }
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    private static String segment(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}

package io.countersign.signer.connector;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.countersign.home.WebAddress;
import io.countersign.signer.outbound.Outbound;
import io.countersign.signer.outbound.UpTo;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * GitHub's REST API (https://docs.github.com/en/rest) for one repository, asked with the token that a build sent. Every answer has
 * a size and a time that it cannot exceed. No redirect is followed but that to an artifact's bytes, and the token does not go along.
 */
final class GitHubApi {
    private static final Duration ANSWER = Duration.ofSeconds(30);
    private static final Duration DOWNLOAD = Duration.ofMinutes(15);
    private static final int LONGEST_ANSWER = 4 << 20;
    private static final String JSON = "application/vnd.github+json";
    private static final String RAW = "application/vnd.github.raw+json";
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int TEMPORARY_REDIRECT = 307;

    private final ObjectMapper json = new ObjectMapper();
    private final String repository;
    private final String token;

    /** @param name {@code OWNER/NAME}, checked to be nothing else */
    GitHubApi(URI base, String name, String token) {
        this.repository = base.toString().replaceAll("/+$", "") + "/repos/" + name;
        this.token = token;
    }

    /** A path whose parts are not ours. */
    static String encoded(String path) {
        return Arrays.stream(path.split("/", -1))
                .map(part -> URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20"))
                .collect(Collectors.joining("/"));
    }

    /** @throws OriginUnverified if there is no such thing that the token may read */
    JsonNode get(String path, String what) throws OriginUnverified, GitHubUnavailable {
        return find(path)
                .orElseThrow(() -> new OriginUnverified(
                        "GitHub shows the posted token no " + what,
                        "give the job the permissions 'actions: read' and 'contents: read', and check the repository, run and"
                                + " artifact that it names"));
    }

    /** Empty if there is no such thing that the token may read. */
    Optional<JsonNode> find(String path) throws OriginUnverified, GitHubUnavailable {
        Optional<byte[]> body = body(path, JSON);
        try {
            return body.isEmpty() ? Optional.empty() : Optional.of(json.readTree(body.get()));
        } catch (JsonProcessingException e) {
            throw new GitHubUnavailable("the answer for " + path + " is not JSON", e);
        } catch (IOException e) {
            throw new GitHubUnavailable("the answer for " + path + " cannot be read", e);
        }
    }

    /** A file of the repository. */
    Optional<String> file(String path, String commit) throws OriginUnverified, GitHubUnavailable {
        return body("/contents/" + encoded(path) + "?ref=" + commit, RAW)
                .map(octets -> new String(octets, StandardCharsets.UTF_8));
    }

    private Optional<byte[]> body(String path, String accept) throws OriginUnverified, GitHubUnavailable {
        try {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            HttpResponse<Boolean> answer = Outbound.send(
                    request(URI.create(repository + path), accept, true),
                    info -> new UpTo(body, LONGEST_ANSWER),
                    ANSWER);
            if (answer.statusCode() == HttpURLConnection.HTTP_NOT_FOUND) {
                return Optional.empty();
            }
            requireGood(answer, path);
            if (!answer.body()) {
                throw new GitHubUnavailable("the answer for " + path + " is longer than " + LONGEST_ANSWER);
            }
            return Optional.of(body.toByteArray());
        } catch (IOException e) {
            throw new GitHubUnavailable("GitHub's API did not answer for " + path + ": " + e.getMessage(), e);
        }
    }

    /**
     * Puts an artifact's archive into a file.
     *
     * @param most how many bytes it may have
     */
    void download(String path, Path target, long most) throws OriginUnverified, GitHubUnavailable {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(target), 1 << 16)) {
            HttpResponse<Boolean> answer = archive(request(URI.create(repository + path), JSON, true), out, most);
            if (answer.statusCode() == HttpURLConnection.HTTP_MOVED_TEMP || answer.statusCode() == TEMPORARY_REDIRECT) {
                URI storage = guarded(answer.headers().firstValue("Location").orElse(""));
                answer = archive(request(storage, "*/*", false), out, most);
            }
            requireGood(answer, path);
            if (!answer.body()) {
                throw new OriginUnverified(
                        "the artifact is larger than the " + most + " bytes this service takes",
                        "upload the one file that is to be signed as an artifact of its own");
            }
        } catch (IOException e) {
            throw new GitHubUnavailable("the artifact could not be fetched: " + e.getMessage(), e);
        }
    }

    /** What comes with another status than 200 is no archive. */
    private static HttpResponse<Boolean> archive(HttpRequest request, OutputStream out, long most) throws IOException {
        return Outbound.send(
                request,
                info -> info.statusCode() == HttpURLConnection.HTTP_OK
                        ? new UpTo(out, most)
                        : new UpTo(OutputStream.nullOutputStream(), LONGEST_ANSWER),
                DOWNLOAD);
    }

    private HttpRequest request(URI uri, String accept, boolean withToken) throws IOException {
        try {
            HttpRequest.Builder request =
                    HttpRequest.newBuilder(uri).header("Accept", accept).header("User-Agent", "countersign");
            if (withToken) {
                request.header("Authorization", "Bearer " + token).header("X-GitHub-Api-Version", "2022-11-28");
            }
            return request.build();
        } catch (IllegalArgumentException e) {
            throw new IOException("this is no address that can be asked", e);
        }
    }

    private static URI guarded(String location) throws IOException {
        try {
            URI uri = URI.create(String.valueOf(location));
            if (WebAddress.isGuarded(uri)) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            throw new IOException("GitHub redirects to what is no address", e);
        }
        throw new IOException("GitHub redirects to an address without https");
    }

    private static void requireGood(HttpResponse<?> answer, String path) throws OriginUnverified, GitHubUnavailable {
        int status = answer.statusCode();
        if (status == HttpURLConnection.HTTP_OK) {
            return;
        }
        boolean limited = status == TOO_MANY_REQUESTS
                || (status == HttpURLConnection.HTTP_FORBIDDEN
                        && answer.headers()
                                .firstValue("X-RateLimit-Remaining")
                                .filter("0"::equals)
                                .isPresent());
        if (limited || status >= HttpURLConnection.HTTP_INTERNAL_ERROR) {
            throw new GitHubUnavailable("GitHub's API answered " + status + " for " + path);
        }
        throw new OriginUnverified(
                "GitHub's API answered " + status + " for " + path + " with the posted token",
                "give the job the permissions 'actions: read' and 'contents: read', and post its github.token");
    }
}

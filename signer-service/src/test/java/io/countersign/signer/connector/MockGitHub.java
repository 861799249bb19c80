package io.countersign.signer.connector;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** The part of GitHub's REST API that a connector asks, on loopback: one repository with one run and one artifact. */
public final class MockGitHub implements AutoCloseable {
    public static final String TOKEN = "ghs_theTokenOfTheJob";
    public static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
    private static final String REPOSITORY = "/repos/o/driver";

    private final HttpServer server;
    private final Map<String, String> answers = new ConcurrentHashMap<>();
    private final List<String> tokenSeenAt = new CopyOnWriteArrayList<>();
    private volatile byte[] archive = new byte[0];
    private volatile int status = 200;

    private MockGitHub(HttpServer server) {
        this.server = server;
    }

    public static MockGitHub start() throws IOException {
        MockGitHub github =
                new MockGitHub(HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
        github.server.createContext("/", exchange -> {
            String path = exchange.getRequestURI().toString();
            String authorization = exchange.getRequestHeaders().getFirst("Authorization");
            if (authorization != null) {
                github.tokenSeenAt.add(path);
            }
            byte[] body;
            int code = github.status;
            if (path.equals("/blob")) {
                body = github.archive;
            } else if (!("Bearer " + TOKEN).equals(authorization)) {
                code = 401;
                body = new byte[0];
            } else if (path.endsWith("/zip") && code == 200) {
                exchange.getResponseHeaders().set("Location", github.url() + "/blob");
                code = 302;
                body = new byte[0];
            } else {
                String answer = github.answers.get(path.replace(REPOSITORY, ""));
                code = answer == null && code == 200 ? 404 : code;
                body = (answer == null ? "{}" : answer).getBytes(StandardCharsets.UTF_8);
            }
            exchange.sendResponseHeaders(code, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        github.server.start();
        github.reset();
        return github;
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** A push to main, built on GitHub's runners. */
    public void reset() {
        answers.clear();
        status = 200;
        run("push", "main", "123");
        answer("/git/ref/heads/main", "{\"object\":{\"sha\":\"%s\",\"type\":\"commit\"}}".formatted("f".repeat(40)));
        compare("ahead");
        jobs("GitHub Actions", "ubuntu-latest");
    }

    public void run(String event, String ref, String headRepository) {
        answer("/actions/runs/9", """
                {"id": 9, "event": "%s", "head_branch": "%s", "head_sha": "%s", "run_attempt": 1,
                 "path": ".github/workflows/release.yml", "html_url": "https://github.com/o/driver/actions/runs/9",
                 "repository": {"id": 123, "owner": {"id": 45}, "html_url": "https://github.com/o/driver"},
                 "head_repository": {"id": %s, "full_name": "somebody/driver"}}
                """.formatted(event, ref, COMMIT, headRepository));
    }

    public void compare(String status) {
        answer("/compare/" + COMMIT + "..." + "f".repeat(40), "{\"status\": \"%s\"}".formatted(status));
    }

    public void jobs(String group, String label) {
        jobs(List.of(job(1, group, label)), List.of());
    }

    /** A job that had a runner, or none if its number is 0. */
    public static String job(int runner, String group, String label) {
        return "{\"runner_id\": %d, \"runner_group_name\": \"%s\", \"labels\": [\"%s\"]}"
                .formatted(runner, group, label);
    }

    /** Of the latest attempt, which GitHub shows alone unless it is asked for all, and of those before. */
    public void jobs(List<String> latest, List<String> before) {
        List<String> all = Stream.concat(latest.stream(), before.stream()).toList();
        answer("/actions/runs/9/jobs?per_page=100&page=1", jobs(latest));
        answer("/actions/runs/9/jobs?filter=all&per_page=100&page=1", jobs(all));
    }

    private static String jobs(List<String> jobs) {
        return "{\"total_count\": %d, \"jobs\": [%s]}".formatted(jobs.size(), String.join(", ", jobs));
    }

    /** The artifact 7 of a run, an archive of these files. */
    public void artifact(long run, Map<String, byte[]> files) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                zip.putNextEntry(new ZipEntry(file.getKey()));
                zip.write(file.getValue());
            }
        }
        archive = out.toByteArray();
        artifact(7, run, sha256(archive));
    }

    /** The same bytes as an artifact of another number. */
    public void artifact(long id, long run, String sha256) {
        answer(
                "/actions/artifacts/" + id,
                "{\"expired\": false, \"workflow_run\": {\"id\": %d}, \"digest\": \"sha256:%s\"}"
                        .formatted(run, sha256));
    }

    public String sha256() {
        return sha256(archive);
    }

    private static String sha256(byte[] octets) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(octets));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    public void answer(String path, String json) {
        answers.put(path, json);
    }

    public void forget(String path) {
        answers.remove(path);
    }

    public void answerAllWith(int code) {
        status = code;
    }

    public List<String> tokenSeenAt() {
        return tokenSeenAt;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}

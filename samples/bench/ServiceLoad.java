import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Clients of a signer, for samples/bench/service; run as a source file. Each submits a file of its own, waits, and fetches what came.
 *
 * <p>{@code load URL TOKEN-FILE FILE CLIENTS SECONDS} prints "ARTIFACTS SECONDS SUBMIT-P50 WHOLE-P50 WHOLE-P99", in
 * milliseconds. {@code fill DATABASE COUNT} puts finished requests with their audit events into a store.
 */
final class ServiceLoad {
    private static final Pattern LOCATION_ID = Pattern.compile("\"signingRequestId\"\\s*:\\s*\"([0-9a-f-]{36})\"");
    private static final String BOUNDARY = "countersign-bench-boundary";
    private static final AtomicLong NUMBER = new AtomicLong(System.nanoTime());

    public static void main(String[] arguments) throws IOException, InterruptedException, SQLException {
        if (arguments[0].equals("fill")) {
            fill(arguments[1], Integer.parseInt(arguments[2]));
        } else {
            load(
                    arguments[1] + "/v1/lab/SigningRequests/",
                    Files.readString(Path.of(arguments[2])).strip(),
                    Files.readAllBytes(Path.of(arguments[3])),
                    Integer.parseInt(arguments[4]),
                    Integer.parseInt(arguments[5]));
        }
    }

    private static void load(String base, String token, byte[] file, int clients, int seconds)
            throws InterruptedException {
        List<Long> submits = Collections.synchronizedList(new ArrayList<>());
        List<Long> wholes = Collections.synchronizedList(new ArrayList<>());
        long begin = System.nanoTime();
        long end = begin + seconds * 1_000_000_000L;
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            Thread thread = new Thread(() -> {
                HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
                try {
                    while (System.nanoTime() < end) {
                        one(http, base, token, file, submits, wholes);
                    }
                } catch (IOException | InterruptedException e) {
                    System.err.println(e);
                    System.exit(3);
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        double took = (System.nanoTime() - begin) / 1e9;
        System.out.printf(
                "%d %.3f %.1f %.1f %.1f%n", wholes.size(), took, at(submits, 0.5), at(wholes, 0.5), at(wholes, 0.99));
    }

    private static void one(
            HttpClient http, String base, String token, byte[] file, List<Long> submits, List<Long> wholes)
            throws IOException, InterruptedException {
        long begin = System.nanoTime();
        // An overlay of its own: the same bytes would be kept once.
        byte[] own = ByteBuffer.allocate(file.length + 8)
                .put(file)
                .putLong(NUMBER.incrementAndGet())
                .array();
        HttpResponse<String> submitted = http.send(
                request(base + "SubmitWithArtifact", token)
                        .header("Content-Type", "multipart/form-data; boundary=" + BOUNDARY)
                        .POST(BodyPublishers.ofByteArray(form(own)))
                        .build(),
                BodyHandlers.ofString());
        Matcher id = LOCATION_ID.matcher(submitted.body());
        if (submitted.statusCode() != 201 || !id.find()) {
            throw new IOException(submitted.statusCode() + " " + submitted.body());
        }
        submits.add(System.nanoTime() - begin);
        while (true) {
            String status = http.send(request(base + id.group(1) + "/Status?wait=30", token).build(), BodyHandlers.ofString())
                    .body();
            if (status.contains("\"Completed\"")) {
                break;
            }
            if (!status.contains("\"isFinalStatus\":false")) {
                throw new IOException(status);
            }
        }
        HttpResponse<byte[]> signed =
                http.send(request(base + id.group(1) + "/SignedArtifact", token).build(), BodyHandlers.ofByteArray());
        if (signed.statusCode() != 200 || signed.body().length <= own.length) {
            throw new IOException("no signed file: " + signed.statusCode());
        }
        wholes.add(System.nanoTime() - begin);
    }

    private static HttpRequest.Builder request(String url, String token) {
        return HttpRequest.newBuilder(URI.create(url)).header("Authorization", "Bearer " + token);
    }

    private static byte[] form(byte[] file) {
        byte[] head = ("--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"projectSlug\"\r\n\r\nhello-driver\r\n--"
                        + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"signingPolicySlug\"\r\n\r\ntest-signing\r\n--"
                        + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"artifact\"; filename=\"hello.sys\"\r\n"
                        + "Content-Type: application/octet-stream\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        byte[] tail = ("\r\n--" + BOUNDARY + "--\r\n").getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(head.length + file.length + tail.length)
                .put(head)
                .put(file)
                .put(tail)
                .array();
    }

    private static double at(List<Long> nanos, double share) {
        List<Long> sorted = new ArrayList<>(nanos);
        Collections.sort(sorted);
        return sorted.isEmpty() ? 0 : sorted.get((int) (share * (sorted.size() - 1))) / 1e6;
    }

    private static void fill(String database, int count) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            String rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " + count + ") ";
            String id = "printf('%08x-0000-4000-8000-%012x', i, i)";
            statement.execute(rows + "INSERT INTO signing_request (id, project, policy, policy_form, submitter, file_name,"
                    + " artifact_sha256, artifact_size, submitted_at, idempotency_key, state, attempt, signed_sha256,"
                    + " provenance, finished_at) SELECT " + id + ", 'hello-driver', 'test-signing', 'form', 'ci',"
                    + " 'hello.sys', printf('%064x', i), 1000, 1700000000000 + i, printf('key-%d', i), 'COMPLETED', 1,"
                    + " printf('%064x', -i), printf('%3000d', i), 1700000000000 + i FROM n");
            statement.execute(rows + "INSERT INTO audit_event (at, kind, request, attempt, actor, key_name,"
                    + " artifact_sha256, policy_sha256) SELECT 1700000000000 + i, 'INTENT', " + id + ", 1, 'ci',"
                    + " 'publisher', printf('%064x', i), printf('%064x', 1) FROM n");
            statement.execute(rows + "INSERT INTO audit_event (at, kind, request, attempt, result, output_sha256)"
                    + " SELECT 1700000000001 + i, 'OUTCOME', " + id + ", 1, 'SIGNED', printf('%064x', -i) FROM n");
            connection.commit();
        }
    }
}

package io.countersign.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Volume;
import io.countersign.verify.Verdict;
import io.countersign.verify.VerifyFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.startupcheck.OneShotStartupCheckStrategy;
import org.testcontainers.containers.wait.strategy.Wait;

/** The real images, as compose.yaml runs them: a home made by the cli image, the authority and the signer over it. */
class ContainersIT {
    private static final Path ROOT = Path.of(System.getProperty("countersign.root"));
    private static final Path DRIVER = ROOT.resolve("samples/hello-driver/prebuilt/hello.sys");
    private static final String HOME = "/var/lib/countersign";
    private static final String TAG = "it";
    private static final int SIGNER_PORT = 8317;
    private static final Duration START = Duration.ofMinutes(3);
    private static final Duration SIGN = Duration.ofMinutes(1);
    private static final String BOUNDARY = "countersign-" + UUID.randomUUID();

    private static final String VOLUME = "countersign-it-" + UUID.randomUUID();
    private static Network network;
    private static GenericContainer<?> tsa;
    private static GenericContainer<?> signer;

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        Engine.require();
        Engine.Output build = Engine.run(List.of("docker/build.sh", TAG), 600);
        assertThat(build.exitCode()).as(build.text()).isZero();
        network = Network.newNetwork();
        try (GenericContainer<?> init = container("cli")
                .withCommand("hsm", "init")
                .withStartupCheckStrategy(new OneShotStartupCheckStrategy().withTimeout(START))) {
            init.start();
        }
        tsa = container("tsa")
                .withNetworkAliases("tsa")
                .waitingFor(Wait.forHealthcheck().withStartupTimeout(START));
        signer = container("signer")
                .withEnv("COUNTERSIGN_TRUSTED_PROXY", "true")
                .withEnv("COUNTERSIGN_TSA_URL_LAB", "http://tsa:3161/")
                .withExposedPorts(SIGNER_PORT)
                .waitingFor(Wait.forHealthcheck().withStartupTimeout(START));
        tsa.start();
        signer.start();
    }

    @AfterAll
    static void stop() {
        if (network == null) {
            return;
        }
        for (GenericContainer<?> container : new GenericContainer<?>[] {signer, tsa}) {
            if (container != null) {
                container.stop();
            }
        }
        network.close();
        DockerClientFactory.instance().client().removeVolumeCmd(VOLUME).exec();
    }

    private static GenericContainer<?> container(String image) {
        return new GenericContainer<>("countersign-" + image + ":" + TAG)
                .withNetwork(network)
                .withImagePullPolicy(name -> false)
                .withCreateContainerCmdModifier(
                        command -> command.getHostConfig().withBinds(new Bind(VOLUME, new Volume(HOME))));
    }

    @Test
    void theImagesSignTheSampleDriver(@TempDir Path folder)
            throws IOException, InterruptedException, CertificateException {
        URI request = submit();
        JsonNode last = await(request);
        assertThat(last.path("status").asText()).as(last.toString()).isEqualTo("Completed");
        Path signed = folder.resolve("hello.sys");
        HttpResponse<Path> fetched = client.send(get(request, "/SignedArtifact"), BodyHandlers.ofFile(signed));
        assertThat(fetched.statusCode()).isEqualTo(200);

        Path codeRoot = fromHome("pki/lab-root.pem", folder.resolve("root.pem"));
        Path timestampRoot = fromHome("pki/lab-timestamp-root.pem", folder.resolve("timestamp-root.pem"));
        assertThat(new VerifyFile(certificates(codeRoot), certificates(timestampRoot), Instant.now())
                        .verify(signed)
                        .verdict())
                .isInstanceOf(Verdict.Trusted.class);
        osslsigncodeAgrees(signed, codeRoot, timestampRoot);
    }

    @Test
    void aCallerWithoutATokenIsTurnedAway() throws IOException, InterruptedException {
        HttpResponse<String> refused = client.send(
                submission().header("Authorization", "Bearer not-the-token").build(), BodyHandlers.ofString());
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(401);
    }

    @Test
    void theServicesRunAsNobodyInParticular() throws IOException, InterruptedException {
        for (GenericContainer<?> service : List.of(tsa, signer)) {
            assertThat(service.execInContainer("id", "-u").getStdout().strip()).isEqualTo("10001");
            assertThat(service.execInContainer("touch", "/opt/countersign/x").getExitCode())
                    .as("the application is writable by its own process")
                    .isNotZero();
        }
    }

    private URI submit() throws IOException, InterruptedException {
        HttpResponse<String> accepted =
                client.send(submission().header("Authorization", bearer()).build(), BodyHandlers.ofString());
        assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(201);
        String location = accepted.headers().firstValue("Location").orElseThrow();
        return server().resolve(URI.create(location).getPath());
    }

    private JsonNode await(URI request) throws IOException, InterruptedException {
        long start = System.nanoTime();
        while (true) {
            HttpResponse<String> answer = client.send(get(request, "/Status"), BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            JsonNode status = new ObjectMapper().readTree(answer.body());
            if (status.path("isFinalStatus").asBoolean()) {
                return status;
            }
            if (System.nanoTime() - start > SIGN.toNanos()) {
                return fail("after %s the request is still %s; the signer says:%n%s", SIGN, status, signer.getLogs());
            }
            Thread.sleep(200);
        }
    }

    private static HttpRequest.Builder submission() throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (List<String> field :
                List.of(List.of("projectSlug", "hello-driver"), List.of("signingPolicySlug", "test-signing"))) {
            body.writeBytes(("--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"" + field.get(0)
                            + "\"\r\n\r\n" + field.get(1) + "\r\n")
                    .getBytes(StandardCharsets.UTF_8));
        }
        body.writeBytes(("--" + BOUNDARY
                        + "\r\nContent-Disposition: form-data; name=\"artifact\"; filename=\"hello.sys\"\r\n"
                        + "Content-Type: application/octet-stream\r\n\r\n")
                .getBytes(StandardCharsets.UTF_8));
        body.writeBytes(Files.readAllBytes(DRIVER));
        body.writeBytes(("\r\n--" + BOUNDARY + "--\r\n").getBytes(StandardCharsets.UTF_8));
        return HttpRequest.newBuilder(server().resolve("/v1/lab/SigningRequests/SubmitWithArtifact"))
                .timeout(Duration.ofSeconds(30))
                .header("Content-Type", "multipart/form-data; boundary=" + BOUNDARY)
                .POST(BodyPublishers.ofByteArray(body.toByteArray()));
    }

    private static HttpRequest get(URI request, String part) throws IOException {
        return HttpRequest.newBuilder(URI.create(request + part))
                .timeout(Duration.ofSeconds(30))
                .header("Authorization", bearer())
                .build();
    }

    private static URI server() {
        return URI.create("http://" + signer.getHost() + ":" + signer.getMappedPort(SIGNER_PORT));
    }

    private static String bearer() {
        return "Bearer "
                + signer.copyFileFromContainer(
                        HOME + "/secrets/ci.token",
                        file -> new String(file.readAllBytes(), StandardCharsets.UTF_8).strip());
    }

    private static Path fromHome(String file, Path to) {
        signer.copyFileFromContainer(HOME + "/" + file, to.toString());
        return to;
    }

    private static List<X509Certificate> certificates(Path pem) throws IOException, CertificateException {
        try (InputStream in = Files.newInputStream(pem)) {
            return CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
                    .map(X509Certificate.class::cast)
                    .toList();
        }
    }

    /** A second opinion, where this machine has it. */
    private static void osslsigncodeAgrees(Path signed, Path codeRoot, Path timestampRoot)
            throws IOException, InterruptedException {
        Engine.Output opinion = Engine.run(
                List.of(
                        "osslsigncode",
                        "verify",
                        "-ignore-crl",
                        "-CAfile",
                        codeRoot.toString(),
                        "-TSA-CAfile",
                        timestampRoot.toString(),
                        signed.toString()),
                30);
        if (opinion.exitCode() == 127) {
            System.err.println("osslsigncode is not installed: no second opinion");
            return;
        }
        assertThat(opinion.exitCode()).as(opinion.text()).isZero();
        assertThat(opinion.text())
                .contains("Signature verification: ok", "Timestamp Server Signature verification: ok");
    }
}

package io.countersign.signer.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.fixture.PeSample;
import io.countersign.home.Configuration;
import io.countersign.home.Home;
import io.countersign.signer.audit.AuditLog;
import io.countersign.signer.fixture.LabHome;
import io.countersign.signer.fixture.LabTsa;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** A caller of the API over the real pipeline: SoftHSM, a timestamp authority over HTTP, the embedded store. */
@QuarkusTestResource(LabHome.class)
public abstract class ApiTranscript {
    protected static final String API = "/v1/lab/SigningRequests";
    protected static final byte[] DRIVER = PeSample.plus().overlay(3).toByteArray();

    @TestHTTPResource
    protected URI server;

    @Inject
    protected Home home;

    @Inject
    protected Supplier<Configuration> configuration;

    @Inject
    protected AuditLog audit;

    @TempDir
    protected Path folder;

    protected LabTsa tsa;

    private String configured;

    @AfterEach
    void theAuthorityRecovers() {
        tsa.behave(LabTsa.Mode.GOOD);
    }

    @AfterEach
    protected void theConfigurationIsAsItWas() throws IOException {
        if (configured != null) {
            Configuration present = configuration.get();
            Files.writeString(home.root().resolve("countersign.yaml"), configured);
            configured = null;
            awaitAnotherThan(present);
        }
    }

    /** Has the service read another configuration while the test runs: these projects more, and what follows them. */
    protected void configure(String projects) throws IOException {
        configure(text -> text + projects);
    }

    protected void configure(UnaryOperator<String> change) throws IOException {
        Path file = home.root().resolve("countersign.yaml");
        configured = Files.readString(file);
        Configuration present = configuration.get();
        Files.writeString(file, change.apply(configured));
        awaitAnotherThan(present);
    }

    private void awaitAnotherThan(Configuration present) {
        Instant deadline = Instant.now().plus(Duration.ofSeconds(20));
        while (configuration.get().equals(present)) {
            assertThat(Instant.now()).as("the configuration was not read again").isBefore(deadline);
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
    }

    protected RequestSpecification caller() throws IOException {
        return given().header("Authorization", "Bearer " + LabHome.token(home));
    }

    /** The administrator, who approves releases. */
    protected RequestSpecification admin() throws IOException {
        return given().header(
                        "Authorization",
                        "Bearer "
                                + Files.readString(home.secrets().resolve("admin.token"))
                                        .strip());
    }

    protected RequestSpecification form(byte[] artifact) throws IOException {
        return caller().multiPart("projectSlug", "hello-driver")
                .multiPart("signingPolicySlug", "test-signing")
                .multiPart("artifact", "hello.sys", artifact);
    }

    protected Response submit(byte[] artifact) throws IOException {
        return form(artifact).post(API + "/SubmitWithArtifact");
    }

    protected JsonPath finished(String location) throws IOException {
        return status(location, s -> s.getBoolean("isFinalStatus"));
    }

    /** The first status that is as wanted. */
    protected JsonPath status(String location, Predicate<JsonPath> wanted) throws IOException {
        Instant deadline = Instant.now().plus(Duration.ofSeconds(60));
        while (Instant.now().isBefore(deadline)) {
            JsonPath status = caller().get(location + "/Status")
                    .then()
                    .statusCode(200)
                    .extract()
                    .jsonPath();
            if (wanted.test(status)) {
                return status;
            }
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
        throw new AssertionError(location + " has no such status after a minute");
    }

    protected static UUID id(String location) {
        return UUID.fromString(location.substring(location.lastIndexOf('/') + 1));
    }

    protected byte[] signed(byte[] artifact) throws IOException {
        String location = submit(artifact).then().statusCode(201).extract().header("Location");
        assertThat(finished(location).getString("status")).isEqualTo("Completed");
        return caller().get(location + "/SignedArtifact")
                .then()
                .statusCode(200)
                .extract()
                .asByteArray();
    }

    protected List<Path> leftovers() throws IOException {
        try (Stream<Path> uploads = Files.list(home.state().resolve("uploads"));
                Stream<Path> work = Files.list(home.state().resolve("work"))) {
            return Stream.concat(uploads, work).toList();
        }
    }
}

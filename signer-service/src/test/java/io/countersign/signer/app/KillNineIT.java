package io.countersign.signer.app;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.fixture.PeSample;
import io.countersign.home.Home;
import io.countersign.signer.audit.AuditEvent.Intent;
import io.countersign.signer.audit.AuditEvent.Outcome;
import io.countersign.signer.audit.AuditEvent.Result;
import io.countersign.signer.audit.jdbc.JdbcAuditLog;
import io.countersign.signer.fixture.Database;
import io.countersign.signer.fixture.LabHome;
import io.countersign.signer.fixture.LabTsa;
import io.countersign.signer.fixture.SignerProcess;
import io.restassured.path.json.JsonPath;
import io.restassured.specification.RequestSpecification;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged service as a process of its own: killed, crowded, and given large files and little memory. */
@Tag("any-jdk")
class KillNineIT {
    private static final String API = "/v1/lab/SigningRequests";

    @TempDir
    Path folder;

    private Home home;

    @BeforeEach
    void forget() throws Exception {
        home = LabHome.withoutState();
    }

    private RequestSpecification caller(SignerProcess signer) throws Exception {
        return given().baseUri(signer.url().toString()).header("Authorization", "Bearer " + LabHome.token(home));
    }

    private UUID submit(SignerProcess signer, File artifact) throws Exception {
        String location = caller(signer)
                .multiPart("projectSlug", "hello-driver")
                .multiPart("signingPolicySlug", "test-signing")
                .multiPart("artifact", artifact)
                .post(API + "/SubmitWithArtifact")
                .then()
                .statusCode(201)
                .extract()
                .header("Location");
        return UUID.fromString(location.substring(location.lastIndexOf('/') + 1));
    }

    private JsonPath finished(SignerProcess signer, UUID id) throws Exception {
        Instant deadline = Instant.now().plus(Duration.ofSeconds(60));
        while (Instant.now().isBefore(deadline)) {
            JsonPath status = caller(signer).get(API + "/" + id + "/Status").jsonPath();
            if (status.getBoolean("isFinalStatus")) {
                return status;
            }
            LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
        }
        throw new AssertionError(id + " has no final status after a minute");
    }

    @Test
    void aRequestInHandSurvivesKillNineAndTheAuditLogTellsOfIt() throws Exception {
        UUID id;
        try (LabTsa hanging = LabTsa.start(home, LabTsa.Mode.HANGING);
                SignerProcess signer = SignerProcess.start(home, hanging)) {
            id = submit(
                    signer, PeSample.plus().writeTo(folder.resolve("hello.sys")).toFile());
            for (Path made : List.of(home.state(), home.state().resolve("uploads"), home.artifacts())) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made)))
                        .as(made.toString())
                        .isEqualTo("rwx------");
            }
            assertThat(hanging.wasAskedWithin(30))
                    .as("the key was used and the TSA asked")
                    .isTrue();
            signer.killNine();
        }
        try (LabTsa good = LabTsa.start(home, LabTsa.Mode.GOOD);
                SignerProcess signer = SignerProcess.start(home, good)) {
            assertThat(finished(signer, id).getString("status")).isEqualTo("Completed");
            caller(signer).get(API + "/" + id + "/SignedArtifact").then().statusCode(200);
        }
        assertThat(new JdbcAuditLog(Database.in(home.state()))
                        .of(id).stream()
                                .map(e -> e instanceof Outcome o
                                        ? o.attempt() + " " + o.result()
                                        : ((Intent) e).attempt() + " intent"))
                .containsExactly("1 intent", "1 " + Result.INTERRUPTED, "2 intent", "2 " + Result.SIGNED);
        try (Stream<Path> work = Files.list(home.state().resolve("work"));
                Stream<Path> uploads = Files.list(home.state().resolve("uploads"))) {
            assertThat(Stream.concat(work, uploads)).isEmpty();
        }
    }

    @Test
    void fiftyMegabytesPassThroughAProcessWithLittleMemory() throws Exception {
        Path large = PeSample.plus().sectionSize(50 << 20).writeTo(folder.resolve("large.sys"));
        try (LabTsa good = LabTsa.start(home, LabTsa.Mode.GOOD);
                SignerProcess signer = SignerProcess.start(home, good, "-Xmx48m")) {
            UUID id = submit(signer, large.toFile());
            assertThat(finished(signer, id).getString("status")).isEqualTo("Completed");
            byte[] signed =
                    caller(signer).get(API + "/" + id + "/SignedArtifact").asByteArray();
            assertThat(signed.length).isGreaterThan(50 << 20);
        }
    }

    @Test
    void aSecondProcessIsRefusedTheSameHome() throws Exception {
        try (LabTsa good = LabTsa.start(home, LabTsa.Mode.GOOD);
                SignerProcess first = SignerProcess.start(home, good)) {
            SignerProcess.Ended second = SignerProcess.runToItsEnd(home, good);
            assertThat(second.exitCode()).isEqualTo(3);
            assertThat(second.output())
                    .contains("another signer (process " + first.pid() + ")")
                    .doesNotContain("\tat ");
        }
    }

    @Test
    void anOpenAddressWithoutProtectionIsRefused() throws Exception {
        try (LabTsa good = LabTsa.start(home, LabTsa.Mode.GOOD)) {
            SignerProcess.Ended ended = SignerProcess.runToItsEnd(home, good, "-Dquarkus.http.host=0.0.0.0");
            assertThat(ended.exitCode()).isEqualTo(3);
            assertThat(ended.output()).contains("bearer tokens would cross the network in the clear");
        }
    }
}

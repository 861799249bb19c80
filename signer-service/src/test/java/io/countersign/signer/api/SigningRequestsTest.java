package io.countersign.signer.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.nullValue;

import io.countersign.fixture.Tool;
import io.countersign.provenance.VerifyProvenance;
import io.countersign.signer.audit.AuditEvent.Intent;
import io.countersign.signer.audit.AuditEvent.Outcome;
import io.countersign.signer.audit.AuditEvent.Result;
import io.countersign.signer.fixture.LabTsa;
import io.countersign.verify.Finding;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** What the API does with requests it accepts. */
@QuarkusTest
class SigningRequestsTest extends ApiTranscript {
    @Test
    void aDriverComesBackSignedTimestampedAndWithProvenance() throws IOException, GeneralSecurityException {
        String location = form(DRIVER)
                .multiPart("description", "nightly build")
                .post(API + "/SubmitWithArtifact")
                .then()
                .statusCode(201)
                .body("status", equalTo("InProgress"))
                .body("workflowStatus", equalTo("QueuedForProcessing"))
                .body("isFinalStatus", equalTo(false))
                .body("signedArtifactLink", nullValue())
                .header("Location", matchesPattern(server + "v1/lab/SigningRequests/[0-9a-f-]{36}"))
                .extract()
                .header("Location");

        JsonPath status = finished(location);
        assertThat(status.getString("status")).isEqualTo("Completed");
        assertThat(status.getString("workflowStatus")).isEqualTo("Completed");

        caller().get(location)
                .then()
                .statusCode(200)
                .body("isFinalStatus", equalTo(true))
                .body("webLink", equalTo(location))
                .body("description", equalTo("nightly build"))
                .body("projectSlug", equalTo("hello-driver"))
                .body("signingPolicySlug", equalTo("test-signing"))
                .body("unsignedArtifactLink", equalTo(location + "/UnsignedArtifact"))
                .body("signedArtifactLink", equalTo(location + "/SignedArtifact"))
                .body("provenanceLink", equalTo(location + "/Provenance"))
                .body("failureReason", nullValue());

        Path file = Files.write(
                folder.resolve("signed.sys"),
                caller().get(location + "/SignedArtifact")
                        .then()
                        .statusCode(200)
                        .header("Content-Disposition", containsString("filename=\"hello.sys\""))
                        .header("Content-Type", containsString("application/octet-stream"))
                        .extract()
                        .asByteArray());
        assertThat(caller().get(location + "/UnsignedArtifact").asByteArray()).isEqualTo(DRIVER);
        Path provenance = Files.write(
                folder.resolve("signed.intoto.jsonl"),
                caller().get(location + "/Provenance")
                        .then()
                        .statusCode(200)
                        .header("Content-Type", containsString("application/vnd.dsse.envelope.v1+json"))
                        .extract()
                        .asByteArray());
        assertThat(VerifyProvenance.verify(file, provenance, certificate("lab-evidence.pem")))
                .isNotEmpty()
                .noneMatch(f -> f.outcome() == Finding.Outcome.FAILED);

        assertThat(audit.of(id(location))).hasSize(2);
        assertThat(audit.of(id(location)).get(0)).isInstanceOfSatisfying(Intent.class, i -> {
            assertThat(i.actor()).isEqualTo("ci");
            assertThat(i.key()).isEqualTo("publisher");
        });
        assertThat(audit.of(id(location)).get(1))
                .isInstanceOfSatisfying(
                        Outcome.class, o -> assertThat(o.result()).isEqualTo(Result.SIGNED));
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void anIndependentToolAcceptsWhatComesBack() throws IOException {
        Path file = Files.write(folder.resolve("signed.sys"), signed(DRIVER));
        Tool.Run run = Tool.named("osslsigncode", "osslsigncode")
                .run(
                        "verify",
                        "-ignore-crl",
                        "-CAfile",
                        home.pki().resolve("lab-root.pem"),
                        "-TSA-CAfile",
                        home.pki().resolve("lab-timestamp-root.pem"),
                        file);
        assertThat(run.exitCode()).as(run.output()).isZero();
        assertThat(run.output())
                .contains("Signature verification: ok")
                .contains("Timestamp Server Signature verification: ok");
    }

    @Test
    void signPathsAddressAndTheOrganizationsIdInAnyCaseWorkToo() throws IOException {
        String organization = configuration.get().organization().id().toString().toUpperCase(Locale.ROOT);
        String base = "/API/v1/" + organization + "/SigningRequests";
        String location = form(DRIVER)
                .post(base + "/SubmitWithArtifact")
                .then()
                .statusCode(201)
                .header("Location", containsString(base))
                .extract()
                .header("Location");
        assertThat(finished(location).getString("webLink")).isEqualTo(location);
        caller().get(base + "/" + id(location).toString().toUpperCase(Locale.ROOT))
                .then()
                .statusCode(200);
    }

    @Test
    void aTimestampAuthorityThatIsDownIsWaitedForAndTheKeyNotUsedAgain() throws IOException {
        tsa.behave(LabTsa.Mode.DOWN);
        String location = submit(DRIVER).then().statusCode(201).extract().header("Location");

        JsonPath waiting = status(location, s -> s.getString("failureReason") != null);
        assertThat(waiting.getString("status")).isEqualTo("InProgress");
        assertThat(waiting.getString("workflowStatus")).isEqualTo("Processing");
        assertThat(waiting.getString("failureReason")).contains("waiting for its timestamp until", "503");
        caller().get(location + "/SignedArtifact").then().statusCode(404);
        tsa.behave(LabTsa.Mode.GOOD);

        assertThat(finished(location).getString("status")).isEqualTo("Completed");
        List<String> events = audit.of(id(location)).stream()
                .map(e -> e instanceof Outcome o
                        ? o.result().name()
                        : e.getClass().getSimpleName())
                .toList();
        assertThat(events).startsWith("Intent", "UNSTAMPED").endsWith("SIGNED").containsOnlyOnce("Intent");
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void aHostileFileNameComesBackHarmless() throws IOException {
        String location = caller().multiPart("projectSlug", "hello-driver")
                .multiPart("signingPolicySlug", "test-signing")
                .multiPart("artifact", "..\\..\\a;b<c>.sys", DRIVER)
                .post(API + "/SubmitWithArtifact")
                .then()
                .statusCode(201)
                .body("fileName", equalTo("a_b_c_.sys"))
                .extract()
                .header("Location");
        caller().get(location + "/UnsignedArtifact")
                .then()
                .header("Content-Disposition", endsWith("filename=\"a_b_c_.sys\"; filename*=UTF-8''a_b_c_.sys"));
    }

    @Test
    void theServiceIsReadyWhenItsKeysSign() {
        given().get("/q/health/ready")
                .then()
                .statusCode(200)
                .body("checks.find { it.name == 'keys' }.data.publisher", equalTo("signs"))
                .body("checks.find { it.name == 'keys' }.data.evidence", equalTo("signs"))
                .body("checks.find { it.name == 'workers' }.status", equalTo("UP"));
        given().get("/q/health/live").then().statusCode(200);
    }

    private X509Certificate certificate(String file) throws IOException, GeneralSecurityException {
        try (InputStream in = Files.newInputStream(home.pki().resolve(file))) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }
}

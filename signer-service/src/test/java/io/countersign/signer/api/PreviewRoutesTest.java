package io.countersign.signer.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.not;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Certificates, the audit log, API tokens and how often one may call. */
@QuarkusTest
class PreviewRoutesTest extends ApiTranscript {
    private static final String TOKENS = "/v1/lab/ApiTokens";

    @Test
    void certificatesAreThere() throws Exception {
        JsonPath list = caller().get("/api/v1-PRE/lab/certificates")
                .then()
                .statusCode(200)
                .body("name", hasItem("publisher"))
                .extract()
                .jsonPath();
        byte[] der = caller().get("/v1-pre/lab/Certificates/publisher/X509Certificate")
                .then()
                .statusCode(200)
                .contentType("application/pkix-cert")
                .extract()
                .asByteArray();
        X509Certificate certificate = (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
        assertThat(certificate.getSubjectX500Principal().getName())
                .isEqualTo(list.getString("find { it.name == 'publisher' }.subject"));
        caller().get("/v1-pre/lab/Certificates/root/X509Certificate").then().statusCode(404);
    }

    @Test
    void theAuditLogIsForAuditors() throws IOException {
        String location = submit(DRIVER).then().statusCode(201).extract().header("Location");
        finished(location);
        submit(new byte[] {1}).then().statusCode(400);
        caller().get("/v1-pre/lab/AuditLog/Events").then().statusCode(403).body("howToFix", containsString("auditor"));
        admin().get("/v1-pre/lab/AuditLog/Events")
                .then()
                .statusCode(200)
                .body("events.kind", hasItems("Intent", "Outcome", "Refusal"))
                .body("next", greaterThan(2));
        admin().get("/v1-pre/lab/AuditLog/SigningRequestEvents")
                .then()
                .statusCode(200)
                .body("events.kind", not(hasItem("Refusal")))
                .body("events.findAll { it.id == '" + id(location) + "' }.kind", hasItems("Intent", "Outcome"));
        int last = admin().get("/v1-pre/lab/AuditLog/Events").then().extract().path("next");
        admin().get("/v1-pre/lab/AuditLog/Events?after=" + last).then().body("events.size()", equalTo(0));
    }

    @Test
    void aTokenIsShownOnceAndDoesWhatItIsFor() throws IOException {
        JsonPath made = caller().contentType(ContentType.JSON)
                .body(Map.of("name", "nightly", "projectSlug", "hello-driver", "signingPolicySlug", "release-signing"))
                .post(TOKENS)
                .then()
                .statusCode(201)
                .header("Cache-Control", "no-store")
                .extract()
                .jsonPath();
        String secret = made.getString("token");
        caller().get(TOKENS)
                .then()
                .statusCode(200)
                .body("id", hasItem(made.getString("id")))
                .body(not(containsString(secret)));
        given().header("Authorization", "Bearer " + secret)
                .multiPart("projectSlug", "hello-driver")
                .multiPart("signingPolicySlug", "test-signing")
                .multiPart("artifact", "hello.sys", DRIVER)
                .post(API + "/SubmitWithArtifact")
                .then()
                .statusCode(403)
                .body("detail", containsString("this credential is not for policy"));
        given().header("Authorization", "Bearer " + secret)
                .contentType(ContentType.JSON)
                .body(Map.of("name", "another"))
                .post(TOKENS)
                .then()
                .statusCode(403);
        caller().post(TOKENS + "/" + made.getString("id") + "/Revoke").then().statusCode(200);
        given().header("Authorization", "Bearer " + secret)
                .get(API + "/Approvals")
                .then()
                .statusCode(401);
        caller().post(TOKENS + "/" + made.getString("id") + "/Revoke").then().statusCode(403);
        admin().get("/v1-pre/lab/AuditLog/Events")
                .then()
                .body(
                        "events.details.what",
                        hasItems(containsString("made API token \"nightly\""), containsString("revoked")));
    }

    @Test
    void onlyAdministratorsMakeTokensForOthers() throws IOException {
        caller().contentType(ContentType.JSON)
                .body(Map.of("name", "x", "identity", "admin"))
                .post(TOKENS)
                .then()
                .statusCode(403);
        String secret = admin().contentType(ContentType.JSON)
                .body(Map.of("name", "x", "identity", "ci", "expiresInDays", "1"))
                .post(TOKENS)
                .then()
                .statusCode(201)
                .extract()
                .path("token");
        given().header("Authorization", "Bearer " + secret)
                .get(API + "/Approvals")
                .then()
                .statusCode(200);
        given().header("Authorization", "Bearer " + secret)
                .contentType(ContentType.JSON)
                .body(Map.of("name", "one more", "expiresInDays", "366"))
                .post(TOKENS)
                .then()
                .statusCode(403)
                .body("detail", containsString("makes no others"));
        admin().contentType(ContentType.JSON)
                .body(Map.of("expiresInDays", "0", "signingPolicySlug", "test-signing", "colour", "red"))
                .post(TOKENS)
                .then()
                .statusCode(400)
                .body(
                        "errors.error",
                        hasItems(
                                containsString("expiresInDays"),
                                containsString("without its project"),
                                containsString("\"colour\" is unknown")));
    }
}

package io.countersign.signer.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import io.countersign.fixture.Tool;
import io.countersign.signer.fixture.LabHome;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The file that follows its description; and a client that knows curl and SignPath's documentation. */
@QuarkusTest
class LateArtifactRequestsTest extends ApiTranscript {
    private static final Map<String, String> ORDER =
            Map.of("projectSlug", "hello-driver", "signingPolicySlug", "test-signing", "description", "nightly build");

    private String announced() throws IOException {
        return caller().contentType(ContentType.JSON)
                .body(ORDER)
                .post(API + "/SubmitWithoutArtifact")
                .then()
                .statusCode(201)
                .body("status", equalTo("InProgress"))
                .body("workflowStatus", equalTo("RetrievingArtifact"))
                .body("isFinalStatus", equalTo(false))
                .body("unsignedArtifactLink", nullValue())
                .extract()
                .header("Location");
    }

    private Response upload(String location, byte[] artifact) throws IOException {
        return caller().multiPart("artifact", "hello.sys", artifact).post(location + "/UploadUnsignedArtifact");
    }

    @Test
    void theFileFollowsAndIsSignedAndASecondOneIsRefused() throws IOException {
        String location = announced();
        caller().get(location + "/Status").then().body("workflowStatus", equalTo("RetrievingArtifact"));
        caller().get(location + "/SignedArtifact")
                .then()
                .statusCode(409)
                .contentType("application/problem+json")
                .body("detail", containsString("has no file"));
        upload(location, new byte[100]).then().statusCode(400).body("howToFix", notNullValue());
        upload(location, DRIVER)
                .then()
                .statusCode(200)
                .body("webLink", equalTo(location))
                .body("fileName", equalTo("hello.sys"))
                .body("description", equalTo("nightly build"));
        upload(location, DRIVER)
                .then()
                .statusCode(409)
                .contentType("application/problem+json")
                .body("detail", containsString("has its file"));
        assertThat(finished(location).getString("status")).isEqualTo("Completed");
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void aFormDoesAsWellAndACanceledRequestTakesNoFile() throws IOException {
        String location = caller().multiPart("projectSlug", "hello-driver")
                .multiPart("signingPolicySlug", "test-signing")
                .post(API + "/SubmitWithoutArtifact")
                .then()
                .statusCode(201)
                .extract()
                .header("Location");
        admin().multiPart("artifact", "hello.sys", DRIVER)
                .post(location + "/UploadUnsignedArtifact")
                .then()
                .statusCode(403);
        caller().post(location + "/Cancel")
                .then()
                .statusCode(200)
                .body("status", equalTo("Canceled"))
                .body("isFinalStatus", equalTo(true))
                .body("failureReason", equalTo("canceled by ci"));
        upload(location, DRIVER).then().statusCode(409).body("detail", containsString("takes no file any more"));
        caller().post(location + "/Cancel").then().statusCode(409);
    }

    @Test
    void everythingWrongWithADescriptionIsSaidAtOnce() throws IOException {
        caller().contentType(ContentType.JSON)
                .body(Map.of(
                        "projectSlug", "no/slug",
                        "artifactConfigurationSlug", "default",
                        "origin.repositoryUrl", "https://example.test"))
                .post(API + "/SubmitWithoutArtifact")
                .then()
                .statusCode(400)
                .body("errors.error", hasItem("the field projectSlug is not a slug"))
                .body("errors.error", hasItem("the field signingPolicySlug is missing"))
                .body("errors.error", hasItem("the field artifactConfigurationSlug is not supported yet"))
                .body("errors.error", hasItem("the field origin.repositoryUrl is not taken from a submitter"));
        caller().contentType(ContentType.JSON)
                .body(Map.of("projectSlug", 7))
                .post(API + "/SubmitWithoutArtifact")
                .then()
                .statusCode(400)
                .body("detail", containsString("projectSlug is not text"));
    }

    @Test
    void aRequestIsResubmittedInJsonToo() throws IOException {
        String candidate = submit(DRIVER).then().statusCode(201).extract().header("Location");
        caller().contentType(ContentType.JSON)
                .body(Map.of(
                        "originalSigningRequestId", id(candidate).toString(), "signingPolicySlug", "release-signing"))
                .post(API + "/Resubmit")
                .then()
                .statusCode(201)
                .body("originalSigningRequestId", equalTo(id(candidate).toString()));
    }

    @Test
    void aScriptThatKnowsSignPathsDocumentationWorksByItsBaseUrl() throws IOException {
        Path script = Files.writeString(folder.resolve("sign.sh"), """
                set -eu
                umask 077
                printf 'header = "Authorization: Bearer %s"\\n' "$SIGNPATH_API_TOKEN" > auth
                location=$(curl -sS --fail -K auth -o reply.json -D - \\
                    -F projectSlug=hello-driver -F signingPolicySlug=test-signing \\
                    -F artifact=@hello.sys -F 'description=from a script' \\
                    "$BASE/SigningRequests/SubmitWithArtifact" | tr -d '\\r' | sed -n 's/^[Ll]ocation: //p')
                for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
                    curl -sS --fail -K auth -o status.json "$location/Status"
                    grep -q '"isFinalStatus":true' status.json && break
                    sleep 0.5
                done
                grep -q '"status":"Completed"' status.json
                curl -sS --fail -K auth -o signed.sys "$location/SignedArtifact"
                """);
        Files.write(folder.resolve("hello.sys"), DRIVER);
        Tool.Run run = Tool.named("sh", "dash")
                .in(folder)
                .with(Map.of(
                        "SIGNPATH_API_TOKEN",
                        LabHome.token(home),
                        "BASE",
                        server + "API/v1/" + configuration.get().organization().id()))
                .run(script);
        assertThat(run.exitCode()).as(run.output()).isZero();
        assertThat(Files.size(folder.resolve("signed.sys"))).isGreaterThan(DRIVER.length);
    }
}

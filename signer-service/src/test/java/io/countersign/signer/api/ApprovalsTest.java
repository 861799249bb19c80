package io.countersign.signer.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.atIndex;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;

import io.countersign.fixture.PeSample;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

@QuarkusTest
class ApprovalsTest extends ApiTranscript {
    private Response release() throws IOException {
        return caller().multiPart("projectSlug", "hello-driver")
                .multiPart("signingPolicySlug", "release-signing")
                .multiPart("artifact", "hello.sys", DRIVER)
                .post(API + "/SubmitWithArtifact");
    }

    /** The signer's HTTP client uses the common pool from JDK 25 on, which has one thread on two processors. */
    private static void inItsOwnThread(Runnable task) {
        new Thread(task).start();
    }

    private String waiting() throws IOException {
        return release()
                .then()
                .statusCode(201)
                .body("status", equalTo("WaitingForApproval"))
                .body("workflowStatus", equalTo("WaitingForApproval"))
                .body("isFinalStatus", equalTo(false))
                .body("approvalExpiresAt", notNullValue())
                .extract()
                .header("Location");
    }

    @Test
    void aWaitEndsWithTheCredentialItWasAskedWith() throws Exception {
        JsonPath made = caller().contentType("application/json")
                .body("{\"name\": \"for a while\"}")
                .post("/v1/lab/ApiTokens")
                .then()
                .statusCode(201)
                .extract()
                .jsonPath();
        String location = caller().multiPart("projectSlug", "hello-driver")
                .multiPart("signingPolicySlug", "release-signing")
                .multiPart("artifact", "hello.sys", DRIVER)
                .post(API + "/SubmitWithArtifact")
                .then()
                .statusCode(201)
                .extract()
                .header("Location");
        CompletableFuture<Integer> status = HttpClient.newHttpClient()
                .sendAsync(
                        HttpRequest.newBuilder(URI.create(location + "/Status?wait=30"))
                                .header("Authorization", "Bearer " + made.getString("token"))
                                .build(),
                        HttpResponse.BodyHandlers.discarding())
                .thenApply(HttpResponse::statusCode);
        LockSupport.parkNanos(Duration.ofSeconds(1).toNanos());
        caller().post("/v1/lab/ApiTokens/" + made.getString("id") + "/Revoke")
                .then()
                .statusCode(200);
        assertThat(status).isNotDone();
        admin().contentType("application/json")
                .body("{\"reason\": \"no\"}")
                .post(location + "/Deny")
                .then()
                .statusCode(200);
        assertThat(status.get(20, TimeUnit.SECONDS)).isEqualTo(404);
    }

    @Test
    void anApprovedRequestIsSigned() throws IOException {
        String location = waiting();
        admin().get(API + "/Approvals")
                .then()
                .statusCode(200)
                .body("signingRequestId", hasItem(id(location).toString()));
        admin().post(location + "/Approve").then().statusCode(200);
        assertThat(finished(location).getString("status")).isEqualTo("Completed");
        JsonPath envelope =
                caller().get(location + "/Provenance").then().extract().jsonPath();
        JsonPath statement = new JsonPath(
                new String(Base64.getDecoder().decode(envelope.getString("payload")), StandardCharsets.UTF_8));
        assertThat(statement.<String>getList("predicate.request.approvals.approver"))
                .containsExactly("admin");
        caller().get(location + "/Approvals").then().statusCode(200).body("approver", equalTo(List.of("admin")));
        assertThat(audit.of(id(location)))
                .extracting(e -> e.getClass().getSimpleName())
                .containsExactly("Approval", "Intent", "Outcome");
    }

    @Test
    void whoSubmittedItCannotApproveIt() throws IOException {
        String location = waiting();
        caller().post(location + "/Approve")
                .then()
                .statusCode(403)
                .contentType("application/problem+json")
                .body("errors.error", hasItem("nobody approves what they submitted"))
                .body("howToFix", notNullValue());
        caller().get(location + "/Status").then().body("status", equalTo("WaitingForApproval"));
    }

    @Test
    void aDenialNeedsAReasonAndTheSubmitterReadsIt() throws IOException {
        String location = waiting();
        admin().contentType(ContentType.JSON)
                .body("{}")
                .post(location + "/Deny")
                .then()
                .statusCode(400)
                .body("detail", containsString("the reason is missing"));
        admin().contentType(ContentType.JSON)
                .body(Map.of("reason", "the changelog is missing"))
                .post(location + "/Deny")
                .then()
                .statusCode(200)
                .body("status", equalTo("Denied"));
        JsonPath status = finished(location);
        assertThat(status.getString("status")).isEqualTo("Denied");
        assertThat(status.getString("failureReason")).isEqualTo("denied by admin: the changelog is missing");
        admin().post(location + "/Approve").then().statusCode(409);
    }

    @Test
    void whoWaitsForTheStatusIsAnsweredWhenItChanges() throws Exception {
        String location = waiting();
        long begin = System.nanoTime();
        caller().get(location + "/status?wait=1").then().body("status", equalTo("WaitingForApproval"));
        assertThat(System.nanoTime() - begin).isGreaterThan(900_000_000L);

        CompletableFuture<String> answer = CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return caller().get(location + "/Status?wait=30")
                                .then()
                                .extract()
                                .path("status");
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                ApprovalsTest::inItsOwnThread);
        Thread.sleep(100);
        assertThat(answer).isNotDone();
        caller().post(location + "/cancel").then().statusCode(200);
        assertThat(answer.get(5, TimeUnit.SECONDS)).isEqualTo("Canceled");
    }

    @Test
    void whoListensIsToldEachStatusUntilTheLast() throws Exception {
        String location = waiting();
        CompletableFuture<String> events = CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return caller().get(location + "/events")
                                .then()
                                .statusCode(200)
                                .contentType("text/event-stream")
                                .extract()
                                .asString();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                ApprovalsTest::inItsOwnThread);
        Thread.sleep(300);
        admin().post(location + "/Approve").then().statusCode(200);
        // More than an authority may take to answer before it is asked again.
        String told = events.get(90, TimeUnit.SECONDS);
        assertThat(told.lines().filter(l -> l.startsWith("data:")).toList())
                .hasSizeGreaterThanOrEqualTo(2)
                .satisfies(first -> assertThat(first).contains("WaitingForApproval"), atIndex(0))
                .last()
                .asString()
                .contains("Completed");
    }

    @Test
    void aCanceledRequestIsFinal() throws IOException {
        String location = waiting();
        caller().post(location + "/Cancel").then().statusCode(200).body("status", equalTo("Canceled"));
        assertThat(finished(location).getString("workflowStatus")).isEqualTo("Canceled");
        caller().post(location + "/Cancel").then().statusCode(409).body("howToFix", notNullValue());
    }

    @Test
    void requestsAreApprovedTogetherAndEachIsJudgedForItself() throws IOException {
        String good = waiting();
        String canceled = waiting();
        caller().post(canceled + "/Cancel").then().statusCode(200);
        String unknown = UUID.randomUUID().toString();
        admin().contentType(ContentType.JSON)
                .body(Map.of(
                        "approve", List.of(id(good).toString(), id(canceled).toString(), unknown)))
                .post(API + "/Approvals")
                .then()
                .statusCode(200)
                .body("$", hasSize(3))
                .body("[0].errors", hasSize(0))
                .body("[1].errors[0].error", containsString("does not wait for approval"))
                .body("[2].errors[0].error", containsString("no signing request"));
        assertThat(finished(good).getString("status")).isEqualTo("Completed");
    }

    @Test
    void aReleaseCandidateIsSignedAgainForRelease() throws IOException {
        String candidate = submit(DRIVER).then().statusCode(201).extract().header("Location");
        assertThat(finished(candidate).getString("status")).isEqualTo("Completed");
        String release = caller().multiPart(
                        "originalSigningRequestId", id(candidate).toString())
                .multiPart("signingPolicySlug", "release-signing")
                .multiPart("description", "1.0")
                .post(API + "/Resubmit")
                .then()
                .statusCode(201)
                .body("originalSigningRequestId", equalTo(id(candidate).toString()))
                .body("status", equalTo("WaitingForApproval"))
                .extract()
                .header("Location");
        admin().post(release + "/Approve").then().statusCode(200);
        assertThat(finished(release).getString("status")).isEqualTo("Completed");
        caller().multiPart("signingPolicySlug", "release-signing")
                .post(API + "/Resubmit")
                .then()
                .statusCode(400)
                .body("detail", containsString("originalSigningRequestId is missing"));
    }

    @Test
    void anOrderSentTwiceUnderOneKeyIsOneRequest() throws IOException {
        String key = UUID.randomUUID().toString();
        String first = form(DRIVER)
                .header("Idempotency-Key", key)
                .post(API + "/SubmitWithArtifact")
                .then()
                .statusCode(201)
                .extract()
                .header("Location");
        form(DRIVER)
                .multiPart("idempotencyKey", key)
                .post(API + "/SubmitWithArtifact")
                .then()
                .statusCode(200)
                .header("Location", equalTo(first));
        form(PeSample.plus().overlay(9).toByteArray())
                .header("Idempotency-Key", key)
                .post(API + "/SubmitWithArtifact")
                .then()
                .statusCode(409)
                .body("detail", containsString("the idempotency key was used for request"));
        form(DRIVER)
                .header("Idempotency-Key", "a b")
                .post(API + "/SubmitWithArtifact")
                .then()
                .statusCode(400)
                .body("detail", containsString("idempotency key is not"));
    }
}

package io.countersign.signer.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.hasSize;

import io.countersign.fixture.PeSample;
import io.countersign.signer.connector.MockGitHub;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The calls of SignPath's GitHub action, against a GitHub API on loopback. */
@QuarkusTest
class GitHubConnectorRequestsTest extends ApiTranscript {
    private static final String CONNECTOR = "/github/lab/SigningRequests";
    private static final AtomicInteger OVERLAY = new AtomicInteger(100);

    private MockGitHub github;
    private byte[] driver;

    @BeforeEach
    void aProjectOnGitHub() throws IOException {
        github = MockGitHub.start();
        // Artifacts are known again by their number, so each test has bytes of its own.
        driver = PeSample.plus().overlay(OVERLAY.incrementAndGet()).toByteArray();
        github.artifact(9, Map.of("build/hello.sys", driver));
        configure("""
                  - slug: connected
                    name: Built on GitHub
                    repository:
                      url: https://github.com/o/driver
                      id: "123"
                      ownerId: "45"
                      vouchers: [github-api]
                    policies:
                      - slug: test-signing
                        key: publisher
                        digest: sha256
                        timestampAuthorities: [lab]
                        submitters: [ci]
                        approvals: 0
                        origin: { branches: [main], tags: ["v*"], runners: [github-hosted], reruns: false }
                githubApi: %s
                """.formatted(github.url()));
    }

    @AfterEach
    void gitHubEnds() {
        github.close();
    }

    private Map<String, Object> order() {
        Map<String, Object> order = new HashMap<>();
        order.put("artifactId", "7");
        order.put("gitHubWorkflowRunId", "9");
        order.put("gitHubRepository", "o/driver");
        order.put("gitHubToken", MockGitHub.TOKEN);
        order.put("signPathProjectSlug", "connected");
        order.put("signPathSigningPolicySlug", "test-signing");
        order.put("signPathArtifactConfigurationSlug", "");
        order.put("parameters", Map.of());
        return order;
    }

    private Response post(Map<String, Object> order) throws IOException {
        return caller().contentType(ContentType.JSON).body(order).post(CONNECTOR + "?api-version=1.0");
    }

    private ValidatableResponse refused(String because) throws IOException {
        return post(order())
                .then()
                .statusCode(400)
                .body("validationResult.errors.error", hasItem(containsString(because)))
                .body("validationResult.errors[0].howToFix", containsString(" "));
    }

    @Test
    void whatAWorkflowBuiltIsSignedAndComesBackAsAnArchive() throws IOException {
        // A number of its own: the tests of refusals never make a request of 7.
        github.artifact(70, 9, github.sha256());
        Map<String, Object> order = order();
        order.put("artifactId", 70);
        String id = post(order)
                .then()
                .statusCode(201)
                .body("validationResult.errors", equalTo(List.of()))
                .body("logs.message", hasItems(containsString("refs/heads/main"), containsString("SHA-256")))
                .extract()
                .path("signingRequestId");
        assertThat(finished(API + "/" + id).getString("status")).isEqualTo("Completed");
        caller().get(CONNECTOR + "/" + id + "/Status?api-version=1.0")
                .then()
                .statusCode(200)
                .body("isFinalStatus", equalTo(true))
                .body("hasArtifactBeenDownloadedBySignPathInCaseOfArtifactRetrieval", equalTo(true));
        JsonPath envelope =
                caller().get(API + "/" + id + "/Provenance").then().extract().jsonPath();
        JsonPath statement = new JsonPath(
                new String(Base64.getDecoder().decode(envelope.getString("payload")), StandardCharsets.UTF_8));
        assertThat(statement.getString("predicate.build.vouchedBy")).isEqualTo("github-api");
        assertThat(statement.getString("predicate.build.commit")).isEqualTo(MockGitHub.COMMIT);
        byte[] archive = caller().get(CONNECTOR + "/" + id + "/SignedArtifact?api-version=1.0")
                .then()
                .statusCode(200)
                .contentType("application/zip")
                .extract()
                .asByteArray();
        byte[] signed = caller().get(API + "/" + id + "/SignedArtifact").asByteArray();
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(archive))) {
            assertThat(zip.getNextEntry().getName()).isEqualTo("hello.sys");
            assertThat(zip.readAllBytes()).isEqualTo(signed);
            assertThat(zip.getNextEntry()).isNull();
        }
        caller().get(API + "/" + id)
                .then()
                .body("origin.vouchedBy", equalTo("github-api"))
                .body("origin.buildData.buildSettingsFile.fileName", equalTo(".github/workflows/release.yml"))
                .body(
                        "origin.buildData.buildSettingsFile.downloadLink",
                        equalTo("https://github.com/o/driver/blob/" + MockGitHub.COMMIT
                                + "/.github/workflows/release.yml"))
                .body("origin.repositoryData.branchName", equalTo("main"))
                .body("origin.repositoryData.commitId", equalTo(MockGitHub.COMMIT));

        assertThat(post(order).then().statusCode(201).extract().<String>path("signingRequestId"))
                .as("the action asks again after an error of the network")
                .isEqualTo(id);
        assertThat(github.tokenSeenAt())
                .as("the storage behind the redirect is none of GitHub's API")
                .isNotEmpty()
                .doesNotContain("/blob");
    }

    @Test
    void whatWasNotBuiltFromTheRepositoryIsRefused() throws IOException {
        github.run("push", "main", "666");
        refused("need not be in the repository");
        github.run("pull_request", "main", "123");
        refused("need not be in the repository");
        github.run("workflow_run", "main", "123");
        refused("need not be in the repository");
        github.run("push", "topic", "123");
        refused("neither a branch nor a tag");
        github.answer("/git/ref/heads/topic", "{\"object\":{\"sha\":\"%s\"}}".formatted("f".repeat(40)));
        refused("\"refs/heads/topic\", which is none of the policy's branches");
    }

    @Test
    void aTagThatPassesForABranchIsRefused() throws IOException {
        github.answer(
                "/git/ref/tags/main", "{\"object\":{\"sha\":\"%s\",\"type\":\"commit\"}}".formatted(MockGitHub.COMMIT));
        refused("is a branch and a tag");
        github.forget("/git/ref/tags/main");
        // Nor once it is deleted again.
        github.compare("diverged");
        refused("is not in branch \"main\"");
    }

    @Test
    void anAnnotatedTagIsFollowedToItsCommit() throws IOException {
        github.run("release", "v1.0", "123");
        github.answer("/git/ref/tags/v1.0", "{\"object\":{\"sha\":\"%s\",\"type\":\"tag\"}}".formatted("a".repeat(40)));
        github.answer("/git/tags/" + "a".repeat(40), "{\"object\":{\"sha\":\"%s\"}}".formatted("b".repeat(40)));
        refused("is of commit " + "b".repeat(40));
        github.answer("/git/tags/" + "a".repeat(40), "{\"object\":{\"sha\":\"%s\"}}".formatted(MockGitHub.COMMIT));
        github.artifact(71, 9, github.sha256());
        Map<String, Object> order = order();
        order.put("artifactId", "71");
        post(order).then().statusCode(201).body("logs.message", hasItem(containsString("refs/tags/v1.0")));
    }

    @Test
    void policiesOfServiceAndRepositoryAreHeld() throws IOException {
        github.jobs("My machines", "self-hosted");
        refused("the build's runner was \"self-hosted\"");
        github.reset();
        String path = "/contents/.signpath/policies/connected/test-signing.yml?ref=" + MockGitHub.COMMIT;
        github.answer(path, "github-policies:\n  branch_rulesets: []\n");
        refused("'branch_rulesets' is not supported");
        github.answer(path, "github-policies:\n  runners:\n    require_github_hosted: true\n");
        github.jobs("My machines", "self-hosted");
        refused("the repository's own policy wants GitHub-hosted runners");
    }

    @Test
    void everyAttemptsRunnersCountAndJobsWithoutOneDoNot() throws IOException {
        String hosted = MockGitHub.job(1, "GitHub Actions", "ubuntu-latest");
        String own = MockGitHub.job(2, "My machines", "self-hosted");
        String skipped = MockGitHub.job(0, "", "self-hosted");
        github.jobs(List.of(hosted), List.of(own));
        refused("the build's runner was \"self-hosted\"");
        github.jobs(List.of(MockGitHub.job(0, "GitHub Actions", "ubuntu-latest")), List.of());
        refused("the build's runner was \"self-hosted\"");
        github.jobs(List.of(hosted, skipped), List.of(skipped));
        github.artifact(72, 9, github.sha256());
        Map<String, Object> order = order();
        order.put("artifactId", "72");
        post(order).then().statusCode(201);
    }

    @Test
    void anArtifactIsOneFileOfTheVeryRun() throws IOException {
        github.artifact(8, Map.of("hello.sys", driver));
        refused("is not of run 9");
        github.artifact(9, Map.of("a.sys", driver, "b.sys", driver));
        refused("the artifact has more than one file");
        github.artifact(9, Map.of("folder/", driver));
        refused("the artifact has a folder with content");
        github.artifact(9, Map.of("folder/", new byte[0]));
        refused("the artifact has no file");
        github.artifact(9, Map.of("hello.txt", new byte[] {1, 2, 3}));
        post(order()).then().statusCode(400).body("validationResult.errors", hasSize(1));
        github.artifact(7, 9, "0".repeat(64));
        post(order()).then().statusCode(503).header("Retry-After", "10").body("detail", containsString("sent another"));
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void whatIsWrongWithTheOrderIsToldAtOnce() throws IOException {
        Map<String, Object> order = order();
        order.put("gitHubRepository", "../../etc");
        order.put("gitHubToken", "");
        order.put("parameters", Map.of("version", "1"));
        order.put("somethingNew", "x");
        post(order)
                .then()
                .statusCode(400)
                .body("validationResult.errors", hasSize(3))
                .body("logs.message", hasItem(containsString("somethingNew")));
        order = order();
        order.put("gitHubToken", "ghs_another");
        post(order).then().statusCode(400).body("validationResult.errors[0].error", containsString("answered 401"));
        github.answerAllWith(502);
        post(order()).then().statusCode(503).header("Retry-After", "10");
    }
}

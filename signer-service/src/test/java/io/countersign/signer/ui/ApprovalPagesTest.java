package io.countersign.signer.ui;

import static org.assertj.core.api.Assertions.assertThat;

import io.agroal.api.AgroalDataSource;
import io.quarkus.agroal.DataSource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What somebody who signed in sees and does. */
@QuarkusTest
class ApprovalPagesTest extends PagesTranscript {
    @Inject
    @DataSource("embedded")
    AgroalDataSource store;

    @Test
    void thePageTellsWhatOneDecidesOn() throws Exception {
        String location = waiting("hello.sys", "nightly");
        signedIn();
        String sha256 = requestOf(location);
        browser.says(
                "<h2 id=\"file-" + id(location) + "\"><bdi>hello.sys</bdi></h2>",
                "hello-driver / release-signing – nightly",
                sha256,
                "<dt>Submitted by</dt><dd>ci</dd>",
                "0 of 1",
                "nobody vouches for where it was built",
                "<dt>Expires</dt><dd><time datetime=\"");
        caller().post(location + "/Cancel").then().statusCode(200);
    }

    private String requestOf(String location) throws Exception {
        byte[] file = caller().get(location + "/UnsignedArtifact")
                .then()
                .statusCode(200)
                .extract()
                .asByteArray();
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(file));
    }

    @Test
    void allThatAreTickedAreApprovedAndEachIsJudgedForItself() throws Exception {
        String one = waiting("one.sys");
        String two = waiting("two.sys");
        String gone = waiting("gone.sys");
        signedIn();
        caller().post(gone + "/Cancel").then().statusCode(200);
        browser.submit(
                        "/ui/approve",
                        "id",
                        id(one).toString(),
                        "id",
                        id(gone).toString(),
                        "id",
                        id(two).toString(),
                        "id",
                        "no-such")
                .answered(409)
                .says(
                        "2 requests were approved.",
                        "\u2068gone.sys\u2069: request " + id(gone) + " does not wait for approval",
                        "There is no such request that you may see.");
        assertThat(finished(one).getString("status")).isEqualTo("Completed");
        assertThat(finished(two).getString("status")).isEqualTo("Completed");
        browser.submit("/ui/approve").answered(400).says("Nothing was ticked.");
    }

    @Test
    void whereTheStoreFailsHalfWayItIsSaidWhatWasApproved() throws Exception {
        String one = waiting("one.sys");
        String two = waiting("two.sys");
        String three = waiting("three.sys");
        signedIn();
        database("CREATE TRIGGER full BEFORE INSERT ON approval WHEN NEW.request = '" + id(two)
                + "' BEGIN SELECT RAISE(ABORT, 'the disk is full'); END");
        try {
            browser.submit(
                            "/ui/approve",
                            "id",
                            id(one).toString(),
                            "id",
                            id(two).toString(),
                            "id",
                            id(three).toString())
                    .answered(503)
                    .says(
                            "Request " + id(one) + " was approved.",
                            "Whether request " + id(two) + " was approved is not certain.",
                            "The service cannot reach its store.");
        } finally {
            database("DROP TRIGGER full");
        }
        assertThat(finished(one).getString("status")).isEqualTo("Completed");
        assertThat(status(three)).isEqualTo("WaitingForApproval");
        caller().post(two + "/Cancel").then().statusCode(200);
        caller().post(three + "/Cancel").then().statusCode(200);
    }

    private void database(String sql) throws SQLException {
        try (Connection connection = store.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    void aDenialNeedsAReasonThatTheSubmitterReads() throws Exception {
        String location = waiting("hello.sys");
        signedIn();
        browser.submit("/ui/deny", "id", id(location).toString(), "reason", " ")
                .answered(400)
                .says("The reason is missing");
        assertThat(status(location)).isEqualTo("WaitingForApproval");
        String reason = "Änderungsliste fehlt: " + "€".repeat(400);
        browser.submit("/ui/deny", "id", id(location).toString(), "reason", reason)
                .redirectedTo("/ui")
                .follow()
                .says("1 request was denied.");
        assertThat(finished(location).getString("failureReason")).isEqualTo("denied by admin: " + reason);
    }

    @Test
    void whatOthersWroteIsShownAndIsNoHtml() throws Exception {
        String location = waiting("<img src=x onerror=alert(1)>.sys", "</p><script>alert('1')</script>\"'&");
        signedIn();
        assertThat(browser.page())
                .doesNotContain("<script", "<img", "onerror=alert")
                .contains("&lt;/p&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&quot;&#39;&amp;");
        caller().post(location + "/Cancel").then().statusCode(200);
    }

    @Test
    void whoSubmittedItCannotApproveItHere() throws Exception {
        configure(text -> text.replace("submitters: [ci]", "submitters: [ci, admin]")
                .replace("approvers: [admin]", "approvers: [admin, ci]"));
        String own = admin().multiPart("projectSlug", "hello-driver")
                .multiPart("signingPolicySlug", "release-signing")
                .multiPart("artifact", "own.sys", DRIVER)
                .post(API + "/SubmitWithArtifact")
                .then()
                .statusCode(201)
                .extract()
                .header("Location");
        signedIn();
        assertThat(browser.page()).doesNotContain(id(own).toString());
        browser.submit("/ui/approve", "id", id(own).toString())
                .answered(409)
                .says("nobody approves what they submitted");
        assertThat(status(own)).isEqualTo("WaitingForApproval");
        caller().post(own + "/Cancel");
        admin().post(own + "/Cancel").then().statusCode(200);
    }

    @Test
    void whoHasApprovedIsToldThatOthersAreWaitedFor() throws Exception {
        configure(text -> text.replace("approvers: [admin]", "approvers: [admin, second]")
                .replace("approvals: 1", "approvals: 2")
                .replace(
                        "\nidentities:\n",
                        "\nidentities:\n  - name: second\n    tokenSha256: \"" + "0".repeat(64) + "\"\n"));
        String location = waiting("hello.sys");
        signedIn().submit("/ui/approve", "id", id(location).toString()).redirectedTo("/ui");
        browser.follow().says("Nothing waits for you.", "1 of 2 (admin)", "You have approved it. It waits for others.");
        String later = waiting("later.sys");
        String page = browser.get("/ui").page();
        assertThat(page.indexOf("Approved by you"))
                .isGreaterThan(page.indexOf("later.sys"))
                .isLessThan(page.indexOf("hello.sys"));
        caller().post(location + "/Cancel").then().statusCode(200);
        caller().post(later + "/Cancel").then().statusCode(200);
    }

    @Test
    void aSessionIsOverWhenSomebodySignsOut() throws Exception {
        signedIn();
        String secret = browser.cookies.get("countersign-session");
        String mark = browser.mark();
        browser.submit("/ui/sign-out").redirectedTo("/ui/sign-in");
        assertThat(browser.cookies).isEmpty();
        browser.cookies.put("countersign-session", secret);
        browser.get("/ui").redirectedTo("/ui/sign-in");
        String location = waiting("hello.sys");
        browser.post("/ui/approve", "id", id(location).toString(), "mark", mark).redirectedTo("/ui/sign-in");
        assertThat(status(location)).isEqualTo("WaitingForApproval");
        caller().post(location + "/Cancel").then().statusCode(200);
    }

    @Test
    void whoSignsInAnewHasOneSession() throws Exception {
        signedIn();
        String first = browser.cookies.get("countersign-session");
        signedIn();
        Browser another = new Browser(server);
        another.cookies.put("countersign-session", first);
        another.get("/ui").redirectedTo("/ui/sign-in");
    }

    @Test
    void onlyATokenOfTheConfigurationOpensASession() throws Exception {
        String api = issued.apiToken("admin", "x", Optional.empty(), Duration.ofHours(1))
                .secret();
        browser.post("/ui/sign-in", "token", api)
                .answered(403)
                .says("This token was given out by the service and opens no session.");
        browser.post("/ui/sign-in", "token", "wrong").answered(403).says("Nobody in countersign.yaml has this token.");
        browser.post("/ui/sign-in").answered(403);
        assertThat(browser.cookies).isEmpty();
        assertThat(browser.page()).doesNotContain("wrong");
    }

    @Test
    void anAdministratorEndsASessionByTheIdThatRecordsBear() throws Exception {
        signedIn();
        UUID session = issued.findSession(browser.cookies.get("countersign-session"))
                .orElseThrow()
                .id();
        caller().post("/v1/lab/ApiTokens/" + session + "/Revoke").then().statusCode(403);
        browser.get("/ui").answered(200);
        admin().post("/v1/lab/ApiTokens/" + session + "/Revoke").then().statusCode(200);
        browser.get("/ui").redirectedTo("/ui/sign-in");
    }

    @Test
    void whoSignedInAsksForPagesAsOftenAsTheirIdentityMayCall() throws Exception {
        signedIn();
        String mark = browser.mark();
        configure(text -> text.replaceAll("(name: admin\\s+)(tokenSha256: )", "$1requestsPerMinute: 3\n    $2"));
        for (int i = 0; i < 3; i++) {
            browser.get("/ui").answered(200);
        }
        browser.get("/ui").answered(429).says("admin has called more often than it may.");
        assertThat(browser.last().headers().firstValue("Retry-After").orElseThrow())
                .matches("[1-9][0-9]?");
        browser.post("/ui/approve", "mark", mark).answered(429);
        browser.post("/ui/sign-in", "token", token("admin")).answered(429);
        assertThat(browser.cookies).containsOnlyKeys("countersign-session");
    }

    @Test
    void aTokenThatIsReplacedEndsItsSessions() throws Exception {
        signedIn();
        configure(text ->
                text.replaceAll("(name: admin\\s+tokenSha256: )\"[0-9a-f]{64}\"", "$1\"" + "0".repeat(64) + "\""));
        browser.get("/ui").redirectedTo("/ui/sign-in");
    }
}

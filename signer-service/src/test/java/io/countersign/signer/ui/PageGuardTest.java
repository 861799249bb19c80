package io.countersign.signer.ui;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What nobody else can have somebody do who signed in, and what a session and a token are not good for. */
@QuarkusTest
class PageGuardTest extends PagesTranscript {
    @ParameterizedTest
    @CsvSource({
        "https://evil.example, cross-site",
        "https://evil.example, ''",
        "'', cross-site",
        "'', same-site",
        "'', none",
        "null, ''",
        "OURS, same-site",
        "'', ''"
    })
    void aFormOfAnotherSiteDoesNothing(String origin, String fetched) throws Exception {
        String location = waiting("hello.sys");
        signedIn();
        String mark = browser.mark();
        String from = origin.equals("OURS") ? browser.origin() : origin;
        browser.postFrom(from, fetched, "/ui/approve", "id", id(location).toString(), "mark", mark)
                .answered(403)
                .says("The form did not come from a page of");
        assertThat(status(location)).isEqualTo("WaitingForApproval");
        new Browser(server)
                .postFrom(from, fetched, "/ui/sign-in", "token", token("admin"))
                .answered(403);
        browser.postFrom(browser.origin(), "", "/ui/deny", "id", id(location).toString(), "mark", mark, "reason", "no")
                .redirectedTo("/ui");
    }

    @Test
    void aFormWithoutTheMarkOfItsSessionDoesNothing() throws Exception {
        String location = waiting("hello.sys");
        String others = new Browser(server)
                .post("/ui/sign-in", "token", token("admin"))
                .follow()
                .mark();
        signedIn();
        assertThat(browser.mark()).isNotEqualTo(others);
        String id = id(location).toString();
        browser.post("/ui/approve", "id", id).answered(403).says("The form is not of this session.");
        browser.post("/ui/approve", "id", id, "mark", others).answered(403);
        browser.post("/ui/approve", "id", id, "mark", browser.mark(), "mark", others)
                .answered(403);
        browser.post("/ui/deny", "id", id, "reason", "no", "mark", others).answered(403);
        browser.post("/ui/sign-out", "mark", others).answered(403);
        browser.get("/ui").answered(200);
        assertThat(status(location)).isEqualTo("WaitingForApproval");
        caller().post(location + "/Cancel").then().statusCode(200);
    }

    @Test
    void nobodyHasThePageSayThatSomethingWasDone() throws Exception {
        signedIn();
        browser.get("/ui?said=approved-9&mark=" + browser.mark()).answered(200);
        assertThat(browser.page()).doesNotContain("were approved");
    }

    @Test
    void aSessionIsNoTokenAndATokenIsNoSession() throws Exception {
        String api = issued.apiToken("admin", "x", Optional.empty(), Duration.ofHours(1))
                .secret();
        signedIn();
        String session = browser.cookies.get("countersign-session");
        given().header("Authorization", "Bearer " + session)
                .get(API + "/Approvals")
                .then()
                .statusCode(401);
        given().cookie("countersign-session", session)
                .get(API + "/Approvals")
                .then()
                .statusCode(401);
        given().header("Authorization", "Bearer " + api)
                .get(API + "/Approvals")
                .then()
                .statusCode(200);
        for (String other : new String[] {api, token("admin"), "csn_" + "x".repeat(43), ""}) {
            browser.cookies.put("countersign-session", other);
            browser.get("/ui").redirectedTo("/ui/sign-in");
        }
        given().header("Authorization", "Bearer " + api)
                .redirects()
                .follow(false)
                .get("/ui")
                .then()
                .statusCode(303);
    }

    @Test
    void apiTokensAreListedWithoutSessions() throws Exception {
        signedIn();
        assertThat(admin().get("/v1/lab/ApiTokens").then().extract().<String>path("name.join(' ')"))
                .doesNotContain("configuration:");
    }

    @Test
    void everyPageIsStrictAndLoadsNothingFromElsewhere() throws Exception {
        signedIn();
        for (String page : new String[] {"/ui", "/ui/sign-in", "/ui/sign-in/nobody", "/ui/signed-in/nobody"}) {
            browser.get(page);
            assertThat(browser.last().headers().map())
                    .containsEntry(
                            "content-security-policy",
                            List.of(
                                    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"))
                    .containsEntry("x-content-type-options", List.of("nosniff"))
                    .containsEntry("referrer-policy", List.of("same-origin"))
                    .containsEntry("cache-control", List.of("no-store"))
                    .containsEntry("content-type", List.of("text/html;charset=UTF-8"));
            assertThat(browser.page())
                    .contains("<html lang=\"en\">", "href=\"/ui/countersign.css\"")
                    .doesNotContain("style=", "<script", "src=");
        }
        assertThat(browser.get("/ui/countersign.css").last().headers().firstValue("content-type"))
                .contains("text/css;charset=UTF-8");
        browser.postFrom("https://evil.example", "", "/ui/sign-in", "token", "x");
        assertThat(browser.last().headers().firstValue("content-security-policy"))
                .isPresent();
    }

    @Test
    void nobodySignsInInTheClearOrUnderAStrangeName() throws IOException {
        given().header("Host", "sign.example")
                .get("/ui/sign-in")
                .then()
                .statusCode(403)
                .body(containsString("Pages are served over HTTPS, or to this machine alone."));
        given().header("Host", "sign.example")
                .header("Origin", "http://sign.example")
                .formParam("token", token("admin"))
                .post("/ui/sign-in")
                .then()
                .statusCode(403)
                .header("Set-Cookie", nullValue());
    }

    @Test
    void formsAreSmall() throws Exception {
        browser.post("/ui/sign-in", "token", "x".repeat(8 << 10)).answered(413);
    }

    @ParameterizedTest
    @CsvSource({
        "/ui/../v1/lab/SigningRequests/Approvals",
        "/ui/%2e%2e/v1/lab/ApiTokens",
        "/ui/..;/v1/lab/ApiTokens",
        "/ui;x=/../../v1/lab/ApiTokens",
        "/ui//..//v1/lab/ApiTokens",
        "/ui/x/y/z",
        "/ui/%61pprove",
        "/uI"
    })
    void noSpellingOfAPageIsAWayRoundAuthentication(String address) {
        given().urlEncodingEnabled(false).get(address).then().statusCode(401);
    }

    @ParameterizedTest
    @CsvSource({
        "GET http:/ui?://h/v1/lab/SigningRequests",
        "GET x:/ui?://h/v1/lab/ApiTokens",
        "GET http:/ui/sign-in?://h/v1/lab/SigningRequests",
        "POST http:/v1/lab/oauth/token?://h/v1/lab/SigningRequests/SubmitWithArtifact",
    })
    void noTargetThatIsAPageToOneReaderAloneIsAWayRoundAuthentication(String line) throws Exception {
        // By the filter, not by the resource, before which a body would have been read.
        assertThat(Wire.ask(server, "127.0.0.1", line, "Content-Length: 0"))
                .startsWith("HTTP/1.1 401")
                .contains("there is no Authorization header");
    }

    @Test
    void theApisDescriptionHasNoPages() {
        Map<String, Object> paths =
                given().get("/q/openapi?format=json").then().extract().path("paths");
        assertThat(paths).isNotEmpty();
        assertThat(paths.keySet()).noneMatch(p -> p.startsWith("/ui"));
    }
}

package io.countersign.signer.ui;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.countersign.signer.api.ApiTranscript;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A proxy speaks HTTPS in front, and has the pages below a path of its own. */
@QuarkusTest
@TestProfile(BehindProxyTest.Proxied.class)
class BehindProxyTest extends ApiTranscript {
    /** Where people reach the service. */
    public static final class Proxied implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("countersign.public-url", "https://sign.example/signing/");
        }
    }

    private Response signIn(String origin) throws IOException {
        return form(origin)
                .formParam(
                        "token",
                        Files.readString(home.secrets().resolve("admin.token")).strip())
                .post("/ui/sign-in");
    }

    private static RequestSpecification form(String origin) {
        return given().redirects().follow(false).header("Origin", origin);
    }

    @Test
    void addressesAndCookiesAreThoseOfThePublicUrl() throws IOException {
        Response answer = signIn("https://sign.example");
        answer.then().statusCode(303).header("Location", equalTo("https://sign.example/signing/ui"));
        String cookie = answer.header("Set-Cookie");
        assertThat(cookie)
                .startsWith("__Host-countersign-session=csn_")
                .contains("Secure", "HttpOnly", "SameSite=Lax", "Path=/")
                .doesNotContain("Domain");
        String secret = answer.getCookie("__Host-countersign-session");
        given().cookie("__Host-countersign-session", secret)
                .get("/ui")
                .then()
                .statusCode(200)
                .body(containsString("Signed in as <strong>admin</strong>"))
                .body(containsString("action=\"/signing/ui/sign-out\""))
                .body(containsString("href=\"/signing/ui/countersign.css\""));
        given().redirects()
                .follow(false)
                .cookie("countersign-session", secret)
                .get("/ui")
                .then()
                .statusCode(303);
    }

    @Test
    void anotherAddressOfTheServiceIsAnotherSite() throws IOException {
        signIn(server.toString().replaceAll("/+$", ""))
                .then()
                .statusCode(403)
                .body(containsString("Open that address and try again there."))
                .body(containsString("https://sign.example"));
    }
}

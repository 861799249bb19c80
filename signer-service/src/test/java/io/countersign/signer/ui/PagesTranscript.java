package io.countersign.signer.ui;

import io.countersign.fixture.PeSample;
import io.countersign.signer.api.ApiTranscript;
import io.countersign.signer.identity.token.IssuedTokens;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;

/** Somebody with a browser, and requests that wait. */
abstract class PagesTranscript extends ApiTranscript {
    private static final AtomicInteger OVERLAY = new AtomicInteger(500);

    @Inject
    IssuedTokens issued;

    Browser browser;

    @BeforeEach
    void aBrowser() {
        browser = new Browser(server);
    }

    String token(String name) throws IOException {
        return Files.readString(home.secrets().resolve(name + ".token")).strip();
    }

    /** The administrator of a fresh home. */
    Browser signedIn() throws Exception {
        return browser.post("/ui/sign-in", "token", " " + token("admin") + "\n")
                .redirectedTo("/ui")
                .follow()
                .answered(200)
                .says("Signed in as <strong>admin</strong>");
    }

    String waiting(String fileName) throws IOException {
        return waiting(fileName, "");
    }

    String waiting(String fileName, String description) throws IOException {
        return caller().multiPart("projectSlug", "hello-driver")
                .multiPart("signingPolicySlug", "release-signing")
                .multiPart("description", description)
                .multiPart(
                        "artifact",
                        fileName,
                        PeSample.plus().overlay(OVERLAY.incrementAndGet()).toByteArray())
                .post(API + "/SubmitWithArtifact")
                .then()
                .statusCode(201)
                .extract()
                .header("Location");
    }

    String status(String location) throws IOException {
        return caller().get(location + "/Status").then().extract().path("status");
    }
}

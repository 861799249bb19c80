package io.countersign.signer.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import io.agroal.api.AgroalDataSource;
import io.quarkus.agroal.DataSource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the API does not accept, and how it says so. */
@QuarkusTest
class RefusalsTest extends ApiTranscript {
    @Inject
    @DataSource("embedded")
    AgroalDataSource database;

    @Test
    void withoutATokenThereIsNoAnswerButHowToGetOne() {
        given().get(API + "/" + UUID.randomUUID())
                .then()
                .statusCode(401)
                .header("WWW-Authenticate", containsString("Bearer"))
                .contentType("application/problem+json")
                .body("title", equalTo("Unauthorized"))
                .body("status", equalTo(401))
                .body("howToFix", containsString("Authorization: Bearer"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/%761/lab/SigningRequests",
                "//v1/lab/SigningRequests",
                "/v1;a=b/lab/SigningRequests",
                "/elsewhere"
            })
    void noSpellingOfAnAddressGoesRoundAuthentication(String address) {
        given().urlEncodingEnabled(false)
                .get(address + "/" + UUID.randomUUID())
                .then()
                .statusCode(401)
                .body("howToFix", containsString("Authorization: Bearer"));
    }

    @Test
    void aWrongTokenIsRefusedBeforeTheBodyIsSent() throws IOException {
        try (Socket socket = new Socket(server.getHost(), server.getPort())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write(("POST " + API + "/SubmitWithArtifact HTTP/1.1\r\nHost: localhost\r\n"
                                    + "Authorization: Bearer wrong-token\r\n"
                                    + "Content-Type: multipart/form-data; boundary=x\r\n"
                                    + "Content-Length: 52428800\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
            assertThat(answer).isEqualTo("HTTP/1.1 401");
        }
    }

    @Test
    void aBodyThatIsAnnouncedTooLargeIsAProblemDocument() throws IOException {
        try (Socket socket = new Socket(server.getHost(), server.getPort())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write(("POST " + API + "/SubmitWithArtifact HTTP/1.1\r\nHost: localhost\r\n"
                                    + "Content-Length: 2000000000\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 413")
                    .containsIgnoringCase("Content-Type: application/problem+json")
                    .contains("howToFix");
        }
        form(DRIVER)
                .multiPart("description", "x".repeat(5000))
                .post(API + "/SubmitWithArtifact")
                .then()
                .statusCode(413)
                .body("howToFix", containsString("2048"));
    }

    @Test
    void whatIsNoUploadIsShort() throws IOException {
        caller().contentType("application/json")
                .body("{\"description\": \"" + "x".repeat(70_000) + "\"}")
                .post(API + "/SubmitWithoutArtifact")
                .then()
                .statusCode(413)
                .contentType("application/problem+json")
                .body("detail", containsString("65536"));
        caller().contentType("application/json")
                .body("{\"description\": \"" + "x".repeat(3000) + "\"}")
                .post(API + "/SubmitWithoutArtifact")
                .then()
                .statusCode(413)
                .body("howToFix", containsString("2048"));
    }

    @Test
    void everythingWrongWithAFormIsToldAtOnce() throws IOException {
        caller().multiPart("signingPolicySlug", "")
                .multiPart("artifactConfigurationSlug", "initial")
                .multiPart("parameters.version", "1.0")
                .multiPart("surprise", "!")
                .post(API + "/SubmitWithArtifact")
                .then()
                .statusCode(400)
                .contentType("application/problem+json")
                .body(
                        "errors.error",
                        hasItems(
                                containsString("projectSlug is missing"),
                                containsString("signingPolicySlug is empty"),
                                containsString("artifact is missing"),
                                containsString("artifactConfigurationSlug is not supported"),
                                containsString("parameters.version is not supported"),
                                containsString("\"surprise\" is unknown")))
                .body("errors.howToFix", hasItems(containsString("leave it out")));
    }

    @Test
    void anUnknownProjectOrPolicyIsABadRequestThatNamesTheKnownOnes() throws IOException {
        caller().multiPart("projectSlug", "no-such")
                .multiPart("signingPolicySlug", "test-signing")
                .multiPart("artifact", "hello.sys", DRIVER)
                .post(API + "/SubmitWithArtifact")
                .then()
                .statusCode(400)
                .body("detail", containsString("no project \"no-such\""))
                .body("howToFix", containsString("hello-driver"));
        caller().multiPart("projectSlug", "hello-driver")
                .multiPart("signingPolicySlug", "no-such")
                .multiPart("artifact", "hello.sys", DRIVER)
                .post(API + "/SubmitWithArtifact")
                .then()
                .statusCode(400)
                .body("howToFix", containsString("test-signing"));
    }

    @Test
    void aFileThatCannotBeSignedIsRefusedAtOnce() throws IOException {
        byte[] table = DRIVER.clone();
        // The Certificate Table directory of a PE32+ header whose PE signature stands at 0x80: beyond the end of the
        // file.
        ByteBuffer.wrap(table)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(0x80 + 24 + 112 + 32, 0x10000)
                .putInt(0x80 + 24 + 112 + 36, 0x100);
        refused(new byte[0], "empty");
        refused("#!/bin/sh\n".repeat(100).getBytes(StandardCharsets.US_ASCII), "not a PE file");
        refused(Arrays.copyOf(DRIVER, 0x100), "truncated");
        refused(table, "certificate table");
        refused(signed(DRIVER), "already signed");
        assertThat(leftovers()).isEmpty();
    }

    private void refused(byte[] artifact, String reason) throws IOException {
        submit(artifact)
                .then()
                .statusCode(400)
                .contentType("application/problem+json")
                .body("detail", containsString(reason))
                .body("howToFix", not(nullValue()));
        assertThat(lastRefusal()).startsWith("ci: hello.sys: ").contains(reason);
    }

    /** Who was refused last, and why. */
    private String lastRefusal() {
        try (Connection connection = database.getConnection();
                Statement select = connection.createStatement();
                ResultSet row = select.executeQuery(
                        "SELECT actor, reason FROM audit_event WHERE kind = 'REFUSAL' ORDER BY seq DESC LIMIT 1")) {
            assertThat(row.next()).isTrue();
            return row.getString("actor") + ": " + row.getString("reason");
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void nothingThatIsSentCanForgeALineOfTheLog() throws IOException {
        caller().multiPart("projectSlug", "x\r\n2026-11-23 INFO forged")
                .multiPart("signingPolicySlug", "y".repeat(65))
                .multiPart("description", "one\u0007two")
                .multiPart("artifact", "hello.sys", DRIVER)
                .multiPart("sur\u2028prise", "!")
                .post(API + "/SubmitWithArtifact")
                .then()
                .statusCode(400)
                .body(
                        "errors.error",
                        hasItems(
                                equalTo("the field projectSlug is not a slug"),
                                equalTo("the field signingPolicySlug is not a slug"),
                                equalTo("the field description holds control characters")));
        assertThat(lastRefusal())
                .startsWith("ci: ")
                .contains("projectSlug is not a slug")
                .doesNotContain("forged")
                .doesNotContainPattern("[\\p{Cntrl}\u2028]");
    }

    @Test
    void anAnswer401LeavesALineInTheLogWithoutTheToken() {
        List<String> lines = new CopyOnWriteArrayList<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord line) {
                lines.add(line.getLevel() + " " + new SimpleFormatter().formatMessage(line)
                        + Arrays.toString(line.getParameters()));
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger log = Logger.getLogger(Authentication.class.getName());
        log.addHandler(handler);
        try {
            given().header("Authorization", "Bearer sesame-1")
                    .get(API + "/x?token=sesame-2")
                    .then()
                    .statusCode(401);
        } finally {
            log.removeHandler(handler);
        }
        assertThat(lines)
                .singleElement()
                .satisfies(line -> assertThat(line)
                        .startsWith("INFO")
                        .contains("401 for", "GET", API + "/x")
                        .doesNotContain("sesame"));
    }

    @Test
    void whatIsEmptyIsNotUsedAndLinesBecomeOne() throws IOException {
        form(DRIVER)
                .multiPart("artifactConfigurationSlug", "")
                .multiPart("parameters.version", " ")
                .multiPart("description", "one\r\ntwo\nthree\n")
                .post(API + "/SubmitWithArtifact")
                .then()
                .statusCode(201)
                .body("description", equalTo("one two three"))
                .body("parameters", equalTo(java.util.Map.of()));
        caller().contentType("application/json")
                .body("{\"projectSlug\": \"hello-driver\", \"signingPolicySlug\": \"test-signing\","
                        + " \"artifactConfigurationSlug\": \"\", \"parameters\": {}}")
                .post(API + "/SubmitWithoutArtifact")
                .then()
                .statusCode(201);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[\"secret\"]", "{\"reason\": {\"secret\": 1}}", "{\"reason\": secret", "\"secret\""})
    void jsonOfTheWrongShapeIsAProblemThatQuotesNothing(String body) throws IOException {
        String location = submit(DRIVER).then().statusCode(201).extract().header("Location");
        assertThat(caller().contentType("application/json")
                        .body(body)
                        .post(location + "/Deny")
                        .then()
                        .statusCode(400)
                        .contentType("application/problem+json")
                        .body("howToFix", not(nullValue()))
                        .extract()
                        .asString())
                .doesNotContain("secret");
    }

    @Test
    void aNullAmongTheRequestsToApproveIsRefusedBeforeAnyIsApproved() throws IOException {
        admin().contentType("application/json")
                .body("{\"approve\": [\"" + UUID.randomUUID() + "\", null]}")
                .post(API + "/Approvals")
                .then()
                .statusCode(400)
                .contentType("application/problem+json");
    }

    @Test
    void aFormHasNamedPartsOfBoundedHeadersAndNotTooMany() throws IOException {
        String part = "--x\r\nContent-Disposition: form-data\r\n\r\nMZ\r\n";
        multipart(part).body("errors.error", hasItems("a part of the form has no name"));
        multipart("--x\r\nContent-Disposition: form-data; name=\"" + "y".repeat(20_000) + "\"\r\n\r\nMZ\r\n")
                .body("detail", containsString("header"));
        StringBuilder many = new StringBuilder();
        for (int i = 0; i < 1500; i++) {
            many.append("--x\r\nContent-Disposition: form-data; name=\"f")
                    .append(i)
                    .append("\"\r\n\r\n1\r\n");
        }
        multipart(many.toString()).body("detail", containsString("more than 100 parts"));
    }

    private ValidatableResponse multipart(String parts) throws IOException {
        return caller().header("Content-Type", "multipart/form-data; boundary=x")
                .body((parts + "--x--\r\n").getBytes(StandardCharsets.US_ASCII))
                .post(API + "/SubmitWithArtifact")
                .then()
                .statusCode(400)
                .contentType("application/problem+json");
    }

    @Test
    void aFormThatIsCutOffIsABadRequestNotAFailureOfOurs() throws IOException {
        String start = "--x\r\nContent-Disposition: form-data; name=\"artifact\"; filename=\"hello.sys\"\r\n\r\nMZ";
        caller().header("Content-Type", "multipart/form-data; boundary=x")
                .body(start.getBytes(StandardCharsets.US_ASCII))
                .post(API + "/SubmitWithArtifact")
                .then()
                .statusCode(400)
                .contentType("application/problem+json")
                .body("detail", containsString("cut off"));
    }

    @Test
    void whatIsNotThereIsAProblemDocument() throws IOException {
        for (String path : List.of(
                "/",
                "/nothing",
                "/v1",
                "/v1/lab",
                "/v1/other/SigningRequests/" + UUID.randomUUID(),
                API + "/not-an-id",
                API + "/" + UUID.randomUUID(),
                API + "/" + UUID.randomUUID() + "/SignedArtifact")) {
            caller().get(path)
                    .then()
                    .statusCode(404)
                    .contentType("application/problem+json")
                    .body("howToFix", not(nullValue()));
        }
        caller().delete(API + "/" + UUID.randomUUID()).then().statusCode(405).contentType("application/problem+json");
        caller().contentType("application/json")
                .body("{}")
                .post(API + "/SubmitWithArtifact")
                .then()
                .statusCode(415)
                .contentType("application/problem+json");
    }
}

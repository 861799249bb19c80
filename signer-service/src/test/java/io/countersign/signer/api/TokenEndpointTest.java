package io.countersign.signer.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.agroal.api.AgroalDataSource;
import io.quarkus.agroal.DataSource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

/** What strangers can do at the one address that asks for no credential. */
@QuarkusTest
class TokenEndpointTest extends ApiTranscript {
    private static final String FORM = "grant_type=urn:ietf:params:oauth:grant-type:token-exchange"
            + "&subject_token_type=urn:ietf:params:oauth:token-type:id_token&subject_token=rubbish"
            + "&scope=project:hello-driver%20policy:test-signing";

    @Inject
    @DataSource("embedded")
    AgroalDataSource database;

    @Test
    void whatAnybodyCouldHaveMadeLeavesNoTraceInTheAuditLog() throws Exception {
        int before = refusals();
        given().contentType("application/x-www-form-urlencoded")
                .body(FORM)
                .post("/v1/lab/oauth/token")
                .then()
                .statusCode(400)
                .body("error", equalTo("invalid_request"));
        assertThat(refusals()).isEqualTo(before);
    }

    @Test
    void anAddressShowsTokensOnlySoOften() throws IOException {
        byte[] request = ("POST /v1/lab/oauth/token HTTP/1.1\r\nHost: localhost\r\n"
                        + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: " + FORM.length()
                        + "\r\n\r\n" + FORM)
                .getBytes(StandardCharsets.US_ASCII);
        // Another address than that of the other tests.
        try (Socket socket = new Socket(
                InetAddress.getLoopbackAddress(),
                server.getPort(),
                InetAddress.getByAddress(new byte[] {127, 0, 0, 9}),
                0)) {
            socket.setSoTimeout(20_000);
            StringBuilder answers = new StringBuilder();
            for (int i = 0; i < 700 && answers.indexOf("HTTP/1.1 429") < 0; i++) {
                socket.getOutputStream().write(request);
                answers.append(new String(some(socket.getInputStream()), StandardCharsets.US_ASCII));
            }
            assertThat(answers).containsIgnoringCase("Retry-After: 1");
        }
    }

    private static byte[] some(InputStream in) throws IOException {
        byte[] block = new byte[8192];
        int n = in.read(block);
        return java.util.Arrays.copyOf(block, Math.max(n, 0));
    }

    private int refusals() throws Exception {
        try (Connection connection = database.getConnection();
                Statement select = connection.createStatement();
                ResultSet row = select.executeQuery("SELECT COUNT(*) FROM audit_event WHERE kind = 'REFUSAL'")) {
            assertThat(row.next()).isTrue();
            return row.getInt(1);
        }
    }
}

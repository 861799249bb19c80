package io.countersign.tsa.ca;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.ca.Enrolment;
import io.countersign.ca.EnrolmentFile;
import io.countersign.ca.KeyRequest;
import io.countersign.ca.LabCa;
import io.countersign.ca.RevocationReason;
import io.countersign.fixture.Tool;
import io.countersign.home.Configuration;
import io.countersign.home.ConfigurationFile;
import io.countersign.home.Home;
import io.countersign.hsm.Hsm;
import io.countersign.tsa.LabHome;
import io.countersign.x509.PemCertificates;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The running service, asked by OpenSSL; what it answers about is issued and revoked here, as the command line does. */
@QuarkusTest
@WithTestResource(LabHome.class)
class PublicFaceTest {
    private static final byte[] MALFORMED = {0x30, 0x03, 0x0a, 0x01, 0x01};

    @TestHTTPResource
    private URI service;

    @TempDir
    private Path folder;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private Home home;
    private LabCa ca;

    @BeforeEach
    void lists() throws Exception {
        home = new Home(Path.of(System.getProperty("countersign.test.home")));
        Configuration configuration = ConfigurationFile.read(home);
        ca = LabCa.of(home, configuration, Hsm.open(home, configuration), InstantSource.system());
        ca.refresh();
    }

    @Test
    void opensslGetsGoodThenRevokedAndUnknownForWhatWasNeverIssued() throws Exception {
        Path certificate = issue();
        assertThat(ocsp("lab-ev-ca", "-cert", certificate))
                .contains("Response verify OK", "leaf.pem: good", "This Update", "Next Update")
                .doesNotContain("WARNING");
        assertThat(ocsp("lab-ev-ca", "-sha256", "-no_nonce", "-cert", certificate))
                .contains("Response verify OK", "leaf.pem: good");
        assertThat(ocsp("lab-root", "-cert", home.pki().resolve("lab-ev-ca.pem")))
                .contains("lab-ev-ca.pem: good");
        assertThat(ocsp("lab-timestamp-root", "-cert", home.pki().resolve("lab-tsa.pem")))
                .contains("lab-tsa.pem: good");

        ca.revoke(serial(certificate), RevocationReason.KEY_COMPROMISE, Optional.empty());

        assertThat(ocsp("lab-ev-ca", "-cert", certificate))
                .contains("leaf.pem: revoked", "Reason: keyCompromise", "Response verify OK");
        assertThat(ocsp("lab-ev-ca", "-serial", "0x1234")).contains("0x1234: unknown", "Response verify OK");
        assertThat(ocsp("lab-ev-ca", "-serial", "0x" + serial(home.pki().resolve("lab-tsa.pem"))))
                .as("issued, but by another authority")
                .contains(": unknown");
    }

    @Test
    void ocspIsAnsweredByGetTooAndWhatIsNoRequestIsCalledMalformed() throws Exception {
        Path request = folder.resolve("request.der");
        openssl(
                "ocsp",
                "-issuer",
                home.pki().resolve("lab-ev-ca.pem"),
                "-cert",
                home.pki().resolve("lab-publisher.pem"),
                "-no_nonce",
                "-reqout",
                request);
        String encoded = URLEncoder.encode(
                Base64.getEncoder().encodeToString(Files.readAllBytes(request)), StandardCharsets.US_ASCII);
        HttpResponse<byte[]> answer = get("/ca/ocsp/" + encoded);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/ocsp-response");
        assertThat(answer.headers().firstValue("Cache-Control").orElseThrow()).contains("max-age=");
        Path response = Files.write(folder.resolve("response.der"), answer.body());
        assertThat(openssl("ocsp", "-respin", response, "-resp_text", "-noverify"))
                .contains("Cert Status: good", "OCSP Signing", "OCSP No Check");

        for (String text : List.of("hello", "%ff", "MAA")) {
            assertThat(get("/ca/ocsp/" + URLEncoder.encode(text, StandardCharsets.US_ASCII))
                            .body())
                    .isEqualTo(MALFORMED);
        }
        assertThat(post(new byte[] {1, 2, 3}).body()).isEqualTo(MALFORMED);
        assertThat(post(new byte[9_000]).body()).as("longer than any request").isEqualTo(MALFORMED);
        try (Socket socket = new Socket(service.getHost(), service.getPort())) {
            socket.setSoTimeout(10_000);
            String head = String.join(
                    "\r\n",
                    "POST /ca/ocsp HTTP/1.1",
                    "Host: localhost",
                    "Content-Type: application/ocsp-request",
                    "Content-Length: 70000",
                    "",
                    "");
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
                    .as("before its body")
                    .isEqualTo("HTTP/1.1 413");
        }
    }

    @Test
    void opensslVerifiesWithTheListsAndCertificatesFetchedHere() throws Exception {
        Path certificate = issue();
        assertThat(verify(certificate)).contains("leaf.pem: OK");

        ca.revoke(serial(certificate), RevocationReason.SUPERSEDED, Optional.empty());

        assertThat(verify(certificate)).contains("certificate revoked");
        HttpResponse<byte[]> list = get("/ca/lab-ev-ca.crl");
        assertThat(list.headers().firstValue("Content-Type")).contains("application/pkix-crl");
        assertThat(list.headers().firstValue("Cache-Control").orElseThrow()).contains("max-age=3600");
        assertThat(list.headers().firstValue("Expires")).isPresent();
        HttpResponse<byte[]> again = http.send(
                HttpRequest.newBuilder(service.resolve("/ca/lab-ev-ca.crl"))
                        .header(
                                "If-None-Match",
                                list.headers().firstValue("ETag").orElseThrow())
                        .build(),
                BodyHandlers.ofByteArray());
        assertThat(again.statusCode()).isEqualTo(304);
        assertThat(get("/ca/nobody.crl").statusCode()).isEqualTo(404);
        assertThat(get("/ca/..%2F..%2Fsecrets.crl").statusCode()).isEqualTo(404);
    }

    @Test
    void aListThatIsDamagedOrAnothersIsNotServedNorSaidNotToExist() throws Exception {
        Path list = home.pki().resolve("crl/lab-ev-ca.crl");
        for (byte[] bad : List.of(
                new byte[] {0x30, 0}, new byte[0], Files.readAllBytes(home.pki().resolve("crl/lab-root.crl")))) {
            Files.write(list, bad);
            HttpResponse<byte[]> answer = get("/ca/lab-ev-ca.crl");
            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
            assertThat(ca.refresh()).as("made anew").hasSize(1);
            assertThat(get("/ca/lab-ev-ca.crl").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void aRecordThatIsDamagedIsTheServersFault() throws Exception {
        Path record = home.pki().resolve("issued/12.json");
        Files.createDirectories(record.getParent());
        Files.writeString(record, "{");
        try {
            for (String path : List.of("/ca", "/ca/issued", "/ca/issued/12")) {
                HttpResponse<byte[]> answer = get(path);
                assertThat(answer.statusCode()).as(path).isEqualTo(503);
                assertThat(new String(answer.body(), StandardCharsets.UTF_8))
                        .contains("cannot be read now")
                        .doesNotContain("12.json");
            }
        } finally {
            Files.delete(record);
        }
    }

    @Test
    void aPageFetchesAndRunsNothingAndOcspIsToldHowToAskForIt() throws Exception {
        for (String path : List.of("/ca", "/ca/issued", "/ca/nobody.cer")) {
            assertThat(get(path).headers().firstValue("Content-Security-Policy").orElseThrow())
                    .startsWith("default-src 'none'");
            assertThat(get(path).headers().firstValue("X-Content-Type-Options")).contains("nosniff");
        }
        HttpResponse<String> wrong = http.send(
                HttpRequest.newBuilder(service.resolve("/ca/ocsp"))
                        .POST(BodyPublishers.ofString("x"))
                        .header("Content-Type", "text/plain")
                        .build(),
                BodyHandlers.ofString());
        assertThat(wrong.statusCode()).isEqualTo(415);
        assertThat(wrong.body()).contains("application/ocsp-request").doesNotContain("timestamp");
        assertThat(get("/ca/ocsp").headers().firstValue("Allow")).contains("GET, POST");
    }

    @Test
    void theAddressInACertificateLeadsToItsVetting() throws Exception {
        Path certificate = issue();
        String serial = serial(certificate);

        HttpResponse<byte[]> record = get("/ca/issued/" + serial);

        assertThat(new String(record.body(), StandardCharsets.UTF_8))
                .contains("two-people", "EVG 3.2.2.13", "the register of nowhere", serial);
        assertThat(new String(get("/ca/issued").body(), StandardCharsets.UTF_8)).contains(serial, "\"ceremony\"");
        assertThat(new String(get("/ca").body(), StandardCharsets.UTF_8))
                .contains("/ca/issued/" + serial, "&lt;b", "(LAB)")
                .doesNotContain("<b>");
        assertThat(get("/ca/issued/..%2F..%2Fcountersign").statusCode()).isEqualTo(404);
    }

    private Path issue() throws Exception {
        String text = """
                subject: { organization: "Drivers <b>", registrationNumber: R1, category: Business Entity, jurisdiction: XX,
                  country: XX, locality: Nowhere, verifiedWith: the register of nowhere }
                operation: { since: "2015-05-01" }
                presence: { address: Nowhere 1, verifiedBy: a visit }
                keyProtection: { device: D, certification: FIPS 140-3 level 2, proof: attestation }
                requester: { name: Alice, authorityVerifiedBy: a call }
                vetting: { collectedBy: Carol, approvedBy: Dave, date: "%s" }
                """.formatted(Instant.now().toString().substring(0, 10));
        Enrolment enrolment = EnrolmentFile.read(Path.of("e.yaml"), text.getBytes(StandardCharsets.UTF_8));
        Path request = folder.resolve("leaf.csr");
        openssl(
                "req",
                "-new",
                "-nodes",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-subj",
                "/CN=x",
                "-keyout",
                folder.resolve("leaf.key"),
                "-out",
                request);
        LabCa.Issued issued = ca.issue(
                new LabCa.Order(enrolment, KeyRequest.of(Files.readAllBytes(request)), Optional.empty(), 30, "a test"));
        return Files.writeString(
                folder.resolve("leaf.pem"),
                PemCertificates.text(List.of(issued.record().certificate())));
    }

    private String serial(Path certificate) throws Exception {
        return PemCertificates.read(certificate).get(0).getSerialNumber().toString(16);
    }

    /** As a client: the issuer's certificate and root are its own, everything else comes from the service. */
    private String ocsp(String issuer, Object... about) throws Exception {
        Path trusted = Files.writeString(
                folder.resolve("trusted.pem"),
                Files.readString(home.pki().resolve("lab-root.pem"))
                        + Files.readString(home.pki().resolve("lab-timestamp-root.pem"))
                        + Files.readString(home.pki().resolve("lab-ev-ca.pem")));
        Object[] arguments = new Object[about.length + 7];
        arguments[0] = "ocsp";
        arguments[1] = "-issuer";
        arguments[2] = home.pki().resolve(issuer + ".pem");
        System.arraycopy(about, 0, arguments, 3, about.length);
        arguments[about.length + 3] = "-url";
        arguments[about.length + 4] = service.resolve("/ca/ocsp");
        arguments[about.length + 5] = "-CAfile";
        arguments[about.length + 6] = trusted;
        return openssl(arguments);
    }

    private String verify(Path certificate) throws Exception {
        Path issuer = folder.resolve("issuer.pem");
        openssl(
                "x509",
                "-inform",
                "DER",
                "-in",
                Files.write(folder.resolve("i.der"), get("/ca/lab-ev-ca.cer").body()),
                "-out",
                issuer);
        Path list = folder.resolve("list.pem");
        openssl(
                "crl",
                "-inform",
                "DER",
                "-in",
                Files.write(folder.resolve("l.der"), get("/ca/lab-ev-ca.crl").body()),
                "-out",
                list);
        return openssl(
                "verify",
                "-crl_check",
                "-CAfile",
                home.pki().resolve("lab-root.pem"),
                "-untrusted",
                issuer,
                "-CRLfile",
                list,
                certificate);
    }

    private HttpResponse<byte[]> get(String path) throws Exception {
        return http.send(HttpRequest.newBuilder(service.resolve(path)).build(), BodyHandlers.ofByteArray());
    }

    private HttpResponse<byte[]> post(byte[] body) throws Exception {
        return http.send(
                HttpRequest.newBuilder(service.resolve("/ca/ocsp"))
                        .header("Content-Type", "application/ocsp-request")
                        .POST(BodyPublishers.ofByteArray(body))
                        .build(),
                BodyHandlers.ofByteArray());
    }

    private static String openssl(Object... arguments) {
        return Tool.named("openssl", "openssl").run(arguments).output();
    }
}

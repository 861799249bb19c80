package io.countersign.signer.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;

/** Callers known by TLS client certificates, over real TLS. */
@QuarkusTest
@TestProfile(ClientCertificateTest.Tls.class)
class ClientCertificateTest extends ApiTranscript {
    private static final String PASSWORD = "throw-away";

    @TestHTTPResource(value = "/v1/lab/SigningRequests/Approvals", tls = true)
    URI approvals;

    /** The service with a certificate, asking clients for theirs; all made for this run. */
    public static final class Tls implements QuarkusTestProfile {
        static final Path FOLDER = folder();

        private static Path folder() {
            try {
                Path folder = Files.createTempDirectory("tls");
                for (String name : List.of("server", "alice", "stranger")) {
                    keytool(
                            "-genkeypair -alias %s -keyalg EC -groupname secp256r1 -dname CN=%s -validity 2 -ext san=ip:127.0.0.1,dns:localhost -keystore %s"
                                    .formatted(name, name, folder.resolve(name + ".p12")));
                    keytool("-exportcert -alias %s -keystore %s -file %s"
                            .formatted(name, folder.resolve(name + ".p12"), folder.resolve(name + ".cer")));
                    keytool("-importcert -noprompt -alias %s -keystore %s -file %s"
                            .formatted(name, folder.resolve("trusted.p12"), folder.resolve(name + ".cer")));
                }
                return folder;
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        private static void keytool(String arguments) throws IOException, InterruptedException {
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
            command.addAll(List.of(arguments.split(" ")));
            command.addAll(List.of("-storepass", PASSWORD, "-storetype", "PKCS12"));
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(output).isZero();
        }

        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "quarkus.http.test-ssl-port",
                    "0",
                    "quarkus.http.ssl.certificate.key-store-file",
                    FOLDER.resolve("server.p12").toString(),
                    "quarkus.http.ssl.certificate.key-store-password",
                    PASSWORD,
                    "quarkus.http.ssl.certificate.trust-store-file",
                    FOLDER.resolve("trusted.p12").toString(),
                    "quarkus.http.ssl.certificate.trust-store-password",
                    PASSWORD,
                    "quarkus.http.ssl.client-auth",
                    "request");
        }
    }

    private static KeyStore store(String name) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(Tls.FOLDER.resolve(name + ".p12"))) {
            store.load(in, PASSWORD.toCharArray());
        }
        return store;
    }

    private int statusFor(String client) throws Exception {
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store("trusted"));
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        if (!client.isEmpty()) {
            keys.init(store(client), PASSWORD.toCharArray());
        }
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(client.isEmpty() ? null : keys.getKeyManagers(), trust.getTrustManagers(), null);
        return HttpClient.newBuilder()
                .sslContext(tls)
                .build()
                .send(HttpRequest.newBuilder(approvals).build(), HttpResponse.BodyHandlers.ofString())
                .statusCode();
    }

    @Test
    void aPinnedCertificateIsAnIdentityAndNoOtherIs() throws Exception {
        assertThat(statusFor("alice")).isEqualTo(401);
        byte[] der = store("alice").getCertificate("alice").getEncoded();
        String sha256 =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(der));
        configure(text -> text.replace(
                "\nidentities:\n", "\nidentities:\n  - name: alice\n    certificateSha256: \"" + sha256 + "\"\n"));
        assertThat(statusFor("alice")).isEqualTo(200);
        assertThat(statusFor("stranger")).isEqualTo(401);
        assertThat(statusFor("")).isEqualTo(401);
    }
}

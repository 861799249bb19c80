package io.countersign.hsm;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.fixture.Tool;
import io.countersign.home.Home;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The lab PKI as OpenSSL and OpenSC see it. */
class LabPkiTest {
    private Home home;

    @BeforeEach
    void home() throws Exception {
        home = LabHome.home();
    }

    @Test
    void opensslVerifiesThePublisherUnderTheEvPolicy() {
        assertThat(openssl(
                        "verify",
                        "-x509_strict",
                        "-policy_check",
                        "-explicit_policy",
                        "-policy",
                        "2.23.140.1.3",
                        "-CAfile",
                        pem("lab-root"),
                        "-untrusted",
                        pem("lab-ev-ca"),
                        pem("lab-publisher")))
                .contains("lab-publisher.pem: OK");
    }

    @Test
    void opensslVerifiesTheTsaForTimestampsAndNothingElse() {
        assertThat(verifyTsa("timestampsign")).contains("lab-tsa.pem: OK");
        assertThat(verifyTsa("sslclient")).contains("unsuitable certificate purpose");
        assertThat(openssl(
                        "verify",
                        "-purpose",
                        "timestampsign",
                        "-CAfile",
                        pem("lab-root"),
                        "-untrusted",
                        pem("lab-ev-ca"),
                        pem("lab-publisher")))
                .contains("unsuitable certificate purpose");
    }

    private String verifyTsa(String purpose) {
        return openssl(
                "verify", "-x509_strict", "-purpose", purpose, "-CAfile", pem("lab-timestamp-root"), pem("lab-tsa"));
    }

    @Test
    void publisherAndTsaSayWhatTheBaselineRequirementsAsk() {
        assertThat(text("lab-publisher"))
                .contains("Public-Key: (3072 bit)", "Code Signing", "Policy: 2.23.140.1.3")
                .containsPattern("Key Usage: critical\\s+Digital Signature\n")
                .containsPattern("Extended Key Usage: \\s+Code Signing\n")
                .contains("businessCategory = Private Organization");
        assertThat(text("lab-tsa"))
                .contains("Public-Key: (3072 bit)", "Policy: 2.23.140.1.4.2", "Private Key Usage Period")
                .containsPattern("Extended Key Usage: critical\\s+Time Stamping\n");
        assertThat(text("lab-ev-ca"))
                .contains("Public-Key: (4096 bit)", "Policy: 2.23.140.1.3")
                .containsPattern("Basic Constraints: critical\\s+CA:TRUE, pathlen:0");
        assertThat(text("lab-evidence")).contains("NIST CURVE: P-256", "CA:FALSE");
    }

    @Test
    void everyCertificateSaysLabAndHasItsKeyIdentifiers() throws Exception {
        try (Stream<Path> files = Files.list(home.pki())) {
            List<Path> certificates =
                    files.filter(f -> f.toString().endsWith(".pem")).toList();
            assertThat(certificates).hasSize(9);
            for (Path certificate : certificates) {
                String text = openssl("x509", "-in", certificate, "-noout", "-text");
                assertThat(text)
                        .containsPattern("Subject: .*LAB")
                        .contains("Subject Key Identifier", "Authority Key Identifier");
            }
        }
    }

    @Test
    void everyCertificateButARootsSaysWhereItsIssuerAndItsStatusAre() {
        String base = "http://127.0.0.1:3161/ca/";
        assertThat(text("lab-publisher"))
                .contains(
                        "CA Issuers - URI:" + base + "lab-ev-ca.cer",
                        "OCSP - URI:" + base + "ocsp",
                        "URI:" + base + "lab-ev-ca.crl");
        assertThat(text("lab-ev-ca")).contains("URI:" + base + "lab-root.cer", "URI:" + base + "lab-root.crl");
        assertThat(text("lab-tsa")).contains("URI:" + base + "lab-timestamp-root.crl", "OCSP - URI");
        for (String selfSigned : List.of("lab-root", "lab-timestamp-root", "lab-evidence")) {
            assertThat(text(selfSigned)).doesNotContain("URI:");
        }
    }

    @Test
    void eachAuthorityHasAuthorisedTheStatusKey() {
        for (String file : List.of("lab-status", "lab-status-root", "lab-status-timestamp")) {
            assertThat(text(file))
                    .contains("OCSP No Check", "CA Issuers - URI")
                    .doesNotContain("OCSP - URI")
                    .containsPattern("Extended Key Usage: \\s+OCSP Signing\n");
        }
        String verified = openssl(
                "verify", "-x509_strict", "-purpose", "ocsphelper", "-CAfile", pem("lab-root"), pem("lab-status-root"));
        assertThat(verified).contains("lab-status-root.pem: OK");
        assertThat(openssl("x509", "-in", pem("lab-status"), "-noout", "-pubkey"))
                .isEqualTo(openssl("x509", "-in", pem("lab-status-timestamp"), "-noout", "-pubkey"));
    }

    @Test
    void openscSeesPrivateKeysThatCannotLeaveTheToken() throws Exception {
        Tool pkcs11 = Tool.named("pkcs11-tool", "opensc");
        List<String> keys = new ArrayList<>();
        for (String token : List.of(
                "countersign-ca",
                "countersign-signing",
                "countersign-timestamp",
                "countersign-evidence",
                "countersign-status")) {
            // The PIN goes in by a variable of this child alone: pkcs11-tool's own way to keep it out of argv.
            String objects = pkcs11.with(Map.of(
                            SoftHsm.ENVIRONMENT,
                            SoftHsm.configuration(home).toString(),
                            "COUNTERSIGN_TEST_PIN",
                            Files.readString(home.secrets().resolve(token + ".pin"))))
                    .run(
                            "--module",
                            SoftHsm.module(),
                            "--token-label",
                            token,
                            "--login",
                            "--pin",
                            "env:COUNTERSIGN_TEST_PIN",
                            "--list-objects",
                            "--type",
                            "privkey")
                    .output();
            for (String object : objects.split("Private Key Object", -1)) {
                if (object.contains("label:")) {
                    assertThat(object).contains("always sensitive", "never extractable", "local");
                    keys.add(object.replaceAll("(?s).*label: *(\\S+).*", "$1"));
                }
            }
        }
        assertThat(keys)
                .containsExactlyInAnyOrder(
                        "lab-root",
                        "lab-ev-ca",
                        "lab-publisher",
                        "lab-timestamp-root",
                        "lab-tsa",
                        "lab-evidence",
                        "lab-status");
    }

    private static String openssl(Object... arguments) {
        return Tool.named("openssl", "openssl").run(arguments).output();
    }

    private String pem(String name) {
        return home.pki().resolve(name + ".pem").toString();
    }

    private String text(String name) {
        return openssl("x509", "-in", pem(name), "-noout", "-text");
    }
}

package io.countersign.timestamp;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.fixture.Tool;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import io.countersign.key.SigningKey;
import io.countersign.x509.PemCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** OpenSSL writes the requests and judges the responses. */
class OpenSslAgreesTest {
    @TempDir
    private Path folder;

    private Tool openssl;

    @BeforeEach
    void writeTheData() throws IOException {
        openssl = Tool.named("openssl", "openssl").in(folder);
        Files.writeString(folder.resolve("data"), "what is stamped");
        Files.writeString(folder.resolve("other"), "what is not");
    }

    @ParameterizedTest(name = "{0}, certificates {1}, nonce {2}")
    @CsvSource({
        "sha256, true,  true",
        "sha256, false, true",
        "sha256, true,  false",
        "sha256, false, false",
        "sha384, true,  true",
        "sha384, false, false",
        "sha512, true,  true",
        "sha512, false, false",
    })
    void opensslAcceptsTheTokenItAskedFor(String digest, boolean certificates, boolean nonce) throws IOException {
        answer(TestTsa.key(), query(digest, certificates, nonce));

        Tool.Run verdict = verify("-queryfile", "query", certificates);

        assertThat(verdict.output()).contains("Verification: OK");
        assertThat(verdict.exitCode()).isZero();
    }

    @Test
    void opensslAcceptsATokenOfAnRsaKey() throws IOException {
        answer(TestTsa.rsaKey(), query("sha256", true, true));

        Tool.Run verdict = verify("-queryfile", "query", true);

        assertThat(verdict.output()).contains("Verification: OK");
        assertThat(verdict.exitCode()).isZero();
    }

    @Test
    void opensslVerifiesAgainstTheQueryTheDataAndTheDigest() throws IOException {
        answer(TestTsa.key(), query("sha384", true, true));
        String digest = DigestAlgorithm.SHA384
                .digest(Files.readAllBytes(folder.resolve("data")))
                .value()
                .hex();

        for (String[] against : new String[][] {{"-queryfile", "query"}, {"-data", "data"}, {"-digest", digest}}) {
            assertThat(verify(against[0], against[1], true).output()).contains("Verification: OK");
        }
    }

    @Test
    void opensslTakesTheTokenOutOfTheResponseAndVerifiesItAlone() throws IOException {
        byte[] query = query("sha256", true, true);
        TimestampAnswer.Issued issued = (TimestampAnswer.Issued) answer(TestTsa.key(), query);
        openssl.mustRun("ts", "-reply", "-in", "response", "-token_out", "-out", "token");

        assertThat(Files.readAllBytes(folder.resolve("token")))
                .isEqualTo(issued.token().toByteArray());
        Files.copy(folder.resolve("token"), folder.resolve("response"), StandardCopyOption.REPLACE_EXISTING);
        assertThat(verify("-data", "data", true, "-token_in").output()).contains("Verification: OK");
        openssl.mustRun("ts", "-reply", "-in", "token", "-token_in", "-text");
    }

    @Test
    void opensslFindsThePolicyItAskedForAndIsRefusedAnother() throws IOException {
        String ours = TimestampPolicy.LAB.oid();
        answer(TestTsa.key(), query("sha256", false, false, "-tspolicy", ours));

        assertThat(verify("-queryfile", "query", false).output()).contains("Verification: OK");
        assertThat(openssl.run("ts", "-reply", "-in", "response", "-text").output())
                .contains("Policy OID: " + ours, "Accuracy: 0x01 seconds");
        answer(TestTsa.key(), query("sha256", false, false, "-tspolicy", "1.3.6.1.4.1.32473.1"));
        assertThat(verify("-queryfile", "query", false).exitCode()).isNotZero();
    }

    @Test
    void opensslRefusesTheTokenForOtherData() throws IOException {
        answer(TestTsa.key(), query("sha256", true, true));

        assertThat(verify("-data", "data", true).exitCode()).isZero();
        Tool.Run verdict = verify("-data", "other", true);

        assertThat(verdict.exitCode()).isNotZero();
        assertThat(verdict.output()).contains("message imprint mismatch");
    }

    @Test
    void weReadTheQueryAsOpensslMeansIt() throws IOException, RefusedRequest {
        TimestampRequest request =
                TimestampRequest.parse(query("sha384", true, true, "-tspolicy", "1.3.6.1.4.1.32473.1"));

        Digest expected = DigestAlgorithm.SHA384.digest(Files.readAllBytes(folder.resolve("data")));
        assertThat(request.imprint()).isEqualTo(expected);
        assertThat(request.certReq()).isTrue();
        assertThat(request.nonce()).isPresent();
        assertThat(request.policy()).contains("1.3.6.1.4.1.32473.1");
    }

    @Test
    void opensslReadsOurRefusal() throws IOException {
        answer(TestTsa.key(), query("sha1", true, true));

        Tool.Run text = openssl.run("ts", "-reply", "-in", "response", "-text");

        assertThat(text.output()).contains("Status: Rejected.", "unrecognized or unsupported algorithm", "SHA-1");
    }

    private byte[] query(String digest, boolean certificates, boolean nonce, String... more) throws IOException {
        List<String> arguments =
                new ArrayList<>(List.of("ts", "-query", "-data", "data", "-" + digest, "-out", "query"));
        if (certificates) {
            arguments.add("-cert");
        }
        if (!nonce) {
            arguments.add("-no_nonce");
        }
        arguments.addAll(List.of(more));
        openssl.mustRun(arguments.toArray());
        return Files.readAllBytes(folder.resolve("query"));
    }

    private TimestampAnswer answer(SigningKey key, byte[] query) throws IOException {
        TimestampAuthority authority = new TimestampAuthority("test", key, InstantSource.fixed(TestTsa.NOW));
        TimestampAnswer answer = authority.answer(query);
        Files.write(folder.resolve("response"), answer.encoded().toByteArray());
        int last = key.chain().size() - 1;
        Files.writeString(
                folder.resolve("root.pem"), PemCertificates.text(key.chain().subList(last, last + 1)));
        Files.writeString(
                folder.resolve("chain.pem"), PemCertificates.text(key.chain().subList(0, last)));
        return answer;
    }

    private Tool.Run verify(String against, String file, boolean certificatesInside, String... more) {
        String time = Long.toString(TestTsa.NOW.getEpochSecond());
        List<String> arguments = new ArrayList<>(
                List.of("ts", "-verify", against, file, "-in", "response", "-CAfile", "root.pem", "-attime", time));
        if (!certificatesInside) {
            arguments.addAll(List.of("-untrusted", "chain.pem"));
        }
        arguments.addAll(List.of(more));
        return openssl.run(arguments.toArray());
    }
}

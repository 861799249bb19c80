package io.countersign.ca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.ca.CannotIssue.Objection;
import io.countersign.fixture.Tool;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyRequestTest {
    @TempDir
    private Path folder;

    private byte[] request(Object... key) throws Exception {
        Path file = folder.resolve("a.csr");
        Object[] all = new Object[] {
            "req", "-new", "-nodes", "-subj", "/CN=anything", "-keyout", folder.resolve("a.key"), "-out", file
        };
        Object[] arguments = Arrays.copyOf(all, all.length + key.length);
        System.arraycopy(key, 0, arguments, all.length, key.length);
        Tool.named("openssl", "openssl").run(arguments);
        return Files.readAllBytes(file);
    }

    private byte[] ec(String curve) throws Exception {
        return request("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:" + curve);
    }

    @Test
    void openSslsRequestsAreReadInPemAndDer() throws Exception {
        assertThat(KeyRequest.of(ec("P-256")).objections()).isEmpty();
        assertThat(KeyRequest.of(request(
                                "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384", "-sha384", "-outform", "DER"))
                        .objections())
                .isEmpty();
        assertThat(KeyRequest.of(request("-newkey", "rsa:3072")).objections()).isEmpty();
    }

    @Test
    void weakKeysAreRefusedByTheirRule() throws Exception {
        assertThat(KeyRequest.of(request("-newkey", "rsa:2048")).objections())
                .singleElement()
                .extracting(Objection::toString)
                .asString()
                .contains("RSA with 2048 bits, wanted are 3072 or more", "CSBR 6.1.5.2");
        assertThat(KeyRequest.of(request("-newkey", "rsa:3072", "-pkeyopt", "rsa_keygen_pubexp:3"))
                        .objections())
                .singleElement()
                .extracting(Objection::message)
                .asString()
                .contains("public exponent 3");
    }

    @Test
    void curvesThatJavaOrTheRulesDoNotKnowAreRefused() throws Exception {
        byte[] koblitz = ec("secp256k1");
        assertThatThrownBy(() -> KeyRequest.of(koblitz)).isInstanceOf(CannotIssue.class);
    }

    @Test
    void aWeakSignatureOrOneByAnotherKeyProvesNothing() throws Exception {
        byte[] weak = request("-newkey", "rsa:3072", "-sha1");
        assertThatThrownBy(() -> KeyRequest.of(weak))
                .hasMessageContaining("which is not RSA PKCS#1 or ECDSA with SHA-256");

        byte[] changed = request("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-outform", "DER");
        changed[changed.length - 1] ^= 1;
        assertThatThrownBy(() -> KeyRequest.of(changed)).hasMessageContaining("nobody has shown to have that key");
    }

    @Test
    void whatIsNoRequestIsRefusedAndNothingElseHappens() throws Exception {
        byte[] good = request("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-outform", "DER");
        Random random = new Random(8);
        int refused = 0;
        for (int i = 0; i < 2_000; i++) {
            byte[] mutant = i % 3 == 0 ? Arrays.copyOf(good, random.nextInt(good.length)) : good.clone();
            for (int n = random.nextInt(4); n >= 0 && mutant.length > 0; n--) {
                mutant[random.nextInt(mutant.length)] = (byte) random.nextInt();
            }
            try {
                KeyRequest.of(mutant);
            } catch (CannotIssue e) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(1_900);
        assertThatThrownBy(() -> KeyRequest.of(new byte[KeyRequest.MAXIMUM_BYTES + 1]))
                .hasMessageContaining("more than 65536 bytes");
        assertThatThrownBy(() -> KeyRequest.of("hello".getBytes(StandardCharsets.US_ASCII)))
                .hasMessageContaining("no certification request");
    }
}

package io.countersign.x509;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.fixture.TableSample;
import io.countersign.fixture.TestPki;
import io.countersign.fixture.Tool;
import io.countersign.fixture.TrustListSample;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PemCertificatesTest {
    private static final X509Certificate ONE = TestPki.root("Test One").certificate();
    private static final X509Certificate TWO = TestPki.root("Test Two").certificate();

    @TempDir
    private Path folder;

    @Test
    void pemDerAndSeveralOfThemAreRead() throws Exception {
        String pem = PemCertificates.text(List.of(ONE, TWO));
        assertThat(read(pem)).containsExactly(ONE, TWO);
        assertThat(read("Bag Attributes\r\n" + pem.replace("\n", "\r\n"))).containsExactly(ONE, TWO);
        assertThat(read(ONE.getEncoded())).containsExactly(ONE);
        assertThat(read(TableSample.concat(ONE.getEncoded(), TWO.getEncoded()))).containsExactly(ONE, TWO);
    }

    @Test
    void pkcs7OfOpensslIsReadInBothForms() throws Exception {
        Path pem = TestPki.pem(folder.resolve("both.pem"), ONE, TWO);
        Tool openssl = Tool.named("openssl", "openssl");
        for (String form : List.of("DER", "PEM")) {
            Path p7b = folder.resolve(form + ".p7b");
            openssl.mustRun("crl2pkcs7", "-nocrl", "-certfile", pem, "-outform", form, "-out", p7b);
            assertThat(PemCertificates.read(p7b)).as(form).containsExactlyInAnyOrder(ONE, TWO);
        }
    }

    @Test
    void aProblemHasTheLineOrTheByteItStandsAt() throws Exception {
        String pem = PemCertificates.text(List.of(ONE));
        refused("", "holds no certificate; wanted PEM, DER or PKCS#7");
        refused(pem + "-----BEGIN PRIVATE KEY-----\n", "line " + (pem.lines().count() + 1) + ": a private key");
        refused(pem + "-----BEGIN X509 CRL-----\nAA==\n-----END X509 CRL-----\n", "'X509 CRL', wanted CERTIFICATE");
        refused("text\n-----BEGIN CERTIFICATE-----\nMIIB\n", "line 2: the block has no -----END CERTIFICATE-----");
        refused("-----BEGIN CERTIFICATE-----\nM?IB\n-----END CERTIFICATE-----", "line 1: the block is not Base64");
        refused("-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----", "line 1, at byte 0: no readable");
        byte[] der = ONE.getEncoded();
        byte[] list = TrustListSample.of(TrustListSample.DISALLOWED).signed().toByteArray();
        assertThatThrownBy(() -> read(list)).hasMessageContaining("wanted certificates only");
        assertThatThrownBy(() -> read(TableSample.concat(der, new byte[] {0x30, 5, 1})))
                .hasMessageContaining("at byte " + der.length);
        assertThatThrownBy(() -> read(Arrays.copyOf(der, der.length - 1))).hasMessageContaining("at byte 0");
    }

    @Test
    void hostileFilesAreRefusedAndNothingElse() throws Exception {
        byte[] nested = new byte[1 << 20];
        for (int i = 0; i < nested.length; i += 2) {
            nested[i] = 0x30;
            nested[i + 1] = (byte) 0x80;
        }
        assertThatThrownBy(() -> read(nested)).isInstanceOf(UnreadableCertificates.class);
        assertThatThrownBy(() -> read(new byte[(4 << 20) + 1])).hasMessageContaining("more than 4194304 bytes");
        byte[] many = new byte[0];
        byte[] der = TestPki.issue(TestPki.root("r"), "c", TestPki.Kind.CODE_SIGNING)
                .certificate()
                .getEncoded();
        for (int i = 0; i < 12; i++) {
            many = i == 0 ? der : TableSample.concat(many, many);
        }
        byte[] tooMany = TableSample.concat(many, many, many);
        assertThatThrownBy(() -> read(tooMany)).isInstanceOf(UnreadableCertificates.class);
    }

    private void refused(String text, String message) {
        assertThatThrownBy(() -> read(text))
                .isInstanceOf(UnreadableCertificates.class)
                .hasMessageContaining(message);
    }

    private static List<X509Certificate> read(String text) throws IOException {
        return read(text.getBytes(StandardCharsets.UTF_8));
    }

    private static List<X509Certificate> read(byte[] octets) throws IOException {
        return PemCertificates.read(Path.of("a.pem"), octets);
    }
}

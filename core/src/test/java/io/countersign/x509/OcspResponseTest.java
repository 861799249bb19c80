package io.countersign.x509;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.fixture.SoftwareKey;
import io.countersign.fixture.TestPki;
import io.countersign.fixture.TestPki.Kind;
import io.countersign.fixture.Tool;
import io.countersign.key.Bytes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Responses that {@code openssl ocsp} made. */
class OcspResponseTest {
    private final Instant now = Instant.now();
    private final SoftwareKey authority = TestPki.root("Test Root");
    private final SoftwareKey leaf = TestPki.issue(authority, "Leaf", Kind.CODE_SIGNING);

    private Tool openssl;

    @TempDir
    Path folder;

    @BeforeEach
    void writeTheAuthority() {
        openssl = Tool.named("openssl", "openssl").in(folder);
        files("ca", authority);
        files("leaf", leaf);
    }

    @Test
    void aCertificateThatIsNotRevokedIsGoodUntilTheNextUpdate() throws Exception {
        OcspResponse response = answer("V", "", "ca", "ca");

        assertThat(response.size()).isEqualTo(1);
        assertThat(of(response, now)).isInstanceOf(Revocation.Good.class);
        assertThat(of(response, now.plus(Duration.ofDays(8))))
                .isInstanceOfSatisfying(
                        Revocation.NotKnown.class, n -> assertThat(n.reason()).contains("should have been renewed at"));
    }

    @Test
    void aRevokedOneIsRevokedSinceThenAndNotBefore() throws Exception {
        OcspResponse response = answer("R", "260301120000Z,keyCompromise", "ca", "ca");

        assertThat(of(response, now))
                .isEqualTo(new Revocation.Revoked(Instant.parse("2026-03-01T12:00:00Z"), "key compromise"));
        assertThat(of(response, Instant.parse("2026-02-01T00:00:00Z"))).isInstanceOf(Revocation.Good.class);
    }

    @Test
    void oneTheResponderDoesNotKnowIsNotKnown() throws Exception {
        assertThat(of(answer("V", "", "ca", "ca", "1234"), now))
                .isInstanceOfSatisfying(
                        Revocation.NotKnown.class,
                        n -> assertThat(n.reason()).contains("does not know the certificate"));
    }

    @Test
    void theAuthorityMayDelegateAndNobodyElseMaySpeakForIt() throws Exception {
        delegate("responder", "OCSPSigning");
        delegate("other", "codeSigning");
        files("stranger", TestPki.root("Test Root"));

        assertThat(of(answer("V", "", "responder", "responder"), now)).isInstanceOf(Revocation.Good.class);
        assertNotSupplied(answer("V", "", "other", "other"));
        assertNotSupplied(answer("V", "", "stranger", "stranger"));
    }

    @Test
    void anAnswerAboutAnotherCertificateOrAuthorityTellsNothing() throws Exception {
        OcspResponse response = answer("V", "", "ca", "ca");
        SoftwareKey another = TestPki.issue(authority, "Another", Kind.CODE_SIGNING);
        SoftwareKey namesake = TestPki.root("Test Root");

        assertThat(response.of(another.certificate(), authority.certificate(), now))
                .isEmpty();
        assertThat(response.of(leaf.certificate(), namesake.certificate(), now)).isEmpty();
    }

    @Test
    void aChangedOneTellsNothing() throws Exception {
        byte[] der = octets("R", "260301120000Z,keyCompromise", "ca", "ca", serial(leaf));
        int refused = 0;
        for (int i = 0; i < der.length; i++) {
            byte[] changed = Arrays.copyOf(der, der.length);
            changed[i] ^= 1;
            try {
                Revocation told = of(OcspResponse.parse(Bytes.of(changed)), now);
                // What is not signed may change: the certificates beside, say.
                assertThat(told).as("octet %d", i).isNotInstanceOf(Revocation.Good.class);
                refused += told instanceof Revocation.Revoked ? 0 : 1;
            } catch (UnreadableOcspResponse e) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(300);
    }

    @Test
    void whatIsNoResponseIsRefusedInWords() {
        byte[] tryLater = {0x30, 3, 0x0A, 1, 3};
        assertThatThrownBy(() -> OcspResponse.parse(Bytes.of(tryLater)))
                .isInstanceOf(UnreadableOcspResponse.class)
                .hasMessageContaining("OCSPResponseStatus 3");
        for (byte[] octets : List.of(new byte[0], new byte[] {0x30}, new byte[] {0x30, 0}, new byte[] {1, 2, 3})) {
            assertThatThrownBy(() -> OcspResponse.parse(Bytes.of(octets)))
                    .isInstanceOf(UnreadableOcspResponse.class)
                    .hasMessageStartingWith("not an OCSP response: ");
        }
    }

    @Test
    void aListAndAResponseAddUpToTheWorse() throws Exception {
        OcspResponse good = answer("V", "", "ca", "ca");
        OcspResponse revoked = answer("R", "260301120000Z,superseded", "ca", "ca");

        for (List<OcspResponse> both : List.of(List.of(good, revoked), List.of(revoked, good))) {
            assertThat(new RevocationLists(List.of(), both).of(leaf.certificate(), authority.certificate(), now))
                    .isInstanceOf(Revocation.Revoked.class);
        }
    }

    private Revocation of(OcspResponse response, Instant at) {
        return new RevocationLists(List.of(), List.of(response)).of(leaf.certificate(), authority.certificate(), at);
    }

    private void assertNotSupplied(OcspResponse response) {
        assertThat(of(response, now))
                .isInstanceOfSatisfying(
                        Revocation.NotKnown.class, n -> assertThat(n.reason()).contains("was supplied"));
    }

    private OcspResponse answer(String state, String revoked, String certificate, String key) throws Exception {
        return answer(state, revoked, certificate, key, serial(leaf));
    }

    private OcspResponse answer(String state, String revoked, String certificate, String key, String serial)
            throws Exception {
        return OcspResponse.parse(Bytes.of(octets(state, revoked, certificate, key, serial)));
    }

    /** By openssl's one-line database of issued certificates (its ca command's index.txt). */
    private byte[] octets(String state, String revoked, String certificate, String key, String serial)
            throws Exception {
        Files.writeString(
                folder.resolve("index.txt"),
                String.join("\t", state, "491231235959Z", revoked, serial, "unknown", "/CN=Leaf") + "\n");
        openssl.mustRun("ocsp", "-issuer", "ca.pem", "-cert", "leaf.pem", "-no_nonce", "-reqout", "request.der");
        openssl.mustRun(
                "ocsp",
                "-index",
                "index.txt",
                "-CA",
                "ca.pem",
                "-rsigner",
                certificate + ".pem",
                "-rkey",
                key + ".key",
                "-ndays",
                "7",
                "-reqin",
                "request.der",
                "-respout",
                "response.der");
        return Files.readAllBytes(folder.resolve("response.der"));
    }

    private static String serial(SoftwareKey key) {
        String hex = key.certificate().getSerialNumber().toString(16).toUpperCase(Locale.ROOT);
        return hex.length() % 2 == 0 ? hex : "0" + hex;
    }

    /** A certificate the authority issued for this extended key usage. */
    private void delegate(String name, String usage) throws Exception {
        Files.writeString(folder.resolve(name + ".cnf"), "extendedKeyUsage = " + usage + "\n");
        openssl.mustRun(
                "req",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-keyout",
                name + ".key",
                "-out",
                name + ".csr",
                "-subj",
                "/CN=" + name);
        openssl.mustRun(
                "x509",
                "-req",
                "-in",
                name + ".csr",
                "-CA",
                "ca.pem",
                "-CAkey",
                "ca.key",
                "-CAcreateserial",
                "-days",
                "9",
                "-extfile",
                name + ".cnf",
                "-out",
                name + ".pem");
    }

    private void files(String name, SoftwareKey key) {
        TestPki.pem(folder.resolve(name + ".pem"), key.certificate());
        TestPki.keyPem(folder.resolve(name + ".key"), key);
    }
}

package io.countersign.ocsp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.fixture.SoftwareKey;
import io.countersign.fixture.TestPki;
import io.countersign.fixture.TestPki.Kind;
import io.countersign.fixture.Tool;
import io.countersign.key.Digest;
import io.countersign.key.KeyUnavailable;
import io.countersign.key.SignatureAlgorithm;
import io.countersign.key.SigningKey;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.cert.ocsp.OCSPReq;
import org.bouncycastle.cert.ocsp.OCSPReqBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What OpenSSL's client asks and makes of the answers; the responder's certificate is OpenSSL's work too. */
class OcspResponderTest {
    private static final Instant SINCE = Instant.parse("2026-03-01T12:00:00Z");

    private final SoftwareKey authority = TestPki.root("OCSP Root");
    private final SoftwareKey good = TestPki.issue(authority, "Good", Kind.CODE_SIGNING);
    private final SoftwareKey revoked = TestPki.issue(authority, "Revoked", Kind.CODE_SIGNING);
    private final SoftwareKey stray = TestPki.issue(authority, "Not in the register", Kind.CODE_SIGNING);
    private final Map<BigInteger, Standing> register = Map.of(
            good.certificate().getSerialNumber(), new Standing.Good(),
            revoked.certificate().getSerialNumber(), new Standing.Revoked(SINCE, 1));

    private Tool openssl;
    private SoftwareKey delegate;
    private OcspResponder responder;

    @TempDir
    Path folder;

    @BeforeEach
    void writeCertificates() throws Exception {
        openssl = Tool.named("openssl", "openssl").in(folder);
        TestPki.keyPem(folder.resolve("ca.key"), authority);
        TestPki.pem(folder.resolve("ca.pem"), authority.certificate());
        TestPki.pem(folder.resolve("good.pem"), good.certificate());
        TestPki.pem(folder.resolve("revoked.pem"), revoked.certificate());
        TestPki.pem(folder.resolve("stray.pem"), stray.certificate());
        delegate = delegate("OCSPSigning");
        responder = responder(delegate);
    }

    @Test
    void opensslIsToldHowEachCertificateStands() throws Exception {
        assertThat(told("good")).contains("Response verify OK", "good.pem: good");
        assertThat(told("revoked"))
                .contains("revoked.pem: revoked", "Reason: keyCompromise", "Revocation Time: Mar  1 12:00:00 2026 GMT");
        assertThat(told("stray")).contains("Response verify OK", "stray.pem: unknown");
    }

    @Test
    void theNonceComesBackAndWithoutOneTheAnswerMayBeKept() throws Exception {
        OcspAnswer fresh = responder.answer(request("good"));
        OcspAnswer lasting = responder.answer(request("good", "-no_nonce"));

        // openssl compares the nonce by itself, and says so where it differs.
        assertThat(told("good")).doesNotContain("nonce");
        assertThat(fresh.until()).isEmpty();
        assertThat(lasting.until()).isPresent();
    }

    @Test
    void severalCertificatesOfOneAuthorityAreAnsweredAtOnce() throws Exception {
        byte[] request = request("good", "-cert", "revoked.pem", "-sha256", "-cert", "stray.pem");
        Files.write(
                folder.resolve("answer"), responder.answer(request).encoded().toByteArray());
        Tool.Run run = openssl.run(
                "ocsp",
                "-respin",
                "answer",
                "-no_nonce",
                "-CAfile",
                "ca.pem",
                "-issuer",
                "ca.pem",
                "-cert",
                "good.pem",
                "-cert",
                "revoked.pem",
                "-sha256",
                "-cert",
                "stray.pem");
        assertThat(run.output()).contains("good.pem: good", "revoked.pem: revoked", "stray.pem: unknown");
    }

    @Test
    void anAuthorityThatIsNotItsOwnIsNotAnsweredFor() throws Exception {
        TestPki.pem(folder.resolve("ca.pem"), TestPki.root("OCSP Root").certificate());
        OcspAnswer answer = responder.answer(request("good"));
        assertThat(answer.status()).isEqualTo(6);
        assertThat(answer.encoded().toByteArray()).isEqualTo(new byte[] {0x30, 3, 0x0A, 1, 6});
    }

    @Test
    void whatIsNoRequestIsMalformed() throws Exception {
        byte[] request = request("good");
        for (byte[] octets : List.of(
                new byte[0],
                new byte[] {0x30, 0},
                Arrays.copyOf(request, 40),
                new byte[OcspResponder.MAX_REQUEST_BYTES + 1])) {
            assertThat(responder.answer(octets).status()).isEqualTo(1);
        }
    }

    @Test
    void aCriticalExtensionOfOneQuestionIsNotPassedOver() throws Exception {
        for (boolean critical : new boolean[] {false, true}) {
            Extension extension =
                    new Extension(new ASN1ObjectIdentifier("1.3.6.1.4.1.32473.1"), critical, new byte[] {5, 0});
            byte[] request = new OCSPReqBuilder()
                    .addRequest(new OCSPReq(request("good")).getRequestList()[0].getCertID(), new Extensions(extension))
                    .build()
                    .getEncoded();
            assertThat(responder.answer(request).status()).isEqualTo(critical ? 1 : 0);
        }
    }

    @Test
    void noChangeOfARequestMakesItThrow() throws Exception {
        byte[] request = request("good");
        Random random = new Random(1);
        for (int i = 0; i < 3000; i++) {
            byte[] changed = request.clone();
            changed[random.nextInt(changed.length)] = (byte) random.nextInt();
            changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
            assertThat(responder.answer(changed).encoded().size()).isPositive();
        }
    }

    @Test
    void aNonceLongerThanRfc9654AllowsIsMalformed() throws Exception {
        byte[] request = request("good");
        // SEQUENCE … OCTET STRING of 18 around OCTET STRING of 16: the inner one is made empty, in place.
        int nonce = request.length - 18;
        assertThat(request[nonce]).isEqualTo((byte) 4);
        assertThat(request[nonce + 1]).isEqualTo((byte) 16);
        request[nonce + 1] = 0;
        assertThat(responder.answer(request).status()).isEqualTo(1);
    }

    @Test
    void aKeyThatCannotSignNowIsToBeAskedLater() throws Exception {
        SigningKey broken = new SigningKey() {
            @Override
            public List<X509Certificate> chain() {
                return delegate.chain();
            }

            @Override
            public byte[] sign(SignatureAlgorithm algorithm, byte[] toBeSigned) throws KeyUnavailable {
                throw KeyUnavailable.forNow("unplugged", null);
            }

            @Override
            public byte[] signDigest(SignatureAlgorithm algorithm, Digest digest) throws KeyUnavailable {
                throw KeyUnavailable.forNow("unplugged", null);
            }
        };
        OcspAnswer answer = responder(broken).answer(request("good"));
        assertThat(answer.status()).isEqualTo(3);
        assertThat(answer.failure()).get().extracting(Throwable::getMessage).isEqualTo("unplugged");
    }

    @Test
    void onlyWhomTheAuthorityDelegatedToMayAnswer() throws Exception {
        SoftwareKey other = delegate("codeSigning");
        X509Certificate namesake = TestPki.root("OCSP Root").certificate();
        assertThatThrownBy(() -> new OcspAuthority(authority.certificate(), other))
                .hasMessageContaining("is not for OCSP signing");
        assertThatThrownBy(() -> new OcspAuthority(namesake, delegate)).hasMessageContaining("was not issued by");
    }

    private OcspResponder responder(SigningKey key) {
        return new OcspResponder(
                List.of(new OcspAuthority(authority.certificate(), key)),
                (issuer, serial) -> register.getOrDefault(serial, new Standing.NotIssued()),
                Instant::now,
                Duration.ofHours(12));
    }

    private byte[] request(String certificate, String... options) throws IOException {
        openssl.mustRun(append(
                new Object[] {"ocsp", "-issuer", "ca.pem", "-cert", certificate + ".pem", "-reqout", "request"},
                options));
        return Files.readAllBytes(folder.resolve("request"));
    }

    /** What openssl says of the answer to its own request. */
    private String told(String certificate) throws IOException {
        byte[] request = request(certificate);
        Files.write(
                folder.resolve("answer"), responder.answer(request).encoded().toByteArray());
        return openssl.run(
                        "ocsp",
                        "-respin",
                        "answer",
                        "-no_nonce",
                        "-reqin",
                        "request",
                        "-CAfile",
                        "ca.pem",
                        "-issuer",
                        "ca.pem",
                        "-cert",
                        certificate + ".pem")
                .output();
    }

    private static Object[] append(Object[] words, String... more) {
        Object[] all = Arrays.copyOf(words, words.length + more.length);
        System.arraycopy(more, 0, all, words.length, more.length);
        return all;
    }

    /** A certificate of the authority over a key of our own, with this extended key usage. */
    private SoftwareKey delegate(String usage) throws Exception {
        SoftwareKey key = TestPki.issue(authority, "unused", Kind.CODE_SIGNING);
        TestPki.keyPem(folder.resolve("delegate.key"), key);
        Files.writeString(folder.resolve("delegate.ext"), "extendedKeyUsage=" + usage + "\nnoCheck=ignored\n");
        openssl.mustRun("req", "-new", "-key", "delegate.key", "-subj", "/CN=Delegate", "-out", "delegate.csr");
        openssl.mustRun(
                "x509",
                "-req",
                "-in",
                "delegate.csr",
                "-CA",
                "ca.pem",
                "-CAkey",
                "ca.key",
                "-days",
                "30",
                "-extfile",
                "delegate.ext",
                "-out",
                "delegate.pem");
        X509Certificate certificate = (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(Files.newInputStream(folder.resolve("delegate.pem")));
        return new SoftwareKey(key.key(), List.of(certificate, authority.certificate()));
    }
}

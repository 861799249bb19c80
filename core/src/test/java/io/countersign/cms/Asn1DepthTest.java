package io.countersign.cms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.fixture.CmsSample;
import io.countersign.fixture.SoftwareKey;
import io.countersign.fixture.TestPki;
import io.countersign.fixture.TestPki.Kind;
import io.countersign.fixture.Tool;
import io.countersign.key.Bytes;
import io.countersign.key.DigestAlgorithm;
import io.countersign.timestamp.TimestampToken;
import io.countersign.x509.PemCertificates;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Primitive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Signatures as deep as honest signers make them are read, and nothing much deeper. */
class Asn1DepthTest {
    private static final Instant NOW = Instant.parse("2026-11-01T12:00:00Z");
    private static final SoftwareKey ROOT = TestPki.root("LAB Root", NOW.minusSeconds(900));
    private static final byte[] NULL = {5, 0};

    /** OpenSSL's authority, which names issuer and serial number of each certificate of the chain but the first. */
    private static final String AUTHORITY = """
            [tsa]
            default_tsa = lab
            [lab]
            serial = serial
            signer_cert = tsa.pem
            signer_key = key.pem
            certs = chain.pem
            signer_digest = sha256
            default_policy = 1.3.6.1.4.1.32473.1
            digests = sha256
            ess_cert_id_alg = sha256
            ess_cert_id_chain = yes
            """;

    @TempDir
    private Path folder;

    @Test
    void aNestedSignatureWhoseTimestampNamesIssuersIsRead() throws Exception {
        AuthenticodeSignature inner = signature(2);
        Bytes token = token(inner.signatureValue());

        AuthenticodeSignature both = signature(1).withNested(inner.withTimestamp(token));

        assertThatThrownBy(() -> ASN1Primitive.fromByteArray(both.encoded().toByteArray()))
                .as("a fixture that is deep enough")
                .hasMessageContaining("maximum nested construction level");
        AuthenticodeSignature nested = both.nested().get(0);
        assertThat(nested.encoded()).isEqualTo(inner.withTimestamp(token).encoded());
        assertThat(nested.timestamps()).containsExactly(token);
        assertThat(TimestampToken.parse(token.toByteArray()).imprint())
                .contains(DigestAlgorithm.SHA256.digest(nested.signatureValue().toByteArray()));
        assertThat(both.isRebuiltUnchanged()).isTrue();
        assertThat(both.withNested(0, inner).nested().get(0).timestamps()).isEmpty();
    }

    @Test
    void whatIsReadPieceByPieceIsTheSameOctets() throws Exception {
        for (int levels = 20; levels < Asn1Depth.MAXIMUM; levels++) {
            Bytes deep = nested(levels, NULL);
            assertThat(Asn1.encode(Asn1.parse(deep), ASN1Encoding.DER)).isEqualTo(deep);
        }
    }

    @Test
    void deeperThanThatIsRefusedHoweverDeepAndWithAReason() {
        for (int levels : new int[] {Asn1Depth.MAXIMUM, 1_000, 50_000}) {
            assertThatThrownBy(() -> Asn1.parse(nested(levels, NULL)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContainingAll("more than 64 levels deep", "get the file anew");
        }
    }

    @Test
    void whatIsMalformedDeepInsideIsStillRefusedAtOnce() {
        byte[] tooLong = {2, 5, 1};
        assertThatThrownBy(() -> Asn1.parse(nested(40, tooLong))).isInstanceOf(IOException.class);
        byte[] external = {0x28, 6, 2, 1, 1, (byte) 0xA0, 1, 5};
        assertThatThrownBy(() -> Asn1.parse(nested(40, external))).isInstanceOf(IOException.class);
        byte[] readable = {0x28, 7, 2, 1, 1, (byte) 0xA0, 2, 5, 0};
        assertThatThrownBy(() -> Asn1.parse(nested(40, readable))).hasMessageContaining("EXTERNAL");
    }

    private static AuthenticodeSignature signature(int number) throws MalformedSignature {
        SoftwareKey key = key("LAB Publisher " + number, Kind.CODE_SIGNING);
        return AuthenticodeSignature.parse(
                CmsSample.by(key, DigestAlgorithm.SHA256.digest(new byte[] {1})).toBytes());
    }

    private static SoftwareKey key(String name, Kind kind) {
        return TestPki.issue(ROOT, name, kind, "RSA", NOW.minusSeconds(600), NOW.plusSeconds(600));
    }

    private Bytes token(Bytes signatureValue) throws Exception {
        Tool openssl = Tool.named("openssl", "openssl").in(folder);
        SoftwareKey authority = key("LAB Timestamp Authority", Kind.TIME_STAMPING);
        List<X509Certificate> chain = authority.chain();
        write("tsa.pem", PemCertificates.text(chain.subList(0, 1)));
        write("chain.pem", PemCertificates.text(chain));
        String key = Base64.getMimeEncoder().encodeToString(authority.key().getEncoded());
        write("key.pem", "-----BEGIN PRIVATE KEY-----\n" + key + "\n-----END PRIVATE KEY-----\n");
        write("serial", "01\n");
        write("openssl.cnf", AUTHORITY);
        Files.write(folder.resolve("data"), signatureValue.toByteArray());
        openssl.mustRun("ts", "-query", "-data", "data", "-sha256", "-cert", "-out", "query");
        openssl.mustRun("ts", "-reply", "-config", "openssl.cnf", "-queryfile", "query", "-token_out", "-out", "token");
        return Bytes.of(Files.readAllBytes(folder.resolve("token")));
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
    }

    /** An element in so many SEQUENCEs. */
    private static Bytes nested(int levels, byte[] inside) {
        ByteBuffer octets = ByteBuffer.allocate(levels * 5 + inside.length);
        int at = octets.limit() - inside.length;
        octets.put(at, inside);
        for (int i = 0; i < levels; i++) {
            int length = octets.limit() - at;
            if (length < 0x80) {
                octets.put(--at, (byte) length);
            } else {
                int count = length < 0x100 ? 1 : length < 0x10000 ? 2 : 3;
                for (int k = 0; k < count; k++) {
                    octets.put(--at, (byte) (length >> (8 * k)));
                }
                octets.put(--at, (byte) (0x80 | count));
            }
            octets.put(--at, (byte) 0x30);
        }
        byte[] whole = new byte[octets.limit() - at];
        octets.get(at, whole);
        return Bytes.of(whole);
    }
}

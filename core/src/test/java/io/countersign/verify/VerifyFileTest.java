package io.countersign.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.fixture.PeSample;
import io.countersign.fixture.SoftwareKey;
import io.countersign.fixture.TestPki;
import io.countersign.fixture.TestPki.Kind;
import io.countersign.fixture.Tool;
import io.countersign.sign.SignFile;
import io.countersign.sign.SignFile.Options;
import io.countersign.timestamp.TimestampAuthority;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifyFileTest {
    private static final Instant PAST = Instant.parse("2024-03-01T12:00:00Z");
    private static final Instant NOW = Instant.parse("2026-11-01T12:00:00Z");
    private static SoftwareKey root;
    private static SoftwareKey expired;
    private static SoftwareKey timestampRoot;
    private static SoftwareKey timestamper;

    @TempDir
    private Path folder;

    @BeforeAll
    static void makeKeys() {
        Instant longAgo = PAST.minus(Duration.ofDays(1000));
        root = TestPki.root("LAB-PAST Root", longAgo);
        expired = TestPki.issue(
                root,
                "LAB-PAST Publisher",
                Kind.CODE_SIGNING,
                "RSA",
                PAST.minus(Duration.ofDays(30)),
                PAST.plus(Duration.ofDays(30)));
        timestampRoot = TestPki.root("LAB-PAST Timestamp Root", longAgo);
        timestamper = TestPki.issue(
                timestampRoot,
                "LAB-PAST Timestamp Authority",
                Kind.TIME_STAMPING,
                "RSA",
                PAST.minus(Duration.ofDays(30)),
                PAST.plus(Duration.ofDays(30)));
    }

    @Test
    void aTimestampKeepsASignatureGoodAfterItsCertificateExpired() throws Exception {
        Path file = signed(true);
        Report report = verify(file, NOW);
        assertThat(report.verdict()).isEqualTo(new Verdict.Trusted());
        assertThat(report.signatures().get(0).timestamp()).contains(PAST);
        Tool.Run run = Tool.named("osslsigncode", "osslsigncode")
                .run(
                        "verify",
                        "-CAfile",
                        TestPki.pem(folder.resolve("root.pem"), root.certificate()),
                        "-TSA-CAfile",
                        TestPki.pem(folder.resolve("tsa.pem"), timestampRoot.certificate()),
                        "-in",
                        file);
        assertThat(run.output()).contains("Timestamp verified").contains("Signature verification: ok");
        assertThat(run.exitCode()).isZero();
    }

    @Test
    void withoutATimestampTheSignatureEndsWithItsCertificate() throws Exception {
        assertThat(reasons(verify(signed(false), NOW))).anyMatch(r -> r.contains("expired at"));
        assertThat(verify(signed(false), PAST).verdict()).isEqualTo(new Verdict.Trusted());
    }

    @Test
    void aTimestampNobodyVouchesForDoesNotSaveAnExpiredSignature() throws Exception {
        VerifyFile noTimestampRoots = new VerifyFile(List.of(root.certificate()), List.of(), NOW);
        assertThat(reasons(noTimestampRoots.verify(signed(true)))).anyMatch(r -> r.contains("expired at"));
        VerifyFile otherRoots = new VerifyFile(List.of(root.certificate()), List.of(root.certificate()), NOW);
        assertThat(reasons(otherRoots.verify(signed(true)))).anyMatch(r -> r.contains("none of the given roots"));
    }

    @Test
    void withoutRootsTheArithmeticHoldsAndTrustIsUnknown() throws Exception {
        Report report = new VerifyFile(List.of(), List.of(), PAST).verify(signed(true));
        assertThat(report.verdict())
                .asInstanceOf(InstanceOfAssertFactories.type(Verdict.Unknown.class))
                .extracting(Verdict.Unknown::reasons, InstanceOfAssertFactories.list(String.class))
                .hasSize(2)
                .allMatch(r -> r.startsWith("no roots given"));
    }

    @Test
    void aStrangersRootIsNotEnough() throws Exception {
        Report report = new VerifyFile(List.of(timestampRoot.certificate()), List.of(timestampRoot.certificate()), NOW)
                .verify(signed(true));
        assertThat(reasons(report)).containsExactly("LAB-PAST Publisher ends in none of the given roots");
    }

    @Test
    void aTlsCertificateMaySignNoCode() throws Exception {
        SoftwareKey server = TestPki.issue(
                root, "server.example", Kind.TLS_SERVER, "RSA", PAST.minusSeconds(60), PAST.plusSeconds(60));
        Path file = folder.resolve("tls.exe");
        new SignFile(server, Optional.empty())
                .sign(PeSample.plus().writeTo(folder.resolve("in.exe")), file, Options.defaults());
        assertThat(reasons(verify(file, PAST))).anyMatch(r -> r.contains("is not for code signing"));
    }

    @Test
    void aLeafThatIssuedACertificateIsNoAuthority() throws Exception {
        SoftwareKey illegitimate = TestPki.issue(
                expired, "Issued By A Leaf", Kind.CODE_SIGNING, "RSA", PAST.minusSeconds(60), PAST.plusSeconds(60));
        Path file = folder.resolve("leaf.exe");
        new SignFile(illegitimate, Optional.empty())
                .sign(PeSample.plus().writeTo(folder.resolve("in.exe")), file, Options.defaults());
        assertThat(reasons(verify(file, PAST))).anyMatch(r -> r.contains("is no certificate authority"));
    }

    @Test
    void unsignedIsNotMalformedAndMalformedIsNotUnsigned() throws Exception {
        Path unsigned = PeSample.plus().writeTo(folder.resolve("unsigned.exe"));
        assertThat(verify(unsigned, NOW).verdict()).isEqualTo(new Verdict.Unsigned());

        Path text = Files.writeString(
                folder.resolve("text.exe"), "no program at all, but long enough to hold a DOS header");
        assertThat(verify(text, NOW).verdict()).isInstanceOf(Verdict.Malformed.class);

        byte[] file = Files.readAllBytes(signed(true));
        for (int cut : new int[] {1, 9, 100, 2000}) {
            Path truncated = Files.write(folder.resolve("cut.exe"), Arrays.copyOf(file, file.length - cut));
            assertThat(verify(truncated, NOW).verdict()).isInstanceOf(Verdict.Malformed.class);
        }
        Path rubbish = folder.resolve("rubbish.exe");
        byte[] filled = file.clone();
        Arrays.fill(filled, tableOffset(file) + 8, tableOffset(file) + 40, (byte) 0x55);
        assertThat(verify(Files.write(rubbish, filled), NOW).verdict()).isInstanceOf(Verdict.Malformed.class);
    }

    /** The signature itself: a change in it may only go unnoticed where nothing is signed, in our own note and in padding. */
    @Test
    void aChangedSignatureIsNeverAnExceptionAndHoldsOnlyWhereNothingIsSigned() throws Exception {
        byte[] file = Files.readAllBytes(signed(true));
        int table = tableOffset(file);
        Path mutant = folder.resolve("mutant.exe");
        Random random = new Random(5652);
        int unnoticed = 0;
        for (int i = 0; i < 1500; i++) {
            byte[] changed = file.clone();
            changed[table + random.nextInt(file.length - table)] ^= (byte) (1 << random.nextInt(8));
            if (verify(Files.write(mutant, changed), NOW).verdict().equals(new Verdict.Trusted())) {
                unnoticed++;
            }
        }
        // dwLength and revision, version numbers, our note, algorithm parameters, unused certificate of the TSA's chain
        assertThat(unnoticed).isLessThan(1500 / 20);
    }

    private static int tableOffset(byte[] file) {
        return ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getInt(0x80 + 168);
    }

    private Path signed(boolean timestamped) throws Exception {
        Path file = folder.resolve(timestamped ? "timestamped.exe" : "plain.exe");
        new SignFile(
                        expired,
                        timestamped
                                ? Optional.of(
                                        new TimestampAuthority("LAB-PAST", timestamper, InstantSource.fixed(PAST)))
                                : Optional.empty())
                .sign(PeSample.plus().writeTo(folder.resolve("in.exe")), file, Options.defaults());
        return file;
    }

    private static Report verify(Path file, Instant at) throws Exception {
        List<X509Certificate> roots = List.of(root.certificate());
        return new VerifyFile(roots, List.of(timestampRoot.certificate()), at).verify(file);
    }

    private static List<String> reasons(Report report) {
        assertThat(report.verdict()).isInstanceOf(Verdict.Untrusted.class);
        return ((Verdict.Untrusted) report.verdict()).reasons();
    }
}

package io.countersign.sign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.fixture.PeSample;
import io.countersign.fixture.SoftwareKey;
import io.countersign.fixture.TestPki;
import io.countersign.fixture.TestPki.Kind;
import io.countersign.fixture.Tool;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import io.countersign.key.KeyUnavailable;
import io.countersign.key.SignatureAlgorithm;
import io.countersign.key.SigningKey;
import io.countersign.sign.SignFile.Existing;
import io.countersign.sign.SignFile.Options;
import io.countersign.timestamp.TimestampSource;
import io.countersign.timestamp.TimestampUnavailable;
import io.countersign.verify.Report;
import io.countersign.verify.Verdict;
import io.countersign.verify.VerifyFile;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class SignFileTest {
    private static SoftwareKey root;
    private static SoftwareKey publisher;
    private static SoftwareKey elliptic;

    @TempDir
    private Path folder;

    @BeforeAll
    static void makeKeys() {
        root = TestPki.root("Test Root");
        SoftwareKey authority = TestPki.issue(root, "Test Authority", Kind.AUTHORITY);
        publisher = TestPki.issue(authority, "Test Publisher", Kind.CODE_SIGNING);
        elliptic = TestPki.issue(
                authority,
                "Test Elliptic Publisher",
                Kind.CODE_SIGNING,
                "EC",
                Instant.now().minusSeconds(60),
                Instant.now().plusSeconds(86400));
    }

    static Stream<Arguments> shapes() {
        return Stream.of(
                Arguments.of("PE32+, even", PeSample.plus()),
                Arguments.of("PE32", PeSample.pe32()),
                Arguments.of("odd length", PeSample.plus().overlay(13)),
                Arguments.of("length not a multiple of 8", PeSample.pe32().overlay(4)),
                Arguments.of("stale checksum", PeSample.plus().checksum(0xDEADBEEF)),
                Arguments.of(
                        "odd length and stale checksum",
                        PeSample.pe32().overlay(1).checksum(1)),
                Arguments.of("larger than a block", PeSample.plus().sectionSize(700_001)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("shapes")
    void aSignedFileVerifiesHereAndInOsslsigncodeAndStripsToTheSubmittedOne(String shape, PeSample sample)
            throws Exception {
        Path input = sample.writeTo(folder.resolve("in.exe"));
        Path output = folder.resolve("out.exe");

        SignedFile signed = sign(publisher, input, output, Options.defaults().withOutputSha256(true));

        assertThat(signed.input()).isEqualTo(DigestAlgorithm.SHA256.digest(Files.readAllBytes(input)));
        assertThat(signed.output()).contains(DigestAlgorithm.SHA256.digest(Files.readAllBytes(output)));
        assertThat(verify(output).verdict()).isEqualTo(new Verdict.Trusted());
        Tool.Run run = Tool.named("osslsigncode", "osslsigncode")
                .run("verify", "-CAfile", TestPki.pem(folder.resolve("root.pem"), root.certificate()), "-in", output);
        assertThat(run.output()).contains("Signature verification: ok");
        assertThat(run.exitCode()).isZero();
        assertThat(run.output()).doesNotContain("MISMATCH");

        Path stripped = folder.resolve("stripped.exe");
        assertThat(StripFile.strip(output, stripped)).isEqualTo(StripFile.Result.RESTORED);
        assertThat(stripped).hasSameBinaryContentAs(input);
    }

    @ParameterizedTest
    @EnumSource(value = DigestAlgorithm.class, mode = EnumSource.Mode.EXCLUDE, names = "SHA1")
    void everyDigestAndBothKindsOfKeyAreAcceptedByOsslsigncode(DigestAlgorithm digest) throws Exception {
        Path input = PeSample.plus().writeTo(folder.resolve("in.exe"));
        for (SoftwareKey key : List.of(publisher, elliptic)) {
            Path output = folder.resolve("out.exe");
            sign(key, input, output, new Options(digest, Existing.REFUSE, Optional.empty(), Optional.empty()));
            Tool.Run run = Tool.named("osslsigncode", "osslsigncode")
                    .run("verify", "-CAfile", TestPki.pem(folder.resolve("r.pem"), root.certificate()), "-in", output);
            assertThat(run.output()).contains("Signature verification: ok");
            assertThat(verify(output).verdict()).isEqualTo(new Verdict.Trusted());
        }
    }

    @Test
    void descriptionAndUrlAreReadBackByOsslsigncode() throws Exception {
        Path input = PeSample.plus().writeTo(folder.resolve("in.exe"));
        Path output = folder.resolve("out.exe");
        sign(
                publisher,
                input,
                output,
                new Options(
                        DigestAlgorithm.SHA256,
                        Existing.REFUSE,
                        Optional.of("Hello Driver"),
                        Optional.of("https://example.org/hello")));
        Tool.Run run = Tool.named("osslsigncode", "osslsigncode")
                .run("verify", "-CAfile", TestPki.pem(folder.resolve("r.pem"), root.certificate()), "-in", output);
        assertThat(run.output()).contains("Hello Driver").contains("https://example.org/hello");
    }

    @Test
    void aSignedFileIsRefusedUnlessReplaceOrAppendIsAskedFor() throws Exception {
        Path input = PeSample.plus().overlay(3).writeTo(folder.resolve("in.exe"));
        Path once = folder.resolve("once.exe");
        sign(publisher, input, once, Options.defaults());
        Path output = folder.resolve("twice.exe");

        assertThatThrownBy(() -> sign(elliptic, once, output, Options.defaults()))
                .isInstanceOf(UnacceptableFile.class)
                .hasMessageContaining("already signed");
        assertThat(output).doesNotExist();

        sign(elliptic, once, output, existing(Existing.REPLACE));
        Report replaced = verify(output);
        assertThat(replaced.verdict()).isEqualTo(new Verdict.Trusted());
        assertThat(replaced.signatures()).hasSize(1);
        Path stripped = folder.resolve("stripped.exe");
        assertThat(StripFile.strip(output, stripped)).isEqualTo(StripFile.Result.RESTORED);
        assertThat(stripped).hasSameBinaryContentAs(input);

        sign(elliptic, once, output, existing(Existing.APPEND));
        Report appended = verify(output);
        assertThat(appended.verdict()).isEqualTo(new Verdict.Trusted());
        assertThat(appended.signatures()).hasSize(2);
        assertThat(appended.signatures().get(1).path().orElseThrow().toString()).startsWith("Test Elliptic Publisher");
        assertThat(StripFile.strip(output, stripped)).isEqualTo(StripFile.Result.RESTORED);
        assertThat(stripped).hasSameBinaryContentAs(input);
    }

    @Test
    void anAppendedSignatureIsSeenAndAcceptedByOsslsigncode() throws Exception {
        Path once = folder.resolve("once.exe");
        sign(publisher, PeSample.plus().writeTo(folder.resolve("in.exe")), once, Options.defaults());
        Path twice = folder.resolve("twice.exe");
        sign(elliptic, once, twice, existing(Existing.APPEND));
        Tool.Run run = Tool.named("osslsigncode", "osslsigncode")
                .run("verify", "-CAfile", TestPki.pem(folder.resolve("r.pem"), root.certificate()), "-in", twice);
        assertThat(run.output()).contains("Signature Index: 1").contains("Number of verified signatures: 2");
    }

    @Test
    void theSameInputGivesTheSameOctets() throws Exception {
        Path input = PeSample.plus().writeTo(folder.resolve("in.exe"));
        sign(publisher, input, folder.resolve("a.exe"), Options.defaults());
        sign(publisher, input, folder.resolve("b.exe"), Options.defaults());
        assertThat(folder.resolve("a.exe")).hasSameBinaryContentAs(folder.resolve("b.exe"));
    }

    @Test
    void aFileMayBeSignedInPlace() throws Exception {
        Path file = PeSample.plus().writeTo(folder.resolve("in.exe"));
        sign(publisher, file, file, Options.defaults());
        assertThat(verify(file).verdict()).isEqualTo(new Verdict.Trusted());
    }

    @Test
    void aSymbolicLinkStaysOneAndWhatItPointsToIsSigned() throws Exception {
        Path target = PeSample.plus().writeTo(folder.resolve("target.exe"));
        Path link = Files.createSymbolicLink(folder.resolve("link.exe"), target);
        sign(publisher, link, link, Options.defaults());
        assertThat(link).isSymbolicLink();
        assertThat(verify(target).verdict()).isEqualTo(new Verdict.Trusted());
    }

    @Test
    void whenNoTimestampIsGivenNothingIsWritten() throws Exception {
        Path input = PeSample.plus().writeTo(folder.resolve("in.exe"));
        Path output = folder.resolve("out.exe");
        TimestampSource down = imprint -> {
            throw new TimestampUnavailable("down answers nothing");
        };
        assertThatThrownBy(() -> new SignFile(publisher, Optional.of(down)).sign(input, output, Options.defaults()))
                .isInstanceOf(TimestampUnavailable.class);
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(input);
        }
    }

    @Test
    void aKeyThatDoesNotFitItsCertificateIsFoundBeforeAnythingIsWritten() {
        SoftwareKey mismatched = new SoftwareKey(root.key(), publisher.chain());
        Path input = PeSample.plus().writeTo(folder.resolve("in.exe"));
        assertThatThrownBy(() -> sign(mismatched, input, folder.resolve("out.exe"), Options.defaults()))
                .isInstanceOf(KeyUnavailable.class)
                .hasMessageContaining("does not fit the certificate");
        assertThat(folder.resolve("out.exe")).doesNotExist();
    }

    @Test
    void onlyTheExpectedFileIsSignedAndForAnotherTheKeyIsNotUsed() throws Exception {
        Path input = PeSample.plus().writeTo(folder.resolve("in.exe"));
        Path output = folder.resolve("out.exe");
        Digest right = DigestAlgorithm.SHA256.digest(Files.readAllBytes(input));
        Digest wrong = DigestAlgorithm.SHA256.digest(new byte[] {1});
        SigningKey untouchable = before(() -> {
            throw new AssertionError("the key was used");
        });
        assertThatThrownBy(() -> new SignFile(untouchable, Optional.empty())
                        .signOnly(wrong, input, output, Options.defaults(), made -> {}))
                .isInstanceOf(UnacceptableFile.class)
                .hasMessageContaining("approved was " + wrong);
        assertThat(output).doesNotExist();
        new SignFile(publisher, Optional.empty()).signOnly(right, input, output, Options.defaults(), made -> {});
        assertThat(verify(output).verdict()).isEqualTo(new Verdict.Trusted());
    }

    @Test
    void whatBecomesOfTheInputMeanwhileHasNoEffectOnTheOutput() throws Exception {
        PeSample large = PeSample.plus().sectionSize(3_000_000);
        Path input = large.writeTo(folder.resolve("in.exe"));
        Path same = large.writeTo(folder.resolve("same.exe"));
        Digest approved = DigestAlgorithm.SHA256.digest(Files.readAllBytes(input));
        SigningKey meddling = before(() -> {
            try (RandomAccessFile file = new RandomAccessFile(input.toFile(), "rw")) {
                file.seek(2_000_000);
                file.write(new byte[] {1, 2, 3, 4});
                file.setLength(2_500_000);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        Path output = folder.resolve("out.exe");

        new SignFile(meddling, Optional.empty())
                .signOnly(approved, input, output, Options.defaults().withPageHashes(true), made -> {});

        assertThat(verify(output).verdict()).isEqualTo(new Verdict.Trusted());
        assertThat(DiffFile.compare(same, output).isProven()).isTrue();
    }

    /** The publisher's key, which does this before it signs. */
    private static SigningKey before(Runnable action) {
        return new SigningKey() {
            @Override
            public List<X509Certificate> chain() {
                return publisher.chain();
            }

            @Override
            public byte[] sign(SignatureAlgorithm algorithm, byte[] toBeSigned) {
                action.run();
                return publisher.sign(algorithm, toBeSigned);
            }

            @Override
            public byte[] signDigest(SignatureAlgorithm algorithm, Digest digest) {
                action.run();
                return publisher.signDigest(algorithm, digest);
            }
        };
    }

    /** Our note of the file before signing is not signed: what it says must be found true, not believed. */
    @Test
    void aChangedNoteNeverPassesForTheSubmittedFile() throws Exception {
        Path input = PeSample.plus().overlay(3).writeTo(folder.resolve("in.exe"));
        Path output = folder.resolve("out.exe");
        sign(publisher, input, output, Options.defaults());
        byte[] signed = Files.readAllBytes(output);
        byte[] note =
                DigestAlgorithm.SHA256.digest(Files.readAllBytes(input)).value().toByteArray();
        int at = indexOf(signed, note);
        for (int offset : new int[] {at, at - 3}) { // the digest itself, and the checksum before it
            byte[] changed = signed.clone();
            changed[offset] ^= 1;
            Path stripped = folder.resolve("stripped.exe");
            assertThat(StripFile.strip(Files.write(folder.resolve("changed.exe"), changed), stripped))
                    .isEqualTo(StripFile.Result.LENGTH_AND_CHECKSUM_UNKNOWN);
        }
    }

    private static int indexOf(byte[] octets, byte[] part) {
        for (int i = 0; i <= octets.length - part.length; i++) {
            if (Arrays.equals(octets, i, i + part.length, part, 0, part.length)) {
                return i;
            }
        }
        throw new AssertionError("not there");
    }

    @Test
    void aFileWithoutRoomForASecurityDirectoryIsRefusedWithTheReason() {
        Path input = PeSample.plus().directories(4).writeTo(folder.resolve("in.exe"));
        assertThatThrownBy(() -> sign(publisher, input, folder.resolve("out.exe"), Options.defaults()))
                .isInstanceOf(UnacceptableFile.class)
                .hasMessageContaining("fewer than 5 data directories");
    }

    private static Options existing(Existing existing) {
        return new Options(DigestAlgorithm.SHA256, existing, Optional.empty(), Optional.empty());
    }

    private static SignedFile sign(SoftwareKey key, Path input, Path output, Options options) throws Exception {
        return new SignFile(key, Optional.empty()).sign(input, output, options);
    }

    private static Report verify(Path file) throws Exception {
        return new VerifyFile(List.of(root.certificate()), List.of(), Instant.now()).verify(file);
    }
}

package io.countersign.sign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.cms.AuthenticodeContent;
import io.countersign.cms.AuthenticodeSignature;
import io.countersign.cms.AuthenticodeSigner;
import io.countersign.cms.EmbeddedSignature;
import io.countersign.cms.SignedAttributes;
import io.countersign.cms.SpcSpOpusInfo;
import io.countersign.fixture.PeSample;
import io.countersign.fixture.SoftwareKey;
import io.countersign.fixture.TestPki;
import io.countersign.fixture.TestPki.Kind;
import io.countersign.fixture.Tool;
import io.countersign.key.Bytes;
import io.countersign.key.DigestAlgorithm;
import io.countersign.pe.ByteSource;
import io.countersign.pe.ImageScan;
import io.countersign.pe.PageHashes;
import io.countersign.pe.PeImage;
import io.countersign.pe.SignaturePatches;
import io.countersign.sign.SignFile.Existing;
import io.countersign.sign.SignFile.Options;
import io.countersign.verify.Finding;
import io.countersign.verify.Finding.Outcome;
import io.countersign.verify.Report;
import io.countersign.verify.Verdict;
import io.countersign.verify.VerifyFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Page hashes against osslsigncode, whose table must be ours to the byte, and against files changed after signing. */
class PageHashesTest {
    private static SoftwareKey root;
    private static SoftwareKey publisher;

    @TempDir
    private Path folder;

    @BeforeAll
    static void makeKeys() {
        root = TestPki.root("Page Root");
        publisher = TestPki.issue(root, "Page Publisher", Kind.CODE_SIGNING);
    }

    static Stream<Arguments> shapes() throws Exception {
        Path prebuilt = Path.of("..", "samples", "hello-driver", "prebuilt");
        return Stream.of(
                Arguments.of("a driver", Files.readAllBytes(prebuilt.resolve("hello.sys"))),
                Arguments.of("a 32-bit program", Files.readAllBytes(prebuilt.resolve("hello.exe"))),
                Arguments.of("one short page", PeSample.plus().toByteArray()),
                Arguments.of("whole pages", PeSample.pe32().sections(0x2000).toByteArray()),
                Arguments.of(
                        "pages of several sections",
                        PeSample.plus().sections(0x1200, 0x3000, 0x200).toByteArray()),
                Arguments.of(
                        "uninitialised data and an overlay",
                        PeSample.pe32().sections(0x1A00, 0, 0x800).overlay(777).toByteArray()),
                Arguments.of(
                        "more pages than a block",
                        PeSample.plus().sections(0x123400, 0x600).toByteArray()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("shapes")
    void theTableIsTheOneOsslsigncodeMakesAndEachVerifiesTheOthers(String shape, byte[] file) throws Exception {
        Path input = Files.write(folder.resolve("in.exe"), file);
        Path ours = folder.resolve("ours.exe");
        Path theirs = folder.resolve("theirs.exe");
        sign(input, ours, Options.defaults().withPageHashes(true));
        signWithOsslsigncode(input, theirs, "sha256");

        assertThat(tableOf(ours)).isEqualTo(tableOf(theirs)).isPresent();
        for (Path signed : List.of(ours, theirs)) {
            assertThat(verify(signed).verdict()).isEqualTo(new Verdict.Trusted());
            assertThat(finding(signed).message()).isEqualTo("the SHA-256 of every page is the signed one");
            Tool.Run run = osslsigncode(
                    "verify", "-CAfile", TestPki.pem(folder.resolve("root.pem"), root.certificate()), "-in", signed);
            assertThat(run.exitCode()).as(run.output()).isZero();
            assertThat(run.output()).contains("Page hash algorithm  : SHA256").doesNotContain("MISMATCH");
        }
    }

    @Test
    void versionOneWithSha1IsVerifiedThoughNeverMade() throws Exception {
        Path input = PeSample.plus().sections(0x1200, 0x600).writeTo(folder.resolve("in.exe"));
        Path theirs = folder.resolve("theirs.exe");
        signWithOsslsigncode(input, theirs, "sha1");

        assertThat(tableOf(theirs).orElseThrow().algorithm()).isEqualTo(DigestAlgorithm.SHA1);
        assertThat(finding(theirs).outcome()).isEqualTo(Outcome.PASSED);
    }

    @Test
    void aChangedPageIsNamed() throws Exception {
        Path signed = folder.resolve("signed.exe");
        sign(
                PeSample.plus().sections(0x1200, 0x2000).writeTo(folder.resolve("in.exe")),
                signed,
                Options.defaults().withPageHashes(true));
        byte[] changed = Files.readAllBytes(signed);
        changed[0x200 + 0x1200 + 0x1000 + 5] ^= 1;

        Finding finding = finding(Files.write(folder.resolve("changed.exe"), changed));

        assertThat(finding.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(finding.message()).isEqualTo("the page at file offset 0x2400 is not the one that was signed");
    }

    @Test
    void aRightImageDigestDoesNotCoverUpWrongPageHashes() throws Exception {
        Path input = PeSample.plus().sections(0x1200, 0x600).writeTo(folder.resolve("in.exe"));
        PageHashes right = pagesOf(input);
        byte[] wrongDigest = right.table().toByteArray();
        wrongDigest[36 + 10] ^= 1;
        byte[] wrongOffset = right.table().toByteArray();
        wrongOffset[2 * 36 + 1] ^= 1;

        assertThat(signedWithTable(input, right.table().toByteArray())).isEqualTo(new Verdict.Trusted());
        assertThat(signedWithTable(input, wrongDigest))
                .isEqualTo(untrusted("the page at file offset 0x200 is not the one that was signed"));
        assertThat(signedWithTable(input, wrongOffset))
                .isEqualTo(
                        untrusted("the signature lists a page at file offset 0x1300 where the file has one at 0x1200"));
        assertThat(signedWithTable(input, new byte[36]))
                .isEqualTo(untrusted("the signature lists 1 SHA-256 pages in 36 bytes, the file has 5 in 180"));
    }

    @Test
    void anOctetChangedInTheTableOrInWhatSurroundsItIsNeverTrustedAndNeverAnException() throws Exception {
        Path signed = folder.resolve("signed.exe");
        sign(
                PeSample.plus().writeTo(folder.resolve("in.exe")),
                signed,
                Options.defaults().withPageHashes(true));
        byte[] file = Files.readAllBytes(signed);
        int classId = new String(file, StandardCharsets.ISO_8859_1)
                .indexOf(new String(HexFormat.of().parseHex("a6b586d5b4a12466"), StandardCharsets.ISO_8859_1));
        Path mutant = folder.resolve("mutant.exe");
        for (int at = classId - 12; at < classId + 160; at++) {
            for (int bit = 1; bit < 0x100; bit <<= 1) {
                byte[] changed = file.clone();
                changed[at] ^= (byte) bit;
                assertThat(verify(Files.write(mutant, changed)).verdict())
                        .as("octet %d", at - classId)
                        .isNotEqualTo(new Verdict.Trusted());
            }
        }
    }

    @Test
    void anAppendedSignatureHasPageHashesOfItsOwn() throws Exception {
        Path once = folder.resolve("once.exe");
        Path twice = folder.resolve("twice.exe");
        sign(PeSample.plus().writeTo(folder.resolve("in.exe")), once, Options.defaults());
        sign(
                once,
                twice,
                new Options(DigestAlgorithm.SHA384, Existing.APPEND, Optional.empty(), Optional.empty())
                        .withPageHashes(true));

        assertThat(verify(twice).findings().stream()
                        .filter(f -> f.check().equals("pe.page-hashes"))
                        .map(Finding::outcome))
                .containsExactly(Outcome.NOTE, Outcome.PASSED);
    }

    @Test
    void aFileWhosePagesAreNotKnownIsNotGivenPageHashesAndOtherwiseSigned() throws Exception {
        byte[] pe = PeSample.plus().sections(0x400, 0x400).toByteArray();
        int secondRawOffset = 0x80 + 24 + 240 + 40 + 20;
        int sizeOfHeaders = 0x80 + 24 + 60;
        for (int[] change : new int[][] {{secondRawOffset, 0x400}, {sizeOfHeaders, 0x2000}, {sizeOfHeaders, 0x100}}) {
            byte[] odd = pe.clone();
            ByteBuffer.wrap(odd).order(ByteOrder.LITTLE_ENDIAN).putInt(change[0], change[1]);
            Path input = Files.write(folder.resolve("odd.exe"), odd);
            Path output = folder.resolve("out.exe");

            assertThatThrownBy(() -> sign(input, output, Options.defaults().withPageHashes(true)))
                    .isInstanceOf(UnacceptableFile.class)
                    .hasMessageContaining("no page hashes for a file like this");
            assertThat(output).doesNotExist();
            sign(input, output, Options.defaults());
            Files.delete(output);
        }
    }

    private void sign(Path input, Path output, Options options) throws Exception {
        new SignFile(publisher, Optional.empty()).sign(input, output, options);
    }

    private void signWithOsslsigncode(Path input, Path output, String digest) throws Exception {
        Path key = TestPki.keyPem(folder.resolve("key.pem"), publisher);
        Tool.named("osslsigncode", "osslsigncode")
                .mustRun(
                        "sign",
                        "-ph",
                        "-h",
                        digest,
                        "-certs",
                        TestPki.pem(folder.resolve("leaf.pem"), publisher.certificate()),
                        "-key",
                        key,
                        "-in",
                        input,
                        "-out",
                        output);
    }

    private static Tool.Run osslsigncode(Object... arguments) {
        return Tool.named("osslsigncode", "osslsigncode").run(arguments);
    }

    /** The verdict on a file whose signature is right but for the table, which is this. */
    private Verdict signedWithTable(Path input, byte[] table) throws Exception {
        Path output = folder.resolve("table.exe");
        try (ByteSource source = ByteSource.open(input);
                FileChannel out = FileChannel.open(
                        output,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
            PeImage image = PeImage.parse(source);
            ImageScan scan = ImageScan.of(image, source, Set.of(DigestAlgorithm.SHA256));
            AuthenticodeSignature signature = new AuthenticodeSigner(publisher)
                    .sign(AuthenticodeContent.ofPeImage(
                            scan.imageDigest(DigestAlgorithm.SHA256),
                            Optional.of(new PageHashes(DigestAlgorithm.SHA256, Bytes.of(table))),
                            new SignedAttributes(
                                    new SpcSpOpusInfo(Optional.empty(), Optional.empty()),
                                    false,
                                    OptionalInt.empty())));
            SignaturePatches.attach(image, scan, signature.encoded()).apply(source, out);
        }
        return verify(output).verdict();
    }

    private static Verdict untrusted(String reason) {
        return new Verdict.Untrusted(List.of(reason));
    }

    private static PageHashes pagesOf(Path file) throws Exception {
        try (ByteSource source = ByteSource.open(file)) {
            return PageHashes.of(PeImage.parse(source), source, DigestAlgorithm.SHA256);
        }
    }

    private static Optional<PageHashes> tableOf(Path file) throws Exception {
        try (ByteSource source = ByteSource.open(file)) {
            return EmbeddedSignature.read(PeImage.parse(source), source)
                    .map(EmbeddedSignature::signature)
                    .flatMap(AuthenticodeSignature::pageHashes);
        }
    }

    private static Finding finding(Path file) throws Exception {
        return verify(file).findings().stream()
                .filter(f -> f.check().equals("pe.page-hashes"))
                .findFirst()
                .orElseThrow();
    }

    private static Report verify(Path file) throws Exception {
        return new VerifyFile(List.of(root.certificate()), List.of(), Instant.now()).verify(file);
    }
}

package io.countersign.sign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.cms.AuthenticodeSignature;
import io.countersign.cms.EmbeddedSignature;
import io.countersign.fixture.PeSample;
import io.countersign.fixture.SoftwareKey;
import io.countersign.fixture.TestPki;
import io.countersign.fixture.TestPki.Kind;
import io.countersign.fixture.Tool;
import io.countersign.key.Bytes;
import io.countersign.key.DigestAlgorithm;
import io.countersign.pe.ByteSource;
import io.countersign.pe.ImageScan;
import io.countersign.pe.PeImage;
import io.countersign.pe.SignaturePatches;
import io.countersign.sign.SignFile.Existing;
import io.countersign.timestamp.TimestampAuthority;
import io.countersign.timestamp.TimestampToken;
import io.countersign.verify.Report;
import io.countersign.verify.Verdict;
import io.countersign.verify.VerifyFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TimestampFileTest {
    private static SoftwareKey root;
    private static SoftwareKey publisher;
    private static SoftwareKey timestampRoot;
    private static TimestampAuthority authority;

    @TempDir
    private Path folder;

    private Path unsigned;
    private Path signed;
    private Path stamped;

    @BeforeAll
    static void makeKeys() {
        root = TestPki.root("Test Root");
        publisher = TestPki.issue(root, "Test Publisher", Kind.CODE_SIGNING);
        timestampRoot = TestPki.root("Test Timestamp Root");
        authority = new TimestampAuthority(
                "test", TestPki.issue(timestampRoot, "Test TSA", Kind.TIME_STAMPING), InstantSource.system());
    }

    @BeforeEach
    void sign() throws Exception {
        unsigned = PeSample.plus().overlay(3).writeTo(folder.resolve("unsigned.exe"));
        signed = folder.resolve("signed.exe");
        stamped = folder.resolve("stamped.exe");
        sign(unsigned, signed, DigestAlgorithm.SHA256, Existing.REFUSE);
    }

    @Test
    void aTimestampAddedLaterVerifiesHereAndInOsslsigncodeAndTheFileStripsToTheSubmittedOne() throws Exception {
        TimestampToken token = stamp(signed, stamped, TimestampFile.Options.defaults());

        assertThat(read(stamped).timestamps()).containsExactly(token.encoded());
        assertThat(verify(stamped).verdict()).isEqualTo(new Verdict.Trusted());
        osslsigncodeAccepts(stamped, "Timestamp Server Signature verification: ok");
        assertThat(DiffFile.compare(unsigned, stamped).difference()).isEmpty();
        Path stripped = folder.resolve("stripped.exe");
        assertThat(StripFile.strip(stamped, stripped)).isEqualTo(StripFile.Result.RESTORED);
        assertThat(stripped).hasSameBinaryContentAs(unsigned);
    }

    @Test
    void whatOsslsigncodeSignedGetsATimestampToo() throws Exception {
        Files.delete(signed);
        ForeignSignature.sign(publisher, unsigned, signed);

        stamp(signed, stamped, TimestampFile.Options.defaults());

        osslsigncodeAccepts(stamped, "Timestamp Server Signature verification: ok");
        assertThat(verify(stamped).verdict()).isEqualTo(new Verdict.Trusted());
        assertThat(DiffFile.compare(signed, stamped).difference()).isEmpty();
    }

    @Test
    void aSignatureThatIsNotDerIsNotTouched() throws Exception {
        byte[] der = read(signed).encoded().toByteArray();
        byte[] longForm = new byte[der.length + 2];
        longForm[0] = der[0];
        longForm[1] = (byte) 0x84; // four octets of length where two are enough
        System.arraycopy(der, 2, longForm, 4, der.length - 2);
        try (ByteSource source = ByteSource.open(unsigned);
                FileChannel out = FileChannel.open(signed, StandardOpenOption.WRITE)) {
            PeImage image = PeImage.parse(source);
            SignaturePatches.attach(image, ImageScan.of(image, source, Set.of()), Bytes.of(longForm))
                    .apply(source, out);
        }
        assertThat(verify(signed).verdict()).isEqualTo(new Verdict.Trusted());
        refused(signed, TimestampFile.Options.defaults(), "not encoded in DER");
    }

    @Test
    void aNestedSignatureGetsATimestampAndStaysWhereItIs() throws Exception {
        Path nested = folder.resolve("nested.exe");
        sign(signed, nested, DigestAlgorithm.SHA384, Existing.APPEND);
        sign(nested, nested, DigestAlgorithm.SHA512, Existing.APPEND);
        List<AuthenticodeSignature> before = read(nested).nested();

        TimestampToken token = stamp(nested, stamped, new TimestampFile.Options(1, false));

        AuthenticodeSignature primary = read(stamped);
        assertThat(primary.timestamps()).isEmpty();
        assertThat(primary.nested()).hasSize(2);
        assertThat(primary.nested().get(1).encoded()).isEqualTo(before.get(1).encoded());
        assertThat(primary.nested().get(0).timestamps()).containsExactly(token.encoded());
        assertThat(primary.nested().get(0).signatureValue())
                .isEqualTo(before.get(0).signatureValue());
        assertThat(token.imprint().orElseThrow().algorithm()).isEqualTo(DigestAlgorithm.SHA384);
        assertThat(verify(stamped).verdict()).isEqualTo(new Verdict.Trusted());
        osslsigncodeAccepts(stamped, "Number of verified signatures: 3");
    }

    @Test
    void aSecondTimestampIsAddedOnlyWhereAskedFor() throws Exception {
        TimestampToken first = stamp(signed, stamped, TimestampFile.Options.defaults());
        byte[] once = Files.readAllBytes(stamped);

        assertThatThrownBy(() -> stamp(stamped, stamped, TimestampFile.Options.defaults()))
                .isInstanceOf(UnacceptableFile.class)
                .hasMessageContaining("has a timestamp already");
        assertThat(stamped).hasBinaryContent(once);

        TimestampToken second = stamp(stamped, stamped, new TimestampFile.Options(0, true));
        assertThat(read(stamped).timestamps()).containsExactly(first.encoded(), second.encoded());
        assertThat(verify(stamped).verdict()).isEqualTo(new Verdict.Trusted());
        osslsigncodeAccepts(stamped, "Timestamp Server Signature verification: ok");
    }

    @Test
    void whatCannotOrNeedNotBeTimestampedIsRefusedWithTheReason() throws Exception {
        refused(unsigned, TimestampFile.Options.defaults(), "no signature to timestamp");
        refused(signed, new TimestampFile.Options(1, false), "no signature 1: the file has signature 0 only");

        byte[] octets = Files.readAllBytes(signed);
        Path broken = folder.resolve("broken.exe");
        byte[] changed = octets.clone();
        changed[0x210] ^= 1;
        Files.write(broken, changed);
        refused(broken, TimestampFile.Options.defaults(), "changed after signing");

        byte[] value = read(signed).signatureValue().toByteArray();
        int at = indexOf(octets, value);
        changed = octets.clone();
        changed[at + 9] ^= 1;
        Files.write(broken, changed);
        refused(broken, TimestampFile.Options.defaults(), "does not hold");
        assertThat(stamped).doesNotExist();
    }

    private void refused(Path file, TimestampFile.Options options, String reason) {
        assertThatThrownBy(() -> stamp(file, stamped, options))
                .isInstanceOf(UnacceptableFile.class)
                .hasMessageContaining(reason);
    }

    private static int indexOf(byte[] octets, byte[] wanted) {
        for (int i = 0; i <= octets.length - wanted.length; i++) {
            if (Arrays.equals(octets, i, i + wanted.length, wanted, 0, wanted.length)) {
                return i;
            }
        }
        throw new AssertionError("not found");
    }

    private void osslsigncodeAccepts(Path file, String saying) {
        Tool.Run run = Tool.named("osslsigncode", "osslsigncode")
                .run(
                        "verify",
                        "-CAfile",
                        TestPki.pem(folder.resolve("root.pem"), root.certificate()),
                        "-TSA-CAfile",
                        TestPki.pem(folder.resolve("tsa-root.pem"), timestampRoot.certificate()),
                        "-in",
                        file);
        assertThat(run.exitCode()).as(run.output()).isZero();
        assertThat(run.output()).contains("Signature verification: ok", saying);
    }

    private static TimestampToken stamp(Path input, Path output, TimestampFile.Options options) throws Exception {
        return new TimestampFile(authority).timestamp(input, output, options).token();
    }

    private static AuthenticodeSignature read(Path file) throws Exception {
        try (ByteSource source = ByteSource.open(file)) {
            return EmbeddedSignature.read(PeImage.parse(source), source)
                    .orElseThrow()
                    .signature();
        }
    }

    private static void sign(Path input, Path output, DigestAlgorithm digest, Existing existing) throws Exception {
        new SignFile(publisher, Optional.empty())
                .sign(
                        input,
                        output,
                        new SignFile.Options(digest, existing, Optional.empty(), Optional.of("https://example.org/")));
    }

    private static Report verify(Path file) throws Exception {
        return new VerifyFile(
                        List.of(root.certificate()),
                        List.of(timestampRoot.certificate()),
                        Instant.now().plusSeconds(2))
                .verify(file);
    }
}

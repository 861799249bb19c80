package io.countersign.sign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.cms.AuthenticodeContent;
import io.countersign.cms.AuthenticodeSignature;
import io.countersign.cms.AuthenticodeSigner;
import io.countersign.cms.MalformedSignature;
import io.countersign.cms.SignedAttributes;
import io.countersign.cms.SpcSpOpusInfo;
import io.countersign.fixture.PeSample;
import io.countersign.fixture.SoftwareKey;
import io.countersign.fixture.TestPki;
import io.countersign.fixture.TestPki.Kind;
import io.countersign.fixture.Tool;
import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import io.countersign.sign.SignFile.Existing;
import io.countersign.sign.SignFile.Options;
import io.countersign.timestamp.TimestampAuthority;
import io.countersign.timestamp.TimestampSource;
import io.countersign.timestamp.TimestampUnavailable;
import io.countersign.timestamp.Timestamped;
import io.countersign.verify.Verdict;
import io.countersign.verify.VerifyFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Digest here, sign there, attach here. */
class TwoPhaseTest {
    private static SoftwareKey root;
    private static SoftwareKey publisher;
    private static SoftwareKey elliptic;
    private static SoftwareKey timestampRoot;
    private static TimestampSource timestamps;

    @TempDir
    private Path folder;

    private Path unsigned;
    private Path once;
    private Path attached;

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
        timestampRoot = TestPki.root("Test Timestamp Root");
        timestamps = new SameToken(new TimestampAuthority(
                "test", TestPki.issue(timestampRoot, "Test TSA", Kind.TIME_STAMPING), InstantSource.system()));
    }

    /** Gives the same token for the same digest, so that two ways of signing can be compared. */
    private static final class SameToken implements TimestampSource {
        private final TimestampSource authority;
        private final Map<Digest, Timestamped> given = new HashMap<>();

        SameToken(TimestampSource authority) {
            this.authority = authority;
        }

        @Override
        public Timestamped timestamp(Digest imprint) throws TimestampUnavailable {
            Timestamped token = given.get(imprint);
            if (token == null) {
                token = authority.timestamp(imprint);
                given.put(imprint, token);
            }
            return token;
        }
    }

    @BeforeEach
    void name() {
        unsigned = PeSample.plus().overlay(3).writeTo(folder.resolve("unsigned.exe"));
        once = folder.resolve("once.exe");
        attached = folder.resolve("attached.exe");
    }

    static Stream<Arguments> inputs() {
        Options plain = Options.defaults();
        return Stream.of(
                Arguments.of(PeSample.plus(), plain),
                Arguments.of(PeSample.plus().overlay(3), plain.withPageHashes(true)),
                Arguments.of(PeSample.pe32().overlay(1).checksum(0xDEADBEEF), plain),
                Arguments.of(PeSample.plus().sectionSize(700_001), options(DigestAlgorithm.SHA512, Existing.REFUSE)),
                Arguments.of(
                        PeSample.plus().overlay(13),
                        new Options(
                                DigestAlgorithm.SHA384,
                                Existing.REFUSE,
                                Optional.of("Größe"),
                                Optional.of("https://example.org/"))));
    }

    @ParameterizedTest
    @MethodSource("inputs")
    void theFileIsByteForByteTheOneThatOneShotSigningMakes(PeSample sample, Options options) throws Exception {
        sample.writeTo(unsigned);
        for (Optional<TimestampSource> stamps : List.of(Optional.<TimestampSource>empty(), Optional.of(timestamps))) {
            new SignFile(publisher, stamps).sign(unsigned, once, options);

            new AttachFile(Optional.empty())
                    .attach(unsigned, signature(publisher, stamps, options), attached, options.existing());
            assertThat(attached).hasSameBinaryContentAs(once);

            new AttachFile(stamps)
                    .attach(unsigned, signature(publisher, Optional.empty(), options), attached, options.existing());
            assertThat(attached).as("timestamped when attached").hasSameBinaryContentAs(once);
        }
    }

    @ParameterizedTest
    @CsvSource({"APPEND", "REPLACE"})
    void theSameHoldsForAFileThatIsSignedAlready(Existing existing) throws Exception {
        Path signed = folder.resolve("signed.exe");
        new SignFile(elliptic, Optional.empty()).sign(unsigned, signed, Options.defaults());
        Options options = options(DigestAlgorithm.SHA256, existing);
        new SignFile(publisher, Optional.of(timestamps)).sign(signed, once, options);

        AuthenticodeSignature made =
                new SignFile(publisher, Optional.of(timestamps)).sign(carried(ToBeSigned.of(signed, options)));
        new AttachFile(Optional.empty()).attach(signed, made, attached, existing);

        assertThat(attached).hasSameBinaryContentAs(once);
        assertThatThrownBy(() -> ToBeSigned.of(signed, Options.defaults()))
                .isInstanceOf(UnacceptableFile.class)
                .hasMessageContaining("already signed");
        assertThatThrownBy(() -> new AttachFile(Optional.empty()).attach(signed, made, attached, Existing.REFUSE))
                .isInstanceOf(UnacceptableFile.class)
                .hasMessageContaining("already signed");
    }

    @Test
    void anEllipticKeySignsADigestToo() throws Exception {
        Options options = options(DigestAlgorithm.SHA512, Existing.REFUSE);
        SignedFile signed = new AttachFile(Optional.of(timestamps))
                .attach(unsigned, signature(elliptic, Optional.empty(), options), attached, Existing.REFUSE);

        assertThat(signed.chain().get(0)).isEqualTo(elliptic.certificate());
        assertThat(signed.timestamp()).isPresent();
        assertTrusted();
        assertThat(DiffFile.compare(unsigned, attached).difference()).isEmpty();
    }

    @Test
    void osslsigncodeAttachesOurSignatureAndWeItsOwn() throws Exception {
        Tool osslsigncode = Tool.named("osslsigncode", "osslsigncode");
        Path file = folder.resolve("ours.sig");
        Files.write(
                file,
                signature(publisher, Optional.of(timestamps), Options.defaults())
                        .encoded()
                        .toByteArray());
        osslsigncode.mustRun("attach-signature", "-sigin", file, "-in", unsigned, "-out", attached, "-CAfile", pem());
        assertTrusted();

        ForeignSignature.sign(publisher, unsigned, once);
        Path theirs = folder.resolve("theirs.sig");
        osslsigncode.mustRun("extract-signature", "-in", once, "-out", theirs);
        Files.delete(attached);
        new AttachFile(Optional.of(timestamps))
                .attach(unsigned, parse(Bytes.of(Files.readAllBytes(theirs))), attached, Existing.REFUSE);
        assertTrusted();
        Tool.Run run = osslsigncode.run(
                "verify",
                "-CAfile",
                TestPki.pem(
                        folder.resolve("both.pem"),
                        root.certificate(),
                        publisher.chain().get(1)),
                "-TSA-CAfile",
                TestPki.pem(folder.resolve("t.pem"), timestampRoot.certificate()),
                "-in",
                attached);
        assertThat(run.output()).contains("Timestamp Server Signature verification: ok", "Signature verification: ok");
    }

    @Test
    void aSignatureTakenOutOfASignedFileFitsTheFileItWasMadeForAndNoOther() throws Exception {
        new SignFile(publisher, Optional.empty()).sign(unsigned, once, Options.defaults());
        Path file = folder.resolve("extracted.sig");
        Tool.named("osslsigncode", "osslsigncode").mustRun("extract-signature", "-in", once, "-out", file);
        AuthenticodeSignature extracted = parse(Bytes.of(Files.readAllBytes(file)));

        new AttachFile(Optional.empty()).attach(unsigned, extracted, attached, Existing.REFUSE);
        assertThat(attached).hasSameBinaryContentAs(once);

        PeSample.plus().overlay(3).checksum(7).writeTo(unsigned);
        assertThatThrownBy(
                        () -> new AttachFile(Optional.empty()).attach(unsigned, extracted, attached, Existing.REFUSE))
                .isInstanceOf(UnacceptableFile.class)
                .hasMessageContaining("taken out of a signed file");
    }

    @Test
    void aSignatureThatIsNotAboutTheFileOrDoesNotHoldIsNotAttached() throws Exception {
        AuthenticodeSignature made = signature(publisher, Optional.of(timestamps), Options.defaults());
        Path other = PeSample.plus().overlay(4).writeTo(folder.resolve("other.exe"));
        refused(other, made, Optional.empty(), "about another file");
        refused(unsigned, made, Optional.of(timestamps), "has a timestamp already");

        SoftwareKey mismatched = new SoftwareKey(root.key(), publisher.chain());
        assertThatThrownBy(() -> signature(mismatched, Optional.empty(), Options.defaults()))
                .hasMessageContaining("does not fit the certificate");
        byte[] der = made.encoded().toByteArray();
        byte[] value = made.signatureValue().toByteArray();
        for (int i = 0; i < der.length - value.length; i++) {
            if (Bytes.of(Arrays.copyOfRange(der, i, i + value.length)).equals(made.signatureValue())) {
                der[i + 20] ^= 1;
                break;
            }
        }
        refused(unsigned, parse(Bytes.of(der)), Optional.empty(), "does not hold");
        assertThat(attached).doesNotExist();
    }

    @Test
    void pageHashesOfAnotherFileAreNotAttached() throws Exception {
        Path other = PeSample.plus().sectionSize(9000).writeTo(folder.resolve("other.exe"));
        AuthenticodeContent mixed = AuthenticodeContent.ofPeImage(
                ToBeSigned.of(unsigned, Options.defaults()).content().imageDigest(),
                ToBeSigned.of(other, Options.defaults().withPageHashes(true))
                        .content()
                        .pageHashes(),
                new SignedAttributes(
                        new SpcSpOpusInfo(Optional.empty(), Optional.empty()), false, OptionalInt.empty()));

        refused(unsigned, new AuthenticodeSigner(publisher).sign(mixed), Optional.empty(), "page hashes are not");
    }

    private void refused(Path file, AuthenticodeSignature signature, Optional<TimestampSource> stamps, String reason) {
        assertThatThrownBy(() -> new AttachFile(stamps).attach(file, signature, attached, Existing.REFUSE))
                .isInstanceOf(UnacceptableFile.class)
                .hasMessageContaining(reason);
    }

    @Test
    void aToBeSignedFileIsSmallAndTellsTheFile() throws Exception {
        PeSample.plus().sectionSize(5_000_000).writeTo(unsigned);

        ToBeSigned made = ToBeSigned.of(unsigned, Options.defaults());

        assertThat(made.encoded().size()).isLessThan(2000);
        assertThat(made.fileSize()).isEqualTo(Files.size(unsigned));
        assertThat(made.fileSha256()).isEqualTo(DigestAlgorithm.SHA256.digest(Files.readAllBytes(unsigned)));
        assertThat(ToBeSigned.parse(made.encoded()).encoded()).isEqualTo(made.encoded());
    }

    /** What the reader sees, the image digest, is what the key signs, whatever octet is changed on the way. */
    @Test
    void noChangedOctetOfAToBeSignedFileMakesTheKeySignAnotherImageDigest() throws Exception {
        ToBeSigned made = ToBeSigned.of(unsigned, Options.defaults());
        byte[] octets = made.encoded().toByteArray();
        int refused = 0;
        for (int i = 0; i < octets.length; i++) {
            for (int mask : new int[] {1, 0x80, 0xFF}) {
                byte[] changed = octets.clone();
                changed[i] ^= (byte) mask;
                try {
                    ToBeSigned read = ToBeSigned.parse(Bytes.of(changed));
                    assertThat(read.content().imageDigest())
                            .isEqualTo(made.content().imageDigest());
                    assertThat(read.encoded()).isEqualTo(Bytes.of(changed));
                } catch (UnacceptableFile e) {
                    assertThat(e).hasMessageContaining("to-be-signed file");
                    refused++;
                }
            }
        }
        assertThat(refused).isBetween(octets.length, 3 * octets.length - 32);
    }

    @Test
    void aToBeSignedFileOfAnotherVersionOrLengthIsRefusedWithTheReason() throws Exception {
        byte[] octets = ToBeSigned.of(unsigned, Options.defaults()).encoded().toByteArray();
        int version = 2 + (octets[1] < 0 ? octets[1] & 0x7F : 0) + 2; // behind two headers
        version += octets[version - 1] + 2;
        assertThat(octets[version]).isEqualTo((byte) 1);
        byte[] other = octets.clone();
        other[version] = 2;
        notToBeSigned(other, "has version 2");
        notToBeSigned(Arrays.copyOf(octets, octets.length - 1), "cannot be read");
        notToBeSigned(Arrays.copyOf(octets, octets.length + 1), "cannot be read");
        notToBeSigned(new byte[0], "to-be-signed file");
        notToBeSigned(new byte[] {0x30, 0}, "no to-be-signed file");
        notToBeSigned(new byte[1 << 19], "ASN.1 elements");
    }

    private static void notToBeSigned(byte[] octets, String reason) {
        assertThatThrownBy(() -> ToBeSigned.parse(Bytes.of(octets)))
                .isInstanceOf(UnacceptableFile.class)
                .hasMessageContaining(reason);
    }

    /** The attributes of one file with the content of another: the key would sign what the reader does not see. */
    @Test
    void attributesOfAnotherFileAreRefused() throws Exception {
        Path other = PeSample.plus().overlay(4).writeTo(folder.resolve("other.exe"));
        ToBeSigned one = ToBeSigned.of(unsigned, Options.defaults());
        ToBeSigned two = ToBeSigned.of(other, Options.defaults());

        assertThatThrownBy(() -> AuthenticodeContent.parse(
                        one.content().content(), two.content().signedAttributes()))
                .isInstanceOf(MalformedSignature.class)
                .hasMessageContaining("about another content");
    }

    private static Options options(DigestAlgorithm digest, Existing existing) {
        return new Options(digest, existing, Optional.empty(), Optional.empty());
    }

    /** As it went through a file to another machine. */
    private static ToBeSigned carried(ToBeSigned toBeSigned) throws Exception {
        return ToBeSigned.parse(toBeSigned.encoded());
    }

    private AuthenticodeSignature signature(SoftwareKey key, Optional<TimestampSource> stamps, Options options)
            throws Exception {
        return parse(new SignFile(key, stamps)
                .sign(carried(ToBeSigned.of(unsigned, options)))
                .encoded());
    }

    private static AuthenticodeSignature parse(Bytes der) throws Exception {
        return AuthenticodeSignature.parse(der);
    }

    private Path pem() {
        return TestPki.pem(folder.resolve("root.pem"), root.certificate());
    }

    private void assertTrusted() throws Exception {
        assertThat(new VerifyFile(
                                // osslsigncode embeds the leaf alone, so the authority is an anchor here
                                List.of(root.certificate(), publisher.chain().get(1)),
                                List.of(timestampRoot.certificate()),
                                Instant.now().plusSeconds(2))
                        .verify(attached)
                        .verdict())
                .isEqualTo(new Verdict.Trusted());
    }
}

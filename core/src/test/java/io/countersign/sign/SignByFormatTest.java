package io.countersign.sign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.cms.AuthenticodeSignature;
import io.countersign.cms.PackageSignature;
import io.countersign.cms.SignedDataSignature;
import io.countersign.fixture.FormatSample;
import io.countersign.fixture.SoftwareKey;
import io.countersign.fixture.TestPki;
import io.countersign.fixture.Tool;
import io.countersign.format.FileFormat;
import io.countersign.format.SignableFile;
import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import io.countersign.sign.SignFile.Existing;
import io.countersign.sign.SignFile.Options;
import io.countersign.timestamp.TimestampAuthority;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import net.jsign.AuthenticodeSigner;
import net.jsign.Signable;
import org.bouncycastle.cms.CMSSignedData;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Every format but PE and catalogs, signed by us and judged by programs and by arithmetic that are not ours. */
class SignByFormatTest {
    private static final String NAME = "LAB publisher";
    private static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");
    private static SoftwareKey root;
    private static SoftwareKey leaf;
    private static SoftwareKey tsaRoot;
    private static TimestampAuthority tsa;

    @TempDir
    private Path folder;

    @BeforeAll
    static void makeKeys() {
        root = TestPki.root("LAB root");
        leaf = TestPki.issue(root, NAME, TestPki.Kind.CODE_SIGNING);
        tsaRoot = TestPki.root("LAB timestamp root");
        tsa = new TimestampAuthority(
                "lab", TestPki.issue(tsaRoot, "LAB tsa", TestPki.Kind.TIME_STAMPING), InstantSource.system());
    }

    private static SignByFormat timestamping() {
        return new SignByFormat(leaf, Optional.of(tsa), InstantSource.fixed(NOW));
    }

    private static SignByFormat plain() {
        return new SignByFormat(leaf, Optional.empty(), InstantSource.fixed(NOW));
    }

    private static Options options(DigestAlgorithm digest, Existing existing) {
        return new Options(digest, existing, Optional.empty(), Optional.empty());
    }

    private static final Options DEFAULTS = Options.defaults();
    private static final Options APPEND = options(DigestAlgorithm.SHA256, Existing.APPEND);
    private static final Options REPLACE = options(DigestAlgorithm.SHA256, Existing.REPLACE);

    private Path sample(FileFormat format) {
        return FormatSample.write(format, folder, "CN=" + NAME);
    }

    private Path output(FileFormat format) {
        return folder.resolve("signed." + format.extensions().get(0));
    }

    private Tool.Run osslsigncode(Path file) {
        return Tool.named("osslsigncode", "osslsigncode")
                .run(
                        "verify",
                        "-CAfile",
                        TestPki.pem(folder.resolve("root.pem"), root.certificate()),
                        "-TSA-CAfile",
                        TestPki.pem(folder.resolve("tsa.pem"), tsaRoot.certificate()),
                        "-in",
                        file);
    }

    @ParameterizedTest
    @EnumSource(names = {"CABINET", "INSTALLER", "APP_PACKAGE", "POWERSHELL", "POWERSHELL_XML"})
    void osslsigncodeAcceptsWhatItKnows(FileFormat format) throws Exception {
        for (DigestAlgorithm digest : List.of(DigestAlgorithm.SHA256, DigestAlgorithm.SHA384)) {
            Path input = sample(format);
            if (format == FileFormat.APP_PACKAGE && digest == DigestAlgorithm.SHA384) {
                refused(input, options(digest, Existing.REFUSE), "block map", "sha256");
                continue;
            }
            byte[] before = Files.readAllBytes(input);
            Path output = output(format);
            SignedFile signed = timestamping()
                    .sign(input, output, options(digest, Existing.REFUSE).withOutputSha256(true));

            Tool.Run run = osslsigncode(output);
            assertThat(run.exitCode()).as(run.output()).isZero();
            assertThat(run.output()).contains("Succeeded", NAME, "Timestamp Server Signature verification: ok");
            assertThat(Files.readAllBytes(input)).isEqualTo(before);
            assertThat(signed.imageDigestAfter().algorithm()).isEqualTo(digest);
            assertThat(signed.output()).contains(DigestAlgorithm.SHA256.digest(Files.readAllBytes(output)));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"CABINET", "INSTALLER", "POWERSHELL"})
    void osslsigncodeFindsEverySignatureThatIsAppended(FileFormat format) throws Exception {
        Path output = output(format);
        timestamping().sign(sample(format), output, DEFAULTS);
        timestamping().sign(output, output, APPEND);
        timestamping().sign(output, output, APPEND);

        Tool.Run run = osslsigncode(output);
        assertThat(run.exitCode()).as(run.output()).isZero();
        assertThat(run.output()).contains("Number of verified signatures: 3");
    }

    @ParameterizedTest
    @EnumSource(
            mode = Mode.EXCLUDE,
            names = {"PE", "CATALOG"})
    void jsignReadsTheSameSignatureAndDigest(FileFormat format) throws Exception {
        Path output = output(format);
        SignedFile signed = timestamping().sign(sample(format), output, DEFAULTS);

        try (Signable file = Signable.of(output.toFile(), StandardCharsets.UTF_8)) {
            List<CMSSignedData> signatures = file.getSignatures();
            assertThat(signatures).hasSize(1);
            Bytes encoded = Bytes.of(signatures.get(0).getEncoded());
            assertThat(parse(format, encoded).holds()).isTrue();
            byte[] digest = file.computeDigest(net.jsign.DigestAlgorithm.SHA256);
            Digest meant = switch (format) {
                case NUGET -> PackageSignature.digest(digest);
                case APP_PACKAGE -> DigestAlgorithm.SHA256.digest(digest);
                default -> new Digest(DigestAlgorithm.SHA256, Bytes.of(digest));
            };
            assertThat(signed.imageDigestAfter()).isEqualTo(meant);
        }
    }

    private static SignedDataSignature parse(FileFormat format, Bytes encoded) throws Exception {
        return format == FileFormat.NUGET ? PackageSignature.parse(encoded) : AuthenticodeSignature.parse(encoded);
    }

    @ParameterizedTest
    @EnumSource(
            mode = Mode.EXCLUDE,
            names = {"PE", "CATALOG"})
    void theSignatureSaysWhatItIsAbout(FileFormat format) throws Exception {
        Path output = output(format);
        plain().sign(sample(format), output, DEFAULTS);

        try (SignableFile file = SignableFile.open(output, format)) {
            SignedDataSignature signature = parse(format, file.signature().orElseThrow());
            if (signature instanceof AuthenticodeSignature authenticode) {
                assertThat(format.subjects()).contains(authenticode.subject());
            }
            assertThat(signature.isRebuiltUnchanged()).isTrue();
        }
        assertThat(FileFormat.of(output)).contains(format);
    }

    @Test
    void opensslVerifiesAPackageWhoseDigestIsThatOfTheUnsignedFile() throws Exception {
        Path input = sample(FileFormat.NUGET);
        Path output = output(FileFormat.NUGET);
        timestamping().sign(input, output, DEFAULTS);
        Path signature = signatureOf(output, FileFormat.NUGET);

        Path content = folder.resolve("content.txt");
        Tool openssl = Tool.named("openssl", "openssl");
        openssl.mustRun(
                "cms",
                "-verify",
                "-binary",
                "-purpose",
                "any",
                "-inform",
                "DER",
                "-in",
                signature,
                "-CAfile",
                TestPki.pem(folder.resolve("root.pem"), root.certificate()),
                "-out",
                content);
        String hash =
                DigestAlgorithm.SHA256.digest(Files.readAllBytes(input)).value().base64();
        assertThat(content).hasContent("Version:1\n\n2.16.840.1.101.3.4.2.1-Hash:" + hash + "\n\n");
        assertThat(openssl.run("cms", "-cmsout", "-print", "-inform", "DER", "-in", signature)
                        .output())
                .contains(
                        "id-smime-aa-ets-commitmentType",
                        "id-smime-cti-ets-proofOfOrigin",
                        "id-smime-aa-signingCertificateV2",
                        "signingTime",
                        "Nov 23 10:00:00 2026",
                        "id-smime-aa-timeStampToken");
    }

    private Path signatureOf(Path file, FileFormat format) throws Exception {
        try (SignableFile signed = SignableFile.open(file, format)) {
            return Files.write(
                    folder.resolve("signature.der"),
                    signed.signature().orElseThrow().toByteArray());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"VBSCRIPT", "JSCRIPT", "WINDOWS_SCRIPT", "NAVX"})
    void theDigestIsThatOfTheTextAndThePlaceOfTheSignature(FileFormat format) throws Exception {
        Path input = sample(format);
        SignedFile signed = plain().sign(input, output(format), DEFAULTS);

        byte[] octets = Files.readAllBytes(input);
        if (format != FileFormat.NAVX) {
            String text = Files.readString(input, Charset.forName("windows-1252"));
            int place = format == FileFormat.WINDOWS_SCRIPT ? text.indexOf("</job>") : text.length();
            byte[] utf16 = text.getBytes(StandardCharsets.UTF_16LE);
            octets = ByteBuffer.allocate(utf16.length + 4)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .put(utf16)
                    .putInt(place)
                    .array();
        }
        assertThat(signed.imageDigestAfter()).isEqualTo(DigestAlgorithm.SHA256.digest(octets));
    }

    @ParameterizedTest
    @EnumSource(
            mode = Mode.EXCLUDE,
            names = {"PE", "CATALOG"})
    void theSameInputAndTimeGiveTheSameOctetsAndSoDoesReplacing(FileFormat format) throws Exception {
        Path input = sample(format);
        Path once = output(format);
        Path twice = folder.resolve("twice." + format.extensions().get(0));
        plain().sign(input, once, DEFAULTS);
        plain().sign(input, twice, DEFAULTS);
        byte[] first = Files.readAllBytes(once);
        assertThat(Files.readAllBytes(twice)).isEqualTo(first);

        plain().sign(twice, twice, REPLACE);
        if (format != FileFormat.INSTALLER) {
            assertThat(Files.readAllBytes(twice)).isEqualTo(first);
        }
        try (SignableFile a = SignableFile.open(once, format);
                SignableFile b = SignableFile.open(twice, format)) {
            assertThat(b.signature()).isEqualTo(a.signature());
            assertThat(b.parts()).isEqualTo(a.parts());
        }
    }

    @ParameterizedTest
    @EnumSource(
            mode = Mode.EXCLUDE,
            names = {"PE", "CATALOG"})
    void whatCannotBeDoneIsRefusedAndLeavesNothingBehind(FileFormat format) throws Exception {
        Path output = output(format);
        plain().sign(sample(format), output, DEFAULTS);
        byte[] signed = Files.readAllBytes(output);
        List<String> files = names();

        refused(output, DEFAULTS, "already signed");
        refused(output, REPLACE.withPageHashes(true), "page hashes belong to PE files", format.id());
        refused(output, REPLACE.withRelaxedMarkerCheck(true), "belongs to PE files");
        if (!format.nests()) {
            refused(output, APPEND, "no second signature", "replace");
        }
        assertThat(Files.readAllBytes(output)).isEqualTo(signed);
        assertThat(names()).isEqualTo(files);
    }

    private void refused(Path file, Options options, String... says) {
        assertThatThrownBy(() -> plain().sign(file, file, options))
                .isInstanceOf(UnacceptableFile.class)
                .message()
                .contains(says);
    }

    private List<String> names() throws IOException {
        try (Stream<Path> paths = Files.list(folder)) {
            return paths.map(p -> p.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void whoAPackageIsForMustSignIt() throws Exception {
        Path other = FormatSample.write(FileFormat.APP_PACKAGE, folder, "CN=somebody else");
        refused(other, DEFAULTS, "CN=somebody else", "CN=" + NAME);

        SoftwareKey ec = TestPki.issue(
                root, NAME, TestPki.Kind.CODE_SIGNING, "EC", NOW.minusSeconds(60), NOW.plusSeconds(86400));
        Path nuget = sample(FileFormat.NUGET);
        assertThatThrownBy(() ->
                        new SignByFormat(ec, Optional.empty(), InstantSource.fixed(NOW)).sign(nuget, nuget, DEFAULTS))
                .isInstanceOf(UnacceptableFile.class)
                .hasMessageContaining("RSA keys of 2048 bits");
        Options described =
                new Options(DigestAlgorithm.SHA256, Existing.REFUSE, Optional.of("a package"), Optional.empty());
        refused(nuget, described, "no place for a description");
    }

    @Test
    void aFileOfNoFormatIsRefusedWithThoseThereAre() throws Exception {
        Path text = Files.writeString(folder.resolve("notes.txt"), "some text");
        refused(text, DEFAULTS, ".ps1", ".msi", ".nupkg", ".cat", ".sys");
    }

    @Test
    void aSecondSignatureOfAnInstallerKeepsToTheDigestOfTheFirst() throws Exception {
        Path output = output(FileFormat.INSTALLER);
        plain().sign(sample(FileFormat.INSTALLER), output, DEFAULTS);
        refused(output, options(DigestAlgorithm.SHA384, Existing.APPEND), "SHA-256", "same digest");
    }

    @ParameterizedTest
    @EnumSource(names = {"POWERSHELL", "VBSCRIPT"})
    void scriptsInUtf16AreSignedAndStayInUtf16(FileFormat format) throws Exception {
        Path input = folder.resolve("wide." + format.extensions().get(0));
        byte[] text = "\uFEFFx = \"grüß\"\r\n".getBytes(StandardCharsets.UTF_16LE);
        Files.write(input, text);
        Path output = output(format);
        plain().sign(input, output, DEFAULTS);

        assertThat(Files.readAllBytes(output)).startsWith(text);
        assertThat(Files.readString(output, StandardCharsets.UTF_16LE)).contains(" signature block\r\n");
    }

    @Test
    void jsignsOwnSignaturesAreReadAndReplaced() throws Exception {
        for (FileFormat format : List.of(FileFormat.CABINET, FileFormat.INSTALLER, FileFormat.POWERSHELL)) {
            Path file = sample(format);
            try (Signable signable = Signable.of(new File(file.toString()), StandardCharsets.UTF_8)) {
                new AuthenticodeSigner(leaf.chain().toArray(new java.security.cert.Certificate[0]), leaf.key())
                        .withTimestamping(false)
                        .sign(signable);
            }
            refused(file, DEFAULTS, "already signed");
            plain().sign(file, file, APPEND);
            assertThat(osslsigncode(file).output()).contains("Number of verified signatures: 2");
            plain().sign(file, file, REPLACE);
            assertThat(osslsigncode(file).output()).contains("Number of verified signatures: 1");
        }
    }

    @ParameterizedTest
    @EnumSource(
            mode = Mode.EXCLUDE,
            names = {"PE", "CATALOG"})
    void aTimestampCanBeAddedLaterAndTheSignatureTakenAway(FileFormat format) throws Exception {
        Path input = sample(format);
        Path output = output(format);
        plain().sign(input, output, DEFAULTS);
        TimestampByFormat later = new TimestampByFormat(tsa);
        later.timestamp(output, output, TimestampFile.Options.defaults());
        try (SignableFile file = SignableFile.open(output, format)) {
            assertThat(parse(format, file.signature().orElseThrow()).timestamps())
                    .hasSize(1);
        }
        assertThatThrownBy(() -> later.timestamp(output, output, TimestampFile.Options.defaults()))
                .isInstanceOf(UnacceptableFile.class)
                .hasMessageContaining("has a timestamp already");

        assertThat(StripFile.strip(output, output)).isEqualTo(StripFile.Result.PARTS_KEPT);
        if (format != FileFormat.CABINET && format != FileFormat.INSTALLER && format != FileFormat.APP_PACKAGE) {
            assertThat(Files.readAllBytes(output)).isEqualTo(Files.readAllBytes(input));
        }
        assertThatThrownBy(() -> StripFile.strip(output, output))
                .isInstanceOf(UnacceptableFile.class)
                .hasMessageContaining("no signature to take away");
        assertThatThrownBy(() -> later.timestamp(output, output, TimestampFile.Options.defaults()))
                .isInstanceOf(UnacceptableFile.class)
                .hasMessageContaining("no signature to timestamp");
    }
}

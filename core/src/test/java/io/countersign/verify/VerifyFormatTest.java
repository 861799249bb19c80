package io.countersign.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.catalog.BuildCatalog;
import io.countersign.catalog.CatalogVersion;
import io.countersign.catalog.DriverPackage;
import io.countersign.catalog.TargetSystem;
import io.countersign.fixture.FormatSample;
import io.countersign.fixture.SoftwareKey;
import io.countersign.fixture.TestPki;
import io.countersign.fixture.Tool;
import io.countersign.format.FileFormat;
import io.countersign.format.SignableFile;
import io.countersign.key.DigestAlgorithm;
import io.countersign.sign.SignByFormat;
import io.countersign.sign.SignFile.Existing;
import io.countersign.sign.SignFile.Options;
import io.countersign.timestamp.TimestampAuthority;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jsign.AuthenticodeSigner;
import net.jsign.Signable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Verdicts on signed files of every format but PE: ours, other people's, and changed ones. */
class VerifyFormatTest {
    private static final String NAME = "LAB publisher";
    private final Instant now = Instant.now();
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

    private Path signed(FileFormat format) throws Exception {
        Path file = FormatSample.write(format, folder, "CN=" + NAME);
        new SignByFormat(leaf, Optional.of(tsa), InstantSource.system()).sign(file, file, Options.defaults());
        return file;
    }

    private Report verify(Path file) throws Exception {
        return verify(file, now);
    }

    private Report verify(Path file, Instant at) throws Exception {
        return new VerifyFile(List.of(root.certificate()), List.of(tsaRoot.certificate()), at).verify(file);
    }

    @ParameterizedTest
    @EnumSource(
            mode = Mode.EXCLUDE,
            names = {"PE", "CATALOG"})
    void whatWeSignedIsTrustedAndStaysSoWhenTheCertificateHasEnded(FileFormat format) throws Exception {
        Path file = FormatSample.write(format, folder, "CN=" + NAME);
        assertThat(verify(file).verdict()).isInstanceOf(Verdict.Unsigned.class);

        Report report = verify(signed(format));
        assertThat(report.verdict()).as(report.toString()).isInstanceOf(Verdict.Trusted.class);
        assertThat(report.sha256()).contains(DigestAlgorithm.SHA256.digest(Files.readAllBytes(file)));
        assertThat(report.signatures())
                .singleElement()
                .satisfies(s -> assertThat(s.timestamp()).isPresent());
        assertThat(verify(file, now.plus(Duration.ofDays(800))).verdict()).isInstanceOf(Verdict.Trusted.class);

        Report stranger =
                new VerifyFile(List.of(tsaRoot.certificate()), List.of(tsaRoot.certificate()), now).verify(file);
        assertThat(stranger.verdict()).isInstanceOf(Verdict.Untrusted.class);
    }

    @ParameterizedTest
    @EnumSource(
            mode = Mode.EXCLUDE,
            names = {"PE", "CATALOG"})
    void nestedSignaturesAreJudgedEachByItself(FileFormat format) throws Exception {
        if (!format.nests()) {
            return;
        }
        Path file = signed(format);
        Options append = new Options(DigestAlgorithm.SHA256, Existing.APPEND, Optional.of("a name"), Optional.empty());
        new SignByFormat(leaf, Optional.empty(), InstantSource.system()).sign(file, file, append);

        Report report = verify(file);
        assertThat(report.verdict()).as(report.toString()).isInstanceOf(Verdict.Trusted.class);
        assertThat(report.signatures()).hasSize(2);
    }

    /** The places that no signature can cover: its own. In cabinets iCabinet too, so that sets can be renumbered. */
    private static BitSet free(FileFormat format, Path signed) throws Exception {
        String octets = Files.readString(signed, StandardCharsets.ISO_8859_1);
        BitSet free = new BitSet();
        switch (format) {
            case CABINET, NAVX -> {
                try (SignableFile file = SignableFile.open(signed, format)) {
                    int size = file.signature().orElseThrow().size();
                    free.set(octets.length() - size - (format == FileFormat.NAVX ? 8 : 0), octets.length());
                }
                free.set(34, format == FileFormat.CABINET ? 36 : 34);
            }
            case APP_PACKAGE, NUGET -> {
                String name = format == FileFormat.NUGET ? ".signature.p7s" : "AppxSignature.p7x";
                free.set(octets.indexOf(name) - 30, octets.indexOf("PK\1\2"));
                free.set(octets.lastIndexOf(name) - 46, octets.lastIndexOf(name) + name.length());
            }
            default -> {
                String begin = format == FileFormat.WINDOWS_SCRIPT ? "<signature>" : "Begin signature block";
                String end = format == FileFormat.WINDOWS_SCRIPT ? "</signature>" : "End signature block";
                free.set(octets.indexOf(begin), octets.indexOf(end));
            }
        }
        return free;
    }

    @ParameterizedTest
    @EnumSource(
            names = {
                "CABINET",
                "APP_PACKAGE",
                "NUGET",
                "POWERSHELL",
                "POWERSHELL_XML",
                "VBSCRIPT",
                "JSCRIPT",
                "WINDOWS_SCRIPT",
                "NAVX"
            })
    void noChangedOctetVerifies(FileFormat format) throws Exception {
        Path file = signed(format);
        byte[] octets = Files.readAllBytes(file);
        Path mutant = folder.resolve("mutant." + format.extensions().get(0));
        BitSet free = free(format, file);
        Random random = new Random(1);
        List<String> survivors = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            int at = i < 200 ? i : random.nextInt(octets.length);
            if (at >= octets.length || free.get(at)) {
                continue;
            }
            byte[] changed = octets.clone();
            changed[at] ^= (byte) (1 << random.nextInt(8));
            Files.write(mutant, changed);
            if (verify(mutant).verdict() instanceof Verdict.Trusted) {
                survivors.add(at + ": " + octets[at] + " -> " + changed[at]);
            }
        }
        assertThat(survivors).isEmpty();
    }

    @Test
    void noStreamOfAnInstallerChangesUnseenNorItsNameNorItsTimes() throws Exception {
        Path file = signed(FileFormat.INSTALLER);
        byte[] octets = Files.readAllBytes(file);
        Path mutant = folder.resolve("mutant.msi");
        // Directory entries: everything in use but colours, siblings and starts, which are where to look, not what to
        // find.
        String text = new String(octets, StandardCharsets.UTF_16LE);
        int first = 2 * text.indexOf("Root Entry");
        assertThat(first).isPositive();
        List<Integer> offsets = new ArrayList<>();
        for (int entry = first + 128; octets[entry + 66] == 2; entry += 128) {
            if (octets[entry] == 5 && octets[entry + 2] != 'S') {
                continue; // the signature's own streams
            }
            for (int field : new int[] {0, 2, 100, 108, 120}) {
                offsets.add(entry + field);
            }
        }
        for (byte[] content :
                List.of("LAB".getBytes(StandardCharsets.US_ASCII), "MSCF".getBytes(StandardCharsets.US_ASCII))) {
            int at = new String(octets, StandardCharsets.ISO_8859_1)
                    .indexOf(new String(content, StandardCharsets.ISO_8859_1));
            assertThat(at).isPositive();
            offsets.add(at);
        }
        for (int at : offsets) {
            byte[] changed = octets.clone();
            changed[at] ^= 1;
            Files.write(mutant, changed);
            assertThat(verify(mutant).verdict()).as("octet " + at).isNotInstanceOf(Verdict.Trusted.class);
        }
    }

    @ParameterizedTest
    @EnumSource(
            mode = Mode.EXCLUDE,
            names = {"PE", "CATALOG"})
    void aFileThatIsCutOffIsNeverTrustedAndEndsInAVerdict(FileFormat format) throws Exception {
        Path file = signed(format);
        byte[] octets = Files.readAllBytes(file);
        Path cut = folder.resolve("cut." + format.extensions().get(0));
        for (int length = 0; length < octets.length; length += Math.max(1, octets.length / 150)) {
            Files.write(cut, Arrays.copyOf(octets, length));
            Verdict verdict = verify(cut).verdict();
            assertThat(verdict).as(length + " bytes").isNotInstanceOf(Verdict.Trusted.class);
            if (verdict instanceof Verdict.Malformed malformed) {
                assertThat(malformed.reason()).isNotBlank().doesNotContain("Exception");
            }
        }
    }

    @Test
    void whatOsslsigncodeSignedIsTrusted() throws Exception {
        Path key = folder.resolve("key.pem");
        Files.writeString(
                key,
                "-----BEGIN PRIVATE KEY-----\n"
                        + java.util.Base64.getMimeEncoder()
                                .encodeToString(leaf.key().getEncoded())
                        + "\n-----END PRIVATE KEY-----\n");
        Path chain = TestPki.pem(
                folder.resolve("chain.pem"), leaf.chain().toArray(new java.security.cert.X509Certificate[0]));
        for (FileFormat format : List.of(
                FileFormat.CABINET,
                FileFormat.INSTALLER,
                FileFormat.APP_PACKAGE,
                FileFormat.POWERSHELL,
                FileFormat.POWERSHELL_XML)) {
            for (String option :
                    format == FileFormat.INSTALLER ? List.of("-add-msi-dse", "-verbose") : List.of("-verbose")) {
                Path input = FormatSample.write(format, folder, "CN=" + NAME);
                Path output = folder.resolve(
                        "other" + option + "." + format.extensions().get(0));
                Tool.named("osslsigncode", "osslsigncode")
                        .mustRun(
                                "sign", "-h", "sha256", option, "-certs", chain, "-key", key, "-in", input, "-out",
                                output);
                Report report = verify(output);
                assertThat(report.verdict()).as(format + " " + report).isInstanceOf(Verdict.Trusted.class);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            mode = Mode.EXCLUDE,
            names = {"PE", "CATALOG"})
    void whatJsignSignedIsTrusted(FileFormat format) throws Exception {
        Path file = FormatSample.write(format, folder, "CN=" + NAME);
        try (Signable signable = Signable.of(new File(file.toString()), StandardCharsets.UTF_8)) {
            new AuthenticodeSigner(leaf.chain().toArray(new Certificate[0]), leaf.key())
                    .withTimestamping(false)
                    .sign(signable);
        }
        Report report = verify(file);
        assertThat(report.verdict()).as(report.toString()).isInstanceOf(Verdict.Trusted.class);
    }

    @Test
    void aCatalogIsJudgedByItsOwnSignature() throws Exception {
        Path sample = Path.of("../samples/hello-driver");
        Files.copy(sample.resolve("hello.inf"), folder.resolve("hello.inf"));
        Files.copy(sample.resolve("prebuilt/hello.sys"), folder.resolve("hello.sys"));
        DriverPackage source = DriverPackage.read(
                folder, Optional.empty(), List.of(TargetSystem.of("10_X64").orElseThrow()));
        Path cat = Files.write(
                folder.resolve("hello.cat"),
                BuildCatalog.of(source, CatalogVersion.V2, now).encoded().toByteArray());
        assertThat(verify(cat).verdict()).isInstanceOf(Verdict.Unsigned.class);

        SignByFormat signer = new SignByFormat(leaf, Optional.of(tsa), InstantSource.system());
        signer.sign(cat, cat, Options.defaults());
        assertThat(verify(cat).verdict()).isInstanceOf(Verdict.Trusted.class);
        signer.sign(
                cat, cat, new Options(DigestAlgorithm.SHA384, Existing.REPLACE, Optional.empty(), Optional.empty()));
        assertThat(verify(cat).verdict()).isInstanceOf(Verdict.Trusted.class);

        byte[] octets = Files.readAllBytes(cat);
        octets[octets.length / 8] ^= 1;
        Files.write(cat, octets);
        assertThat(verify(cat).verdict()).isNotInstanceOf(Verdict.Trusted.class);
    }

    @Test
    void aSignatureOfOneKindOfFileIsWorthNothingInAnother() throws Exception {
        Path script = signed(FileFormat.VBSCRIPT);
        Path renamed = Files.writeString(
                folder.resolve("renamed.js"), Files.readString(script).replace("'' SIG ''", "// SIG //"));
        Report report = verify(renamed);
        assertThat(report.verdict()).isInstanceOf(Verdict.Untrusted.class);
        assertThat(report.findings())
                .anySatisfy(f -> assertThat(f.message()).contains("another kind of file than a JScript"));
    }
}

package io.countersign.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.fixture.FormatSample;
import io.countersign.fixture.SoftwareKey;
import io.countersign.fixture.TestPki;
import io.countersign.format.FileFormat;
import io.countersign.format.SignableFile;
import io.countersign.sign.SignByFormat;
import io.countersign.sign.SignFile.Options;
import io.countersign.sign.UnacceptableFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Files made to be read in two ways, to lie about themselves or to cost more than they should. */
class HostileFormatTest {
    private static final String NAME = "LAB publisher";
    private static SoftwareKey root;
    private static SoftwareKey leaf;

    @TempDir
    private Path folder;

    @BeforeAll
    static void makeKeys() {
        root = TestPki.root("LAB root");
        leaf = TestPki.issue(root, NAME, TestPki.Kind.CODE_SIGNING);
    }

    private Path signed(FileFormat format) throws Exception {
        Path file = FormatSample.write(format, folder, "CN=" + NAME);
        sign(file);
        return file;
    }

    private static Report verify(Path file) throws Exception {
        return new VerifyFile(List.of(root.certificate()), List.of(), Instant.now()).verify(file);
    }

    @Test
    void codeHiddenInASignatureBlockIsSeen() throws Exception {
        Path script = signed(FileFormat.POWERSHELL);
        String text = Files.readString(script);
        String end = "# SIG # End signature block\r\n";
        for (String forged : List.of(
                text.replace(end, "calc\r\n" + end),
                text.replace(end, "# SIG # \r\n" + end),
                text.replace(end, end + "calc\r\n"),
                text.replace(end, end + "calc\r\n\r\n# SIG # Begin signature block\r\n# AA==\r\n" + end),
                text.replace("\r\n# SIG # Begin", "\n# SIG # Begin"))) {
            Files.writeString(script, forged);
            assertThat(verify(script).verdict()).as(forged).isInstanceOf(Verdict.Malformed.class);
        }
    }

    @Test
    void anEntryBehindTheSignatureOfAPackageIsSeen() throws Exception {
        Path file = signed(FileFormat.NUGET);
        Map<String, byte[]> entries = FormatSample.nuget();
        try (SignableFile read = SignableFile.open(file, FileFormat.NUGET)) {
            entries.put(".signature.p7s", read.signature().orElseThrow().toByteArray());
        }
        entries.put("tools/install.ps1", "calc".getBytes(StandardCharsets.UTF_8));
        Path forged = FormatSample.zip(folder.resolve("forged.nupkg"), entries);
        assertThat(verify(forged).verdict())
                .isInstanceOfSatisfying(
                        Verdict.Malformed.class, m -> assertThat(m.reason()).contains("not the last entry"));
    }

    @ParameterizedTest
    @EnumSource(names = {"APP_PACKAGE", "NUGET"})
    void nothingIsHiddenAroundTheSignatureOfAPackageNorItsDirectoryRearranged(FileFormat format) throws Exception {
        Path file = signed(format);
        byte[] octets = Files.readAllBytes(file);
        int end = octets.length - 22;
        int directory = little(octets).getInt(end + 16);
        byte[] entries = Arrays.copyOf(octets, directory);
        List<byte[]> records = new ArrayList<>();
        for (int at = directory; at < end; at += records.get(records.size() - 1).length) {
            records.add(Arrays.copyOfRange(octets, at, at + 46 + little(octets).getShort(at + 28)));
        }
        assertThat(archive(entries, records)).isEqualTo(octets);

        Files.write(file, archive(Arrays.copyOf(entries, directory + 1000), records));
        assertThat(verify(file).verdict()).isInstanceOf(Verdict.Malformed.class);

        byte[] record = records.remove(records.size() - 1);
        byte[] commented = Arrays.copyOf(record, record.length + 1000);
        little(commented).putShort(32, (short) 1000);
        records.add(commented);
        Files.write(file, archive(entries, records));
        assertThat(verify(file).verdict()).isInstanceOf(Verdict.Malformed.class);

        records.set(records.size() - 1, record);
        Collections.swap(records, 0, 1);
        Files.write(file, archive(entries, records));
        assertThat(verify(file).verdict()).isInstanceOf(Verdict.Untrusted.class);
    }

    private static ByteBuffer little(byte[] octets) {
        return ByteBuffer.wrap(octets).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** An archive of entries and the records of its central directory. */
    private static byte[] archive(byte[] entries, List<byte[]> records) {
        int size = records.stream().mapToInt(r -> r.length).sum();
        ByteBuffer archive = ByteBuffer.allocate(entries.length + size + 22).order(ByteOrder.LITTLE_ENDIAN);
        archive.put(entries);
        records.forEach(archive::put);
        short count = (short) records.size();
        archive.putInt(0x06054b50).putInt(0).putShort(count).putShort(count);
        return archive.putInt(size).putInt(entries.length).array();
    }

    @Test
    void thePublisherOfAPackageIsThatOfItsIdentityWhateverAComment() throws Exception {
        Map<String, byte[]> entries = FormatSample.appPackage("CN=" + NAME);
        String manifest = new String(entries.get("AppxManifest.xml"), StandardCharsets.UTF_8);
        String comment = "<!-- Publisher=\"CN=" + NAME + "\" --><Identity";
        String lie = manifest.replace("CN=" + NAME, "CN=another").replace("<Identity", comment);
        entries.put("AppxManifest.xml", lie.getBytes(StandardCharsets.UTF_8));
        Path file = FormatSample.zip(folder.resolve("lie.msix"), entries);
        assertThatThrownBy(() -> sign(file))
                .isInstanceOf(UnacceptableFile.class)
                .hasMessageContaining("Publisher is “CN=another”");
    }

    @Test
    void aScriptMayBeginLikeAnArchive() throws Exception {
        Path script = Files.writeString(folder.resolve("pki.ps1"), "PKICheck -Verbose\r\n");
        sign(script);
        assertThat(verify(script).verdict()).isInstanceOf(Verdict.Trusted.class);
    }

    @Test
    void freeSectorsAtTheEndOfAnInstallerAreCutOff() throws Exception {
        Path file = FormatSample.write(FileFormat.INSTALLER, folder, "");
        byte[] octets = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(octets, octets.length + (1 << 20)));
        sign(file);
        assertThat(Files.size(file)).isLessThan(octets.length + (1 << 16));
    }

    private static void sign(Path file) throws Exception {
        new SignByFormat(leaf, Optional.empty(), InstantSource.system()).sign(file, file, Options.defaults());
    }

    /** CVE-2020-1464: Java reads an archive from its end, Windows a compound file from its beginning. */
    @Test
    void whatIsAppendedToAnInstallerIsSeen() throws Exception {
        Path file = signed(FileFormat.INSTALLER);
        byte[] octets = Files.readAllBytes(file);
        for (int more : new int[] {512, 1 << 20}) {
            malformed("appended.msi", Arrays.copyOf(octets, octets.length + more), "behind the last sector in use");
        }
    }

    @Test
    void liesInHeadersArePreciselyRefused() throws Exception {
        byte[] cabinet = Files.readAllBytes(signed(FileFormat.CABINET));
        malformed("lie.cab", patch(cabinet, 8, 0x7FFF_FFFF), "says it has 2147483647 bytes");
        malformed("lie.cab", patch(cabinet, 16, 0x7FFF_FFFF), "do not fit");
        malformed("lie.cab", patch(cabinet, 36, 0x0000_FFFF), "ends inside its header");
        byte[] longer = Arrays.copyOf(cabinet, cabinet.length + 100);
        malformed("lie.cab", longer, "should be its last");

        byte[] navx = FormatSample.navx("content".getBytes(StandardCharsets.UTF_8));
        malformed("lie.navx", patch(navx, 28, -50), "speaks of -50 bytes");
        malformed("lie.navx", patch(navx, 28, 3), "no signature block");

        byte[] zip = Files.readAllBytes(FormatSample.zip(folder.resolve("a.nupkg"), FormatSample.nuget()));
        malformed("lie.nupkg", patch(zip, zip.length - 12, 0x7FFF), "entr");
        malformed("lie.nupkg", patch(zip, zip.length - 6, 0x7FFF_FFFF), "central directory");

        byte[] compound = Files.readAllBytes(FormatSample.write(FileFormat.INSTALLER, folder, ""));
        // The first sector of the FAT: every sector is followed by itself.
        int fat = 512
                * (1 + ByteBuffer.wrap(compound).order(ByteOrder.LITTLE_ENDIAN).getInt(0x4C));
        for (int i = 0; i < 128; i++) {
            compound = patch(compound, fat + 4 * i, i);
        }
        malformed("cycle.msi", compound, "not well formed");
    }

    private void malformed(String name, byte[] octets, String reason) throws Exception {
        Path file = Files.write(folder.resolve(name), octets);
        long start = System.nanoTime();
        assertThat(verify(file).verdict())
                .isInstanceOfSatisfying(
                        Verdict.Malformed.class, m -> assertThat(m.reason()).contains(reason));
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
    }

    private static byte[] patch(byte[] octets, int at, int value) {
        byte[] changed = octets.clone();
        ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN).putInt(at, value);
        return changed;
    }

    @Test
    void bombsAreNotInflated() throws Exception {
        Map<String, byte[]> entries = FormatSample.appPackage("CN=" + NAME);
        entries.put("AppxManifest.xml", new byte[50 << 20]);
        malformed(
                "bomb.msix",
                Files.readAllBytes(FormatSample.zip(folder.resolve("b.msix"), entries)),
                "at most 10485760 are read");

        entries.put("AppxManifest.xml", "<a Publisher=\"CN=x\"/>".getBytes(StandardCharsets.UTF_8));
        for (int i = 0; i < 66_000; i++) {
            entries.put("entry" + i, new byte[0]);
        }
        Report many = verify(FormatSample.zip(folder.resolve("many.msix"), entries));
        assertThat(many.verdict()).isInstanceOf(Verdict.Malformed.class);

        String begin = "\r\n# SIG # Begin signature block\r\n";
        malformed("many.ps1", begin.repeat(300_000).getBytes(StandardCharsets.UTF_8), "begin and end once");
        malformed("large.ps1", new byte[(1 << 24) + 1], "more than 16777216 bytes");
        malformed("invalid.ps1", new byte[] {'#', (byte) 0xFF, '\r', '\n'}, "not valid UTF-8");
    }
}

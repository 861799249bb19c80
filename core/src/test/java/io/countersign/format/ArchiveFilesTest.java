package io.countersign.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.fixture.FormatSample;
import io.countersign.fixture.TableSample;
import io.countersign.fixture.Tool;
import io.countersign.key.DigestAlgorithm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchiveFilesTest {
    private static final byte[] X = {'x'};

    @TempDir
    private Path folder;

    private Map<String, byte[]> extracted(Path archive) throws IOException, MalformedFile {
        Path out = Files.createTempDirectory(folder, "out");
        ArchiveFiles.extract(archive, out);
        Map<String, byte[]> files = new LinkedHashMap<>();
        try (Stream<Path> all = Files.walk(out)) {
            for (Path file : all.filter(Files::isRegularFile).sorted().toList()) {
                files.put(out.relativize(file).toString(), Files.readAllBytes(file));
            }
        }
        return files;
    }

    private Path zip(String... names) {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        Arrays.stream(names).forEach(n -> entries.put(n, X));
        return FormatSample.zip(folder.resolve("a.zip"), entries);
    }

    /** Noise, text and both sizes around the window of MSZIP. */
    private Path cabinet(String... options) throws IOException {
        Path in = Files.createDirectories(folder.resolve("in"));
        byte[] noise = new byte[100_001];
        new Random(1).nextBytes(noise);
        Files.write(in.resolve("a noise.bin"), noise);
        Files.writeString(in.resolve("b.txt"), "hello ".repeat(20_000));
        Files.write(in.resolve("c.empty"), new byte[0]);
        Files.write(in.resolve("d.window"), Arrays.copyOf(noise, 32_768));
        Files.writeString(in.resolve("é.txt"), "named beyond ASCII");
        Path cabinet = folder.resolve("a.cab").toAbsolutePath();
        Object[] arguments = Stream.of(
                        Stream.of(options), Stream.of(cabinet, "a noise.bin", "b.txt", "c.empty", "d.window", "é.txt"))
                .flatMap(s -> s)
                .toArray();
        Tool.named("gcab", "gcab").in(in).mustRun(arguments);
        return cabinet;
    }

    @Test
    void aCabinetGivesBackWhatGcabPutIn() throws IOException, MalformedFile {
        for (Path cabinet : List.of(cabinet("-c"), cabinet("-c", "-z"))) {
            Map<String, byte[]> files = extracted(cabinet);
            assertThat(files).hasSize(5);
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                assertThat(file.getValue())
                        .as(file.getKey())
                        .isEqualTo(Files.readAllBytes(folder.resolve("in").resolve(file.getKey())));
            }
        }
    }

    @Test
    void aDamagedCabinetGivesNothingElse() throws IOException, MalformedFile {
        byte[] right = Files.readAllBytes(cabinet("-c", "-z"));
        Map<String, byte[]> files = extracted(folder.resolve("a.cab"));
        Path damaged = folder.resolve("damaged.cab");
        int refused = 0;
        for (int i = 0; i < right.length; i += i < 400 ? 1 : 997) {
            byte[] changed = right.clone();
            changed[i] ^= 4;
            Files.write(damaged, changed);
            try {
                // Dates, attributes and names are no content.
                assertThat(digests(extracted(damaged))).as("octet %d", i).isEqualTo(digests(files));
            } catch (MalformedFile e) {
                assertThat(e.getMessage()).isNotBlank();
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(100);
    }

    private static List<String> digests(Map<String, byte[]> files) {
        return files.values().stream()
                .map(f -> DigestAlgorithm.SHA256.digest(f).toString())
                .sorted()
                .toList();
    }

    @Test
    void otherCompressionIsRefusedWithWhatToDo() throws IOException {
        byte[] lzx = Files.readAllBytes(cabinet("-c"));
        lzx[36 + 6] = 3;
        assertThatThrownBy(() -> extracted(Files.write(folder.resolve("lzx.cab"), lzx)))
                .isInstanceOf(MalformedFile.class)
                .hasMessageContaining("3 is LZX")
                .hasMessageContaining("CompressionType=MSZIP");
    }

    @Test
    void foldersAreMadeAndArchivesInArchivesStay() throws IOException, MalformedFile {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        entries.put("x64/", new byte[0]);
        List.of("x64/a.sys", "x64/deep/b.inf", "inner.zip").forEach(n -> entries.put(n, X));
        assertThat(extracted(FormatSample.zip(folder.resolve("folders.zip"), entries)))
                .containsOnlyKeys("inner.zip", "x64/a.sys", "x64/deep/b.inf");
    }

    @Test
    void hostileNamesAreRefused() {
        for (String name : List.of(
                "../a",
                "a/../../b",
                "/etc/passwd",
                "\\a",
                "C:\\a",
                "c:a",
                "a//b",
                "a/./b",
                "a\u0001",
                "nul",
                "COM1.sys",
                "a.",
                "a ",
                "a*",
                "a|b",
                "x/".repeat(20) + "a",
                "n".repeat(500))) {
            assertThatThrownBy(() -> extracted(zip(name)))
                    .as(name)
                    .isInstanceOf(MalformedFile.class)
                    .hasMessageContaining("wanted a plain path");
        }
        assertThatThrownBy(() -> extracted(zip("a.sys", "A.SYS"))).hasMessageContaining("two files for Windows");
        assertThatThrownBy(() -> extracted(zip("a/x", "A/y"))).hasMessageContaining("in two ways");
        assertThatThrownBy(() -> extracted(zip("a", "A/y"))).hasMessageContaining("is a file and a folder");
        assertThatThrownBy(() -> extracted(zip("a/y", "a"))).hasMessageContaining("is a file and a folder");
        assertThat(folder.getParent().resolve("b")).doesNotExist();
    }

    @Test
    void bombsAreRefusedBeforeAnythingIsWritten() throws IOException {
        Path bomb = FormatSample.zip(folder.resolve("a.zip"), Map.of("zeros", new byte[1 << 25]));
        assertThatThrownBy(() -> extracted(bomb)).hasMessageContaining("grow to more than 16777216 bytes");

        String[] many = Stream.iterate(0, i -> i + 1)
                .limit(ArchiveFiles.MAXIMUM_ENTRIES + 1)
                .map(i -> "f" + i)
                .toArray(String[]::new);
        assertThatThrownBy(() -> extracted(zip(many))).hasMessageContaining("at most 10000 are read");
    }

    @Test
    void anEntryThatIsALinkIsRefused() throws IOException {
        byte[] zip = Files.readAllBytes(zip("a.sys"));
        int record = new String(zip, StandardCharsets.ISO_8859_1).indexOf("PK\1\2");
        byte[] link = TableSample.changed(zip, b -> b.putInt(record + 38, 0xA1FF << 16));
        assertThatThrownBy(() -> extracted(Files.write(folder.resolve("link.zip"), link)))
                .hasMessageContaining("is a link or a device");
    }

    @Test
    void archivesAreToldByTheirFirstOctets() throws IOException {
        assertThat(ArchiveFiles.isArchive(zip("a"))).isTrue();
        assertThat(ArchiveFiles.isArchive(Files.writeString(folder.resolve("cut.zip"), "PK\3\4")))
                .isTrue();
        assertThat(ArchiveFiles.isArchive(Files.writeString(folder.resolve("text.zip"), "PK, a text")))
                .isFalse();
        assertThat(ArchiveFiles.isArchive(FormatSample.zip(folder.resolve("a.nupkg"), FormatSample.nuget())))
                .isFalse();
    }
}

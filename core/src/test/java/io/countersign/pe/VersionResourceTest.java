package io.countersign.pe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.fixture.PeSample;
import io.countersign.fixture.Tool;
import io.countersign.fixture.VersionSample;
import io.countersign.key.Bytes;
import io.countersign.pe.VersionInfo.FileVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VersionResourceTest {
    private static final byte[] SAMPLE = VersionSample.file(
            0x000A_0000_0001_0002L, Map.of("OriginalFilename", "old.sys", "ProductName", "Ein Prüfling"));

    @Test
    void versionAndTextsAreRead() throws Exception {
        VersionInfo info = read(SAMPLE);
        assertThat(info.fileVersion()).map(FileVersion::toString).contains("10.0.1.2");
        assertThat(info.text("ORIGINALFILENAME")).contains("old.sys");
        assertThat(info.text("ProductName")).contains("Ein Prüfling");
        assertThat(info.text("InternalName")).isEmpty();
    }

    @Test
    void aFileWithoutOneHasNone() throws Exception {
        assertThat(read(PeSample.plus().toByteArray())).isEqualTo(VersionInfo.NONE);
        assertThat(read(PeSample.pe32().directories(2).toByteArray())).isEqualTo(VersionInfo.NONE);
    }

    @Test
    void whatWindresWritesIsRead(@TempDir Path folder) throws Exception {
        Path script = Files.writeString(folder.resolve("v.rc"), """
                1 VERSIONINFO
                FILEVERSION 3,1,12,65535
                BEGIN
                  BLOCK "VarFileInfo" BEGIN VALUE "Translation", 0x409, 1200 END
                  BLOCK "StringFileInfo" BEGIN
                    BLOCK "040904B0" BEGIN
                      VALUE "InternalName", "inner"
                      VALUE "OriginalFilename", "libnicm.sys"
                    END
                  END
                END
                """);
        Path object = folder.resolve("v.o");
        Path file = folder.resolve("v.sys");
        Tool.named("x86_64-w64-mingw32-windres", "binutils-mingw-w64-x86-64").mustRun(script, object);
        Tool.named("x86_64-w64-mingw32-gcc-win32", "gcc-mingw-w64-x86-64-win32")
                .mustRun("-shared", "-nostdlib", "-o", file, object);
        assertThat(read(Files.readAllBytes(file)))
                .isEqualTo(new VersionInfo(
                        Optional.of(FileVersion.parse("3.1.12.65535")),
                        Map.of("InternalName", "inner", "OriginalFilename", "libnicm.sys")));
    }

    @Test
    void changedOctetsGiveAValueOrMalformed() {
        Random random = new Random(9);
        int malformed = 0;
        for (int i = 0; i < 3000; i++) {
            byte[] changed = SAMPLE.clone();
            for (int n = random.nextInt(4); n >= 0; n--) {
                changed[VersionSample.BLOCK - 0x60 + random.nextInt(0x200)] = (byte) random.nextInt(256);
            }
            try {
                assertThat(read(changed)).isNotNull();
            } catch (MalformedPe e) {
                malformed++;
                assertThat(e).hasMessageContaining("at offset 0x");
            } catch (IOException e) {
                throw new AssertionError("octets in memory can be read", e);
            }
        }
        assertThat(malformed).isPositive();
    }

    @Test
    void versionsAreFourNumbersInOrder() {
        assertThat(FileVersion.parse("10.0.0.0")).isGreaterThan(FileVersion.parse("9.65535.65535.65535"));
        assertThat(FileVersion.parse("65535.0.0.0")).isGreaterThan(FileVersion.parse("1.0.0.0"));
        for (String wrong : new String[] {"", "1.2.3", "1.2.3.4.5", "1.2.3.65536", "1.2.3.-4", "1.2.3.x"}) {
            assertThatThrownBy(() -> FileVersion.parse(wrong)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static VersionInfo read(byte[] file) throws IOException, MalformedPe {
        ByteSource source = ByteSource.of(Bytes.of(file));
        return VersionResource.read(source, PeImage.parse(source));
    }
}

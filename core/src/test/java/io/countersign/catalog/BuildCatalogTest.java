package io.countersign.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.catalog.CatalogMember.Kind;
import io.countersign.fixture.PeSample;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BuildCatalogTest {
    private static final Instant TIME = Instant.parse("2026-11-23T10:00:00.5Z");

    @TempDir
    private Path folder;

    private static List<TargetSystem> systems(String... ids) {
        return Stream.of(ids).map(id -> TargetSystem.of(id).orElseThrow()).toList();
    }

    private Path inf(String text) throws IOException {
        return Files.writeString(folder.resolve("x.inf"), "[Version]\nCatalogFile=x.cat\n" + text);
    }

    private DriverPackage read(String... ids) throws Exception {
        return DriverPackage.read(folder, Optional.empty(), systems(ids));
    }

    private Catalog build(CatalogVersion version, String... ids) throws Exception {
        return BuildCatalog.of(read(ids), version, TIME);
    }

    private static Optional<CatalogMember> member(Catalog catalog, Digest digest) {
        return catalog.members().stream()
                .filter(m -> m.tagDigest().filter(digest::equals).isPresent())
                .findFirst();
    }

    @Test
    void aPeIsAMemberByItsImageDigestTheInfByItsOctets() throws Exception {
        Path inf = inf("[SourceDisksFiles]\nA.sys=1\n");
        Path sys = PeSample.plus().overlay(3).writeTo(folder.resolve("a.SYS"));

        Catalog catalog = Catalog.parse(build(CatalogVersion.V2, "10_X64").encoded());

        Digest image = FileDigests.of(sys).image().get(DigestAlgorithm.SHA256);
        Digest flat = DigestAlgorithm.SHA256.digest(Files.readAllBytes(inf));
        assertThat(catalog.time()).isEqualTo(Instant.parse("2026-11-23T10:00:00Z"));
        assertThat(catalog.members()).hasSize(4);
        assertThat(member(catalog, image)).hasValueSatisfying(m -> {
            assertThat(m.content()).contains(new CatalogMember.Content(Kind.PE_IMAGE, image));
            assertThat(m.file()).contains("a.sys");
            assertThat(m.attribute("OSAttr")).contains("2:10.0");
        });
        assertThat(member(catalog, flat)).hasValueSatisfying(m -> {
            assertThat(m.content()).contains(new CatalogMember.Content(Kind.FILE, flat));
            assertThat(m.file()).contains("x.inf");
        });
        Digest old = DigestAlgorithm.SHA1.digest(Files.readAllBytes(inf));
        assertThat(member(catalog, old)).hasValueSatisfying(m -> {
            assertThat(m.content()).isEmpty();
            assertThat(m.file()).contains("x.inf");
        });
    }

    @Test
    void version1HasSha1MembersWithTheSubjectThatHashesThem() throws Exception {
        Path inf = inf("[SourceDisksFiles]\na.sys=1\n");
        Path sys = PeSample.pe32().writeTo(folder.resolve("a.sys"));

        Catalog catalog =
                Catalog.parse(build(CatalogVersion.V1, "7_X86", "10_X86").encoded());

        assertThat(catalog.members()).hasSize(2);
        assertThat(member(catalog, FileDigests.of(sys).image().get(DigestAlgorithm.SHA1)))
                .hasValueSatisfying(m -> {
                    assertThat(m.info().orElseThrow().subject()).startsWith("{C689AAB8");
                    assertThat(m.attribute("OSAttr")).contains("2:6.1,2:10.0");
                });
        assertThat(member(catalog, DigestAlgorithm.SHA1.digest(Files.readAllBytes(inf))))
                .hasValueSatisfying(
                        m -> assertThat(m.info().orElseThrow().subject()).startsWith("{DE351A42"));
        assertThat(catalog.attributes().get(0).text()).isEqualTo("7X86,_v100");
    }

    @Test
    void theSamePackageAndTimeGiveTheSameOctetsAndMembersAreSortedByTag() throws Exception {
        inf("[SourceDisksFiles]\na.sys=1\nb.txt=1\nc.txt=1\n");
        PeSample.plus().writeTo(folder.resolve("a.sys"));
        Files.writeString(folder.resolve("b.txt"), "b");
        Files.writeString(folder.resolve("c.txt"), "c");

        Catalog catalog = build(CatalogVersion.V2, "10_X64");

        assertThat(build(CatalogVersion.V2, "10_X64").encoded()).isEqualTo(catalog.encoded());
        assertThat(catalog.members().stream().map(m -> m.tag().hex()))
                .isSorted()
                .hasSize(8);
        assertThat(build(CatalogVersion.V2, "10_X86").listId()).isNotEqualTo(catalog.listId());
    }

    @Test
    void filesAreFoundOnTheirDisksAndThroughCopyFilesForTheArchitecturesWanted() throws Exception {
        inf("""
                [SourceDisksNames.amd64]
                1 = "disk",,,\\x64
                [SourceDisksNames]
                1 = "disk"
                [SourceDisksFiles.amd64]
                a.sys = 1,sub
                [SourceDisksFiles.x86]
                only32.sys = 1
                [Install.NTamd64.10.0]
                CopyFiles = Drivers, @single.dat
                [Install.NTx86]
                CopyFiles = @other.dat
                [Drivers]
                installed.bin, source.bin,,2
                a.sys
                """);
        PeSample.plus()
                .writeTo(Files.createDirectories(folder.resolve("X64/Sub")).resolve("A.sys"));
        Files.writeString(folder.resolve("single.dat"), "single");
        Files.writeString(folder.resolve("source.bin"), "source");

        assertThat(read("10_X64").files())
                .extracting(DriverPackage.Source::name)
                .containsExactlyInAnyOrder("A.sys", "single.dat", "source.bin");
        assertThatThrownBy(() -> read("10_X86"))
                .isInstanceOf(UnfitPackage.class)
                .hasMessageContaining("only32.sys")
                .hasMessageContaining("other.dat");
    }

    @Test
    void hardwareIdsComeFromTheModelsOfTheArchitecture() throws Exception {
        inf("""
                [Manufacturer]
                %M% = Models,NTamd64,NTx86.6.0
                [Models.NTamd64]
                %D% = Install, Root\\Hello, USB\\VID_1234
                %E% = Install, ROOT\\HELLO
                [Models.NTx86.6.0]
                %D% = Install, Root\\Old
                """);

        Catalog catalog = build(CatalogVersion.V2, "10_VB_X64");

        assertThat(catalog.attributes())
                .extracting(a -> a.name() + "=" + a.text())
                .containsExactly("OS=_v100_X64_Vb", "HWID2=usb\\vid_1234", "HWID1=root\\hello");
    }

    @Test
    void pathsOutOfThePackageAreRefused() throws Exception {
        for (String path : List.of("..\\x.inf", "a/../../x", "c:\\x.sys")) {
            inf("[SourceDisksFiles]\n\"" + path + "\" = 1\n");
            assertThatThrownBy(() -> read("10_X64"))
                    .isInstanceOf(UnfitPackage.class)
                    .hasMessageContaining("outside the package");
        }
        Path outside = Files.createTempFile("countersign-outside", ".sys");
        Files.createSymbolicLink(folder.resolve("link.sys"), outside);
        inf("[SourceDisksFiles]\nlink.sys = 1\n");
        assertThatThrownBy(() -> read("10_X64"))
                .isInstanceOf(UnfitPackage.class)
                .hasMessageContaining("leads out of the package");
        Files.delete(outside);
    }

    @Test
    void whatCannotBeHashedAsWindowsDoesIsRefused() throws Exception {
        inf("[SourceDisksFiles]\na.sys=1\n");
        Files.write(folder.resolve("a.sys"), "MZ but nothing else".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> build(CatalogVersion.V2, "10_X64"))
                .isInstanceOf(UnfitPackage.class)
                .hasMessageContaining("a.sys starts as a PE file does");
        Files.write(folder.resolve("a.sys"), "MSCF cabinet".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> build(CatalogVersion.V2, "10_X64"))
                .isInstanceOf(UnfitPackage.class)
                .hasMessageContaining("is a cabinet");
    }

    @Test
    void anInfWithoutACatalogOrWithSeveralIsRefused() throws Exception {
        Files.writeString(folder.resolve("x.inf"), "[Version]\nSignature=x\n");
        assertThatThrownBy(() -> read("10_X64")).hasMessageContaining("names no catalog");
        Files.writeString(folder.resolve("x.inf"), "[Version]\nCatalogFile.NTamd64=a.cat\nCatalogFile.ntx86=b.cat\n");
        assertThat(read("10_X64").catalogName()).isEqualTo("a.cat");
        assertThatThrownBy(() -> read("10_X64", "10_X86")).hasMessageContaining("make one at a time");
        Files.writeString(folder.resolve("x.inf"), "[Version]\nCatalogFile=..\\a.cat\n");
        assertThatThrownBy(() -> read("10_X64")).hasMessageContaining("plain file name");
        Files.writeString(folder.resolve("y.INF"), "[Version]\n");
        assertThatThrownBy(() -> read("10_X64")).hasMessageContaining("2 INFs");
    }

    @Test
    void systemsAreNamedAsInf2CatNamesThem() {
        assertThat(TargetSystem.of("10_x64")).map(TargetSystem::label).contains("_v100_X64");
        assertThat(TargetSystem.of("Server2016_X64")).map(TargetSystem::label).contains("Server_v100_X64_RS1");
        assertThat(TargetSystem.of("7_X64")).map(TargetSystem::label).contains("7X64");
        assertThat(TargetSystem.of("6_3_X86")).map(TargetSystem::kernel).contains("2:6.3");
        assertThat(TargetSystem.of("Server6_3_X64")).map(TargetSystem::label).contains("_v63_Server_X64");
        assertThat(TargetSystem.of("10_X65")).isEmpty();
        assertThat(TargetSystem.of("95_X86")).isEmpty();
        assertThat(TargetSystem.kernels(systems("10_X64", "7_X64", "8_X64"))).isEqualTo("2:6.1,2:6.2,2:10.0");
    }
}

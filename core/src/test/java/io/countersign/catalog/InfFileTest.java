package io.countersign.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class InfFileTest {
    private static final String TEXT = """
            ; before everything
            [Version]
            Signature = "$WINDOWS NT$" ; a comment
            Provider=%Who%
            CatalogFile = a.cat
            [Copy]
            one.sys,two.sys,,2
            "semi;colon.sys"
            long.sys, \\
              continued.sys
            [VERSION]
            Extra = "a ""quoted"" word",%%,%unknown%
            [Strings]
            who = "Müller, Söhne"
            """;

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("x.inf");
    }

    private InfFile read(byte... octets) throws Exception {
        return InfFile.read(Files.write(file, octets));
    }

    private static void isRight(InfFile inf) {
        assertThat(inf.sections()).containsExactly("version", "copy", "strings");
        assertThat(inf.line("version", "SIGNATURE").orElseThrow().value(0)).isEqualTo("$WINDOWS NT$");
        assertThat(inf.line("Version", "provider").orElseThrow().value(0)).isEqualTo("Müller, Söhne");
        assertThat(inf.line("Version", "Extra").orElseThrow().values())
                .isEqualTo(List.of("a \"quoted\" word", "%", "%unknown%"));
        assertThat(inf.section("Copy").stream().map(InfFile.Line::values))
                .containsExactly(
                        List.of("one.sys", "two.sys", "", "2"),
                        List.of("semi;colon.sys"),
                        List.of("long.sys", "continued.sys"));
    }

    @Test
    void sectionsValuesCommentsAndStringsAreReadInEveryEncoding() throws Exception {
        isRight(read(TEXT.getBytes(StandardCharsets.UTF_8)));
        isRight(read(("\uFEFF" + TEXT).getBytes(StandardCharsets.UTF_8)));
        isRight(read(("\uFEFF" + TEXT.replace("\n", "\r\n")).getBytes(StandardCharsets.UTF_16LE)));
        isRight(read(("\uFEFF" + TEXT).getBytes(StandardCharsets.UTF_16BE)));
        isRight(read(TEXT.getBytes(Charset.forName("windows-1252"))));
    }

    @Test
    void whatIsNoInfIsRefusedWithItsLine() {
        assertThatThrownBy(() -> read("MZ\0\1".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(UnfitPackage.class)
                .hasMessageContaining("x.inf:1:");
        assertThatThrownBy(() -> read("\n[Version\n".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(UnfitPackage.class)
                .hasMessageContaining("x.inf:2:")
                .hasMessageContaining("bracket");
    }

    @Test
    void sizeLinesAndLineLengthAreBounded() {
        assertThatThrownBy(() -> read(new byte[InfFile.MAXIMUM_SIZE + 1]))
                .isInstanceOf(UnfitPackage.class)
                .hasMessageContaining("more than " + InfFile.MAXIMUM_SIZE);
        assertThatThrownBy(() -> read("\n".repeat(100_001).getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(UnfitPackage.class)
                .hasMessageContaining("lines");
        assertThatThrownBy(() -> read(("[a]\n" + "b\\\n".repeat(20_000)).getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(UnfitPackage.class)
                .hasMessageContaining("characters");
    }

    @Test
    void stringsThatWouldFillTheMemoryAreRefused() throws Exception {
        String text = "[Strings]\na=" + "x".repeat(16_000) + "\n[Version]\n"
                + ("b=" + "%a%".repeat(5_000) + "\n").repeat(250);

        assertThatThrownBy(() -> read(text.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(UnfitPackage.class)
                .hasMessageContaining("grows to more than")
                .hasMessageContaining("%strings%");
    }

    /** Every line of one names every line of the other, so that looking each up by reading all would take hours. */
    @Test
    @Timeout(20)
    void anInfMadeToBeSlowIsReadInTime() throws Exception {
        StringBuilder text =
                new StringBuilder("[Version]\nCatalogFile=a.cat\n[Copy]\n").append("x.sys\n".repeat(30_000));
        text.append("[Install]\n").append(("CopyFiles=" + "Copy,".repeat(100) + "\n").repeat(4_000));
        text.append("[Manufacturer]\n").append("m=Models\n".repeat(10_000));
        text.append("[Models]\n").append("%d%=Install,id\n".repeat(10_000));
        text.append("[Strings]\nd=name\n").append("e=name\n".repeat(30_000));
        Files.writeString(file, text);
        Files.createFile(folder.resolve("x.sys"));

        DriverPackage read = DriverPackage.read(
                folder, Optional.empty(), List.of(TargetSystem.of("10_X64").orElseThrow()));

        assertThat(read.files()).hasSize(1);
        assertThat(read.hardwareIds()).containsExactly("id");
    }
}

package io.countersign.pe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.fixture.PeSample;
import io.countersign.key.Bytes;
import io.countersign.key.DigestAlgorithm;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PeImageTest {
    private static final int PE_OFFSET = 0x80;
    private static final int SECURITY_ENTRY = PE_OFFSET + 168;

    @Test
    void theNamedRangesAreWhereTheSpecificationPutsThem() throws Exception {
        PeImage plus = PeImage.parse(ByteSource.of(Bytes.of(PeSample.plus().toByteArray())));
        assertThat(plus.checksum()).isEqualTo(new ByteRange(PE_OFFSET + 88, 4));
        assertThat(plus.securityEntry()).contains(new ByteRange(PE_OFFSET + 168, 8));
        PeImage pe32 = PeImage.parse(ByteSource.of(Bytes.of(PeSample.pe32().toByteArray())));
        assertThat(pe32.checksum()).isEqualTo(new ByteRange(PE_OFFSET + 88, 4));
        assertThat(pe32.securityEntry()).contains(new ByteRange(PE_OFFSET + 152, 8));
        assertThat(pe32.plus()).isFalse();
        assertThat(plus.certificateTable()).isEmpty();
    }

    static Stream<Arguments> malformed() {
        return Stream.of(
                Arguments.of("an empty file", bytes(new byte[0]), "empty"),
                Arguments.of("a text", bytes("#!/bin/sh\n".repeat(20).getBytes(StandardCharsets.US_ASCII)), "MZ"),
                Arguments.of("a short file", bytes(new byte[] {'M', 'Z', 0}), "64"),
                Arguments.of("e_lfanew behind the end", changed(b -> b.putInt(0x3C, 0x7FFFFFF0)), "e_lfanew"),
                Arguments.of("e_lfanew inside the DOS header", changed(b -> b.putInt(0x3C, 4)), "e_lfanew"),
                Arguments.of("no PE signature", changed(b -> b.putInt(PE_OFFSET, 0)), "PE signature"),
                Arguments.of("an unknown magic", changed(b -> b.putShort(PE_OFFSET + 24, (short) 0x107)), "0x107"),
                Arguments.of(
                        "a cut section", bytes(Arrays.copyOf(PeSample.plus().toByteArray(), 0x300)), "truncated"),
                Arguments.of("a cut header", bytes(Arrays.copyOf(PeSample.plus().toByteArray(), 0xC0)), "truncated"),
                Arguments.of(
                        "a table outside the file",
                        changed(b -> b.putInt(SECURITY_ENTRY, 0x600).putInt(SECURITY_ENTRY + 4, 0x100)),
                        "outside the file"),
                Arguments.of(
                        "a table whose end overflows 32 bits",
                        changed(b -> b.putInt(SECURITY_ENTRY, 0xFFFFFFF8).putInt(SECURITY_ENTRY + 4, 0x10)),
                        "outside the file"),
                Arguments.of(
                        "a table inside a section",
                        changed(b -> b.putInt(SECURITY_ENTRY, 0x500).putInt(SECURITY_ENTRY + 4, 0x100)),
                        "inside headers or sections"),
                Arguments.of(
                        "a table with no size",
                        changed(b -> b.putInt(SECURITY_ENTRY, 0x600)),
                        "both or none must be zero"),
                Arguments.of(
                        "a table with no offset",
                        changed(b -> b.putInt(SECURITY_ENTRY + 4, 0x10)),
                        "both or none must be zero"),
                Arguments.of(
                        "more directories than the header holds",
                        changed(b -> b.putShort(PE_OFFSET + 20, (short) 140)),
                        "room for"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("malformed")
    void isMalformedWithTheReason(String what, Bytes file, String reason) {
        assertThatThrownBy(() -> PeImage.parse(ByteSource.of(file)))
                .isInstanceOf(MalformedPe.class)
                .hasMessageContaining(reason)
                .hasMessageContaining("at offset 0x");
    }

    /** The plain definition, word by word, against the sums put together from parts. */
    @Test
    void theChecksumIsTheOneOfThePlainDefinition() throws Exception {
        for (int overlay = 0; overlay < 9; overlay++) {
            byte[] file = PeSample.plus().overlay(overlay).checksum(0x12345678).toByteArray();
            PeImage image = PeImage.parse(ByteSource.of(Bytes.of(file)));
            ImageScan scan = ImageScan.of(image, ByteSource.of(Bytes.of(file)), EnumSet.noneOf(DigestAlgorithm.class));
            assertThat(scan.checksum())
                    .isEqualTo(plainChecksum(file, (int) image.checksum().offset()));
        }
    }

    @Test
    void partsMayBeSummedAtAnyOffset() {
        byte[] octets = new byte[1001];
        new Random(7).nextBytes(octets);
        int whole = new WordSum().add(0, ByteBuffer.wrap(octets)).folded();
        for (int cut = 1; cut < octets.length; cut += 13) {
            int parts = new WordSum()
                    .add(0, ByteBuffer.wrap(octets, 0, cut))
                    .add(cut, ByteBuffer.wrap(octets, cut, octets.length - cut))
                    .folded();
            assertThat(parts).isEqualTo(whole);
        }
        WordSum moved = new WordSum().add(1, ByteBuffer.wrap(octets));
        assertThat(new WordSum()
                        .add(0, ByteBuffer.wrap(octets))
                        .movedByOddDistance()
                        .folded())
                .isEqualTo(moved.folded());
    }

    private static long plainChecksum(byte[] file, int checksumOffset) {
        byte[] padded = Arrays.copyOf(file, file.length + (file.length & 1));
        Arrays.fill(padded, checksumOffset, checksumOffset + 4, (byte) 0);
        ByteBuffer words = ByteBuffer.wrap(padded).order(ByteOrder.LITTLE_ENDIAN);
        int sum = 0;
        while (words.hasRemaining()) {
            sum += Short.toUnsignedInt(words.getShort());
            sum = (sum & 0xFFFF) + (sum >>> 16);
        }
        return (long) sum + file.length;
    }

    private static Bytes bytes(byte[] octets) {
        return Bytes.of(octets);
    }

    private static Bytes changed(Consumer<ByteBuffer> change) {
        byte[] file = PeSample.plus().toByteArray();
        change.accept(ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN));
        return Bytes.of(file);
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void aDeviceIsRefusedAndNotWaitedFor() {
        assertThatThrownBy(() -> ByteSource.open(Path.of("/dev/zero")))
                .isInstanceOf(FileSystemException.class)
                .hasMessageContaining("wanted a file");
    }
}

package io.countersign.verify;

import static io.countersign.fixture.TableSample.attach;
import static io.countersign.fixture.TableSample.changed;
import static io.countersign.fixture.TableSample.entry;
import static io.countersign.verify.HostileLab.assertMalformed;
import static io.countersign.verify.HostileLab.assertTrusted;
import static io.countersign.verify.HostileLab.assertUntrusted;
import static io.countersign.verify.HostileLab.judge;
import static io.countersign.verify.HostileLab.signed;
import static io.countersign.verify.HostileLab.unsigned;

import io.countersign.fixture.PeSample;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Headers that lie about the layout. The image digest covers the file minus three ranges whatever the headers say of sections, so
 * an odd layout that was there when the file was signed is trusted, and one made afterwards is a change like any other.
 */
@Timeout(60)
class HostileHeaderTest {
    private static final int PE = 0x80;
    private static final int SIZE_OF_HEADERS = PE + 24 + 60;
    private static final int SECTION = PE + 24 + 240;

    @ParameterizedTest
    @ValueSource(ints = {0, 0x40, 0x201, 0x7FFFFFFF, 0xFFFFFFFF})
    void aSizeOfHeadersThatLiesChangesNothingButIsCovered(int lie) {
        byte[] lying = changed(unsigned(), b -> b.putInt(SIZE_OF_HEADERS, lie));
        assertTrusted(judge(signed(lying)));
        assertUntrusted(
                judge(changed(signed(), b -> b.putInt(SIZE_OF_HEADERS, lie))), "the file was changed after signing");
    }

    @Test
    void overlappingSectionsAreDigestedOnce() {
        assertTrusted(judge(signed(sections(new int[] {0x200, 0x300}, new int[] {0x280, 0x300}))));
    }

    @Test
    void unsortedSectionsAreDigestedInFileOrder() {
        byte[] file = signed(sections(new int[] {0x400, 0x200}, new int[] {0x200, 0x200}));
        assertTrusted(judge(file));
        assertUntrusted(judge(changed(file, b -> b.put(0x3FF, (byte) ~b.get(0x3FF)))), "changed after signing");
    }

    @Test
    void aGapBetweenSectionsIsCovered() {
        byte[] file = signed(sections(new int[] {0x200, 0x100}, new int[] {0x400, 0x200}));
        assertTrusted(judge(file));
        assertUntrusted(judge(changed(file, b -> b.put(0x350, (byte) ~b.get(0x350)))), "changed after signing");
    }

    @Test
    void sectionsThatClaimTheHeadersAreStillFileOrder() {
        assertTrusted(judge(signed(sections(new int[] {0, 0x600}, new int[] {0, 0x600}))));
    }

    @Test
    void aSectionThatReachesIntoTheTableIsMalformed() {
        byte[] file = changed(signed(), b -> b.putInt(SECTION + 16, 0x408));
        assertMalformed(file, "inside headers or sections", PE + 168);
    }

    @Test
    void aSectionWhoseEndOverflowsIsMalformed() {
        byte[] file = changed(signed(), b -> b.putInt(SECTION + 16, 0xFFFFFFFF).putInt(SECTION + 20, 0xFFFFFFFF));
        assertMalformed(file, "section .text ends at 8589934590", SECTION + 16);
    }

    @Test
    void sixtyFiveThousandSectionsInASmallFileAreMalformed() {
        assertMalformed(changed(signed(), b -> b.putShort(PE + 6, (short) 0xFFFF)), "section table ends", PE + 6);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 4, 0x3F, 0x80000000, 0xFFFFFFFF})
    void aPeHeaderOutsideTheFileOrInTheDosHeaderIsMalformed(int offset) {
        assertMalformed(changed(signed(), b -> b.putInt(0x3C, offset)), "e_lfanew", 0x3C);
    }

    /** A complete second header in the signature would let unsigned octets decide what is signed. */
    @Test
    void aPeHeaderInsideTheCertificateTableIsMalformed() {
        byte[] header = PeSample.plus().toByteArray();
        int inside = 0x600 + 8;
        byte[] body = new byte[0x600];
        System.arraycopy(header, PE, body, 0, 0x200 - PE);
        ByteBuffer.wrap(body).order(ByteOrder.LITTLE_ENDIAN).putInt(168, 0x600).putInt(172, 8 + body.length);
        byte[] file = changed(attach(unsigned(), entry(body)), b -> b.putInt(0x3C, inside));
        assertMalformed(file, "inside headers or sections", inside + 168);
    }

    @Test
    void anOptionalHeaderWithoutRoomForItsDirectoriesIsMalformed() {
        assertMalformed(
                changed(signed(), b -> b.putInt(PE + 24 + 108, 0xFFFFFFFF).putShort(PE + 20, (short) 140)),
                "4294967295 data directories are announced",
                PE + 24 + 108);
    }

    /** An unsigned file with these sections, each an offset and a size. */
    private static byte[] sections(int[]... ranges) {
        return changed(unsigned(), b -> {
            b.putShort(PE + 6, (short) ranges.length);
            for (int i = 0; i < ranges.length; i++) {
                int at = SECTION + 40 * i;
                b.putLong(at, 0x747865742eL)
                        .putInt(at + 8, ranges[i][1])
                        .putInt(at + 12, 0x1000 * (i + 1))
                        .putInt(at + 16, ranges[i][1])
                        .putInt(at + 20, ranges[i][0]);
            }
        });
    }
}

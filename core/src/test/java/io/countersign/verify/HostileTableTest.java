package io.countersign.verify;

import static io.countersign.fixture.TableSample.SECURITY_ENTRY;
import static io.countersign.fixture.TableSample.attach;
import static io.countersign.fixture.TableSample.changed;
import static io.countersign.fixture.TableSample.concat;
import static io.countersign.fixture.TableSample.entry;
import static io.countersign.fixture.TableSample.signatureOf;
import static io.countersign.fixture.TableSample.tableOf;
import static io.countersign.verify.HostileLab.assertMalformed;
import static io.countersign.verify.HostileLab.assertNoted;
import static io.countersign.verify.HostileLab.assertTrusted;
import static io.countersign.verify.HostileLab.assertUntrusted;
import static io.countersign.verify.HostileLab.judge;
import static io.countersign.verify.HostileLab.signed;
import static io.countersign.verify.HostileLab.unsigned;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.fixture.PeSample;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Certificate tables that lie, hide or overflow. */
@Timeout(60)
class HostileTableTest {
    /** Where the table of a signed {@link PeSample} starts, and so the first offset of a table that is attached to one. */
    private static final int TABLE = 0x600;

    private final byte[] signed = signed();
    private final byte[] signature = signatureOf(signed).toByteArray();

    @Test
    void nonZeroPaddingIsTrustedWithANote() {
        byte[] body = concat(signature, "payload!".getBytes(StandardCharsets.US_ASCII));
        byte[] entry = entry(body);
        Report report = judge(attach(unsigned(), entry));
        assertTrusted(report);
        assertNoted(report, "pe.table-padding", (entry.length - 8 - signature.length) + " bytes behind the signature");
        assertNoted(report, "pe.table-padding", "EnableCertPaddingCheck");
    }

    @Test
    void aMegabyteOfZeroesBehindTheSignatureIsNotedToo() {
        Report report = judge(attach(unsigned(), entry(Arrays.copyOf(signature, 1 << 20))));
        assertTrusted(report);
        assertNoted(report, "pe.table-padding", "zero bytes behind the signature");
    }

    @Test
    void paddingLargerThanAnySignatureIsCountedWhole() {
        byte[] entry = entry(concat(signature, new byte[17 << 20], new byte[] {1}));
        Report report = judge(attach(unsigned(), entry));
        assertTrusted(report);
        assertNoted(report, "pe.table-padding", (entry.length - 8 - signature.length) + " bytes behind the signature");
    }

    @Test
    void octetsBetweenAnUnpaddedLengthAndTheNextEntryAreNoted() {
        byte[] odd = Arrays.copyOf(signature, signature.length + Math.floorMod(1 - signature.length, 8));
        byte[] entry = entry(odd);
        assertThat(entry.length - 8 - odd.length).isEqualTo(7);
        entry[entry.length - 1] = 1;
        assertNoted(judge(attach(unsigned(), entry)), "pe.table-padding", "bytes behind the signature");
    }

    @Test
    void aSecondEntryIsNotJudgedAndNoted() {
        byte[] report = attach(unsigned(), entry(signature), entry("anything".getBytes(StandardCharsets.US_ASCII)));
        assertTrusted(judge(report));
        assertNoted(judge(report), "pe.table-padding", "1 further table entries");
    }

    @Test
    void aGoodSignatureInTheSecondEntryDoesNotSaveABadFirst() {
        byte[] first = entry("anything".getBytes(StandardCharsets.US_ASCII));
        assertMalformed(attach(unsigned(), first, entry(signature)), "DER SEQUENCE", TABLE + 8);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 4, 0x0EF1})
    void aFirstEntryOfAnotherTypeIsMalformed(int type) {
        byte[] entry = entry(8 + signature.length, type, signature);
        assertMalformed(attach(unsigned(), entry), "has type " + type + ", wanted 2", TABLE);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7})
    void anEntryShorterThanItsHeaderIsMalformed(int length) {
        byte[] file = attach(unsigned(), entry(length, 2, signature));
        assertMalformed(file, "a certificate entry of " + length + " bytes", TABLE);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFFFFF8})
    void anEntryLongerThanTheTableIsMalformed(int length) {
        byte[] file = attach(unsigned(), entry(length, 2, signature));
        assertMalformed(file, "a certificate entry of " + Integer.toUnsignedLong(length) + " bytes", TABLE);
    }

    @Test
    void anEntryWithoutBodyIsMalformed() {
        assertMalformed(attach(unsigned(), entry(new byte[0])), "DER SEQUENCE", TABLE + 8);
    }

    @Test
    void aTableTooSmallForAHeaderIsMalformed() {
        assertMalformed(attach(unsigned(), new byte[7]), "7 bytes left", TABLE);
    }

    @Test
    void entriesAreCountedUpToALimit() {
        byte[][] entries = Collections.nCopies(65, entry(signature)).toArray(byte[][]::new);
        int last = TABLE + 64 * entries[0].length;
        assertMalformed(attach(unsigned(), entries), "more than 64 entries", last);
    }

    @Test
    void aMillionEmptyEntriesCostNoMoreThanTheLimit() {
        assertMalformed(
                attach(unsigned(), entry(signature), emptyEntries(1 << 20)),
                "more than 64 entries",
                TABLE + entry(signature).length + 63 * 8);
    }

    @Test
    void aDerLengthBeyondTheEntryIsMalformed() {
        byte[] lying = signature.clone();
        lying[2] = (byte) 0xFF;
        assertMalformed(attach(unsigned(), entry(lying)), "its entry has room for", TABLE + 8);
    }

    @Test
    void aDerLengthOfFourGigabytesIsMalformedAndNotAllocated() {
        byte[] lying = {0x30, (byte) 0x84, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF};
        assertMalformed(attach(unsigned(), entry(lying)), "says it has 4294967301 bytes", TABLE + 8);
    }

    @Test
    void anIndefiniteLengthOutsideIsMalformed() {
        byte[] ber = signature.clone();
        ber[1] = (byte) 0x80;
        assertMalformed(attach(unsigned(), entry(ber)), "definite-length", TABLE + 8);
    }

    @Test
    void aDirectoryEntryThatOverflows32BitsIsMalformed() {
        byte[] file = changed(signed, b -> b.putInt(SECURITY_ENTRY + 4, 0xFFFFFFFF));
        assertMalformed(file, "outside the file", SECURITY_ENTRY);
    }

    @Test
    void aTableAtTheEndOfTheAddressSpaceIsMalformed() {
        byte[] file = changed(signed, b -> b.putInt(SECURITY_ENTRY, 0xFFFFFFF8));
        assertMalformed(file, "outside the file", SECURITY_ENTRY);
    }

    @Test
    void aTableWithAnAddressAndNoSizeIsMalformedNotUnsigned() {
        assertMalformed(changed(signed, b -> b.putInt(SECURITY_ENTRY + 4, 0)), "both or none", SECURITY_ENTRY);
    }

    @Test
    void aTableWithASizeAndNoAddressIsMalformedNotUnsigned() {
        assertMalformed(changed(signed, b -> b.putInt(SECURITY_ENTRY, 0)), "both or none", SECURITY_ENTRY);
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 0x80, 0x1C0, 0x200, 0x400})
    void aTableInsideHeadersOrSectionsIsMalformed(int address) {
        byte[] file = changed(signed, b -> b.putInt(SECURITY_ENTRY, address).putInt(SECURITY_ENTRY + 4, 8));
        assertMalformed(file, "inside headers or sections", SECURITY_ENTRY);
    }

    @Test
    void aTableOffTheEightByteGridIsMalformed() {
        byte[] file = changed(signed, b -> b.putInt(SECURITY_ENTRY, TABLE + 4));
        assertMalformed(changed(file, b -> b.putInt(SECURITY_ENTRY + 4, 0x100)), "not a multiple of 8", SECURITY_ENTRY);
    }

    @Test
    void octetsAppendedBehindTheTableBreakTheDigest() {
        assertUntrusted(judge(concat(signed, new byte[8])), "the file was changed after signing");
    }

    @Test
    void octetsAppendedAndTakenIntoTheTableAreMalformedOrNoted() {
        byte[] more = concat(signed, "SECRETS!".getBytes(StandardCharsets.US_ASCII));
        byte[] file = changed(more, b -> b.putInt(SECURITY_ENTRY + 4, b.getInt(SECURITY_ENTRY + 4) + 8));
        assertMalformed(file, "does not fit", signed.length);
    }

    @Test
    void aTableMovedBehindNewContentBreaksTheDigest() {
        byte[] moved = attach(concat(unsigned(), new byte[64]), tableOf(signed));
        assertUntrusted(judge(moved), "the file was changed after signing");
    }

    /** Windows sees no signature either: without the directory entry there is no table. */
    @Test
    void fewerThanFiveDirectoriesAreUnsignedWhateverFollows() {
        byte[] none = PeSample.plus().directories(4).toByteArray();
        assertThat(judge(concat(none, tableOf(signed))).verdict()).isEqualTo(new Verdict.Unsigned());
        byte[] hidden = changed(signed, b -> b.putInt(SECURITY_ENTRY - 36, 4));
        assertThat(judge(hidden).verdict()).isEqualTo(new Verdict.Unsigned());
    }

    private static byte[] emptyEntries(int count) {
        byte[] entries = new byte[8 * count];
        for (int at = 0; at < entries.length; at += 8) {
            entries[at] = 8;
            entries[at + 5] = 2;
            entries[at + 6] = 2;
        }
        return entries;
    }
}

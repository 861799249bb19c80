package io.countersign.sign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.fixture.PeSample;
import io.countersign.fixture.SoftwareKey;
import io.countersign.fixture.TestPki;
import io.countersign.fixture.TestPki.Kind;
import io.countersign.pe.ByteRange;
import io.countersign.pe.ByteSource;
import io.countersign.pe.PeImage;
import io.countersign.sign.DiffFile.NamedRange;
import io.countersign.sign.DiffFile.Part;
import io.countersign.sign.SignFile.Existing;
import io.countersign.sign.SignFile.Options;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class DiffFileTest {
    private static SoftwareKey publisher;

    @TempDir
    private Path folder;

    private Path unsigned;
    private Path signed;

    @BeforeAll
    static void makeKey() {
        publisher = TestPki.issue(TestPki.root("Test Root"), "Test Publisher", Kind.CODE_SIGNING);
    }

    @BeforeEach
    void name() {
        unsigned = folder.resolve("unsigned.sys");
        signed = folder.resolve("signed.sys");
    }

    static Stream<Arguments> shapes() {
        return Stream.of(
                Arguments.of("even length, no checksum", PeSample.plus(), 0),
                Arguments.of("odd length", PeSample.plus().overlay(13), 3),
                Arguments.of(
                        "one byte short of a multiple of 8", PeSample.pe32().overlay(7), 1),
                Arguments.of(
                        "odd length and stale checksum",
                        PeSample.pe32().overlay(1).checksum(0xDEADBEEF),
                        7),
                Arguments.of(
                        "larger than a block",
                        PeSample.plus().sectionSize(1_000_001).checksum(1),
                        7));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("shapes")
    void whatWeSignedIsProvenToDifferInTheNamedRangesOnly(String shape, PeSample sample, int padding) throws Exception {
        sample.writeTo(unsigned);
        sign(unsigned, signed, Existing.REFUSE);

        DiffFile.Result result = DiffFile.compare(unsigned, signed);

        assertThat(result.difference()).isEmpty();
        assertThat(result.ranges()).extracting(NamedRange::part).containsExactly(Part.values());
        assertThat(range(result, Part.PADDING).inSigned()).isEqualTo(new ByteRange(Files.size(unsigned), padding));
        assertThat(range(result, Part.CERTIFICATE_TABLE).inSigned().end()).isEqualTo(Files.size(signed));
        assertThat(result.otherBytes()).isEqualTo(Files.size(unsigned) - 4 - 8);
        assertThat(range(result, Part.CHECKSUM).changed()).isTrue();
        assertEqualOutside(result);
    }

    /** The same by another way: both files without the ranges that were named. */
    private void assertEqualOutside(DiffFile.Result result) throws Exception {
        byte[] before = Files.readAllBytes(unsigned);
        byte[] after = Files.readAllBytes(signed);
        for (int i = result.ranges().size() - 1; i >= 0; i--) {
            before = without(before, result.ranges().get(i).inUnsigned());
            after = without(after, result.ranges().get(i).inSigned());
        }
        assertThat(after).isEqualTo(before);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("shapes")
    void whatOsslsigncodeSignedIsProvenToo(String shape, PeSample sample, int padding) throws Exception {
        sample.writeTo(unsigned);
        ForeignSignature.sign(publisher, unsigned, signed);

        assertThat(DiffFile.compare(unsigned, signed).difference()).isEmpty();
    }

    /** Every byte of the file, turned one by one: what is outside the named ranges is found where it is, the rest is not. */
    @Test
    void aTurnedByteIsFoundWhereverItIsAndNeverInsideANamedRange() throws Exception {
        PeSample.plus().overlay(3).writeTo(unsigned);
        sign(unsigned, signed, Existing.REFUSE);
        byte[] whole = Files.readAllBytes(signed);
        PeImage image;
        try (ByteSource source = ByteSource.open(signed)) {
            image = PeImage.parse(source);
        }
        ByteRange entry = image.securityEntry().orElseThrow();
        long table = image.certificateTable().orElseThrow().offset();
        Path mutant = folder.resolve("mutant.sys");
        int refused = 0;
        for (int i = 0; i < whole.length; i += i < table ? 1 : 97) {
            byte[] turned = whole.clone();
            turned[i] ^= (byte) 0x40;
            Files.write(mutant, turned);
            Optional<DiffFile.Difference> difference;
            try {
                difference = DiffFile.compare(unsigned, mutant).difference();
            } catch (UnacceptableFile e) {
                refused++;
                continue; // turned a header field into nonsense, which is no proof either
            }
            if (i >= table || within(image.checksum(), i)) {
                assertThat(difference).as("turned " + i).isEmpty();
            } else if (within(entry, i)) {
                assertThat(difference).as("the table is elsewhere, turned " + i).isPresent();
            } else {
                assertThat(difference.map(DiffFile.Difference::offset)).contains((long) i);
            }
        }
        assertThat(refused).isBetween(1, 200);
    }

    @Test
    void theFirstDifferenceIsNamedWithItsSection() throws Exception {
        PeSample.plus().overlay(9).writeTo(unsigned);
        sign(unsigned, signed, Existing.REFUSE);

        assertThat(turned(0x204).where()).isEqualTo("section .text");
        assertThat(turned(0x204).reason()).contains(" became 0x");
        assertThat(turned(4).where()).isEqualTo("the headers");
        assertThat(turned((int) Files.size(unsigned) - 1).where()).isEqualTo("behind the last section");
        assertThat(turned((int) Files.size(unsigned)).reason()).isEqualTo("the padding is not zero");
    }

    @Test
    void whatIsBehindTheCertificateTableMustHaveBeenThere() throws Exception {
        PeSample.plus().writeTo(unsigned);
        sign(unsigned, signed, Existing.REFUSE);
        long size = Files.size(signed);
        Path longer = folder.resolve("longer.sys");
        Files.write(longer, Arrays.copyOf(Files.readAllBytes(signed), (int) size + 3));

        DiffFile.Difference difference =
                DiffFile.compare(unsigned, longer).difference().orElseThrow();

        assertThat(difference.offset()).isEqualTo(size);
        assertThat(difference.where()).isEqualTo("behind the certificate table");

        Path again = folder.resolve("again.sys");
        sign(longer, again, Existing.REPLACE);
        assertThat(DiffFile.compare(longer, again).difference()).isEmpty();
        sign(signed, again, Existing.APPEND);
        assertThat(DiffFile.compare(signed, again).difference()).isEmpty();
    }

    @Test
    void aShorterOrLongerUnsignedFileIsNotTheSame() throws Exception {
        byte[] octets = PeSample.plus().overlay(32).toByteArray();
        Files.write(unsigned, octets);
        sign(unsigned, signed, Existing.REFUSE);
        Path other = folder.resolve("other.sys");

        Files.write(other, Arrays.copyOf(octets, octets.length - 8));
        assertThat(DiffFile.compare(other, signed).difference().orElseThrow().reason())
                .contains("8 bytes were put in");
        Files.write(other, Arrays.copyOf(octets, octets.length + 1));
        assertThat(DiffFile.compare(other, signed).difference().orElseThrow().reason())
                .contains("the unsigned file goes on for 1 bytes");
    }

    @Test
    void anotherKindOfPeDiffersInItsHeaders() throws Exception {
        PeSample.plus().writeTo(unsigned);
        sign(unsigned, signed, Existing.REFUSE);
        Path other = PeSample.pe32().writeTo(folder.resolve("other.sys"));

        DiffFile.Result result = DiffFile.compare(other, signed);

        assertThat(result.ranges()).isEmpty();
        assertThat(result.difference().orElseThrow().where()).isEqualTo("the headers");
    }

    @Test
    void filesThatCannotBeJudgedAreRefusedByName() throws Exception {
        PeSample.plus().writeTo(unsigned);
        sign(unsigned, signed, Existing.REFUSE);
        Path text = Files.writeString(folder.resolve("text.sys"), "no PE");

        assertThatThrownBy(() -> DiffFile.compare(unsigned, unsigned))
                .isInstanceOf(UnacceptableFile.class)
                .hasMessageContaining("has no signature");
        assertThatThrownBy(() -> DiffFile.compare(text, signed))
                .isInstanceOf(UnacceptableFile.class)
                .hasMessageContaining("text.sys: not a PE file");
    }

    private DiffFile.Difference turned(int offset) throws Exception {
        byte[] octets = Files.readAllBytes(signed);
        octets[offset] ^= 1;
        Path mutant = Files.write(folder.resolve("mutant.sys"), octets);
        DiffFile.Difference difference =
                DiffFile.compare(unsigned, mutant).difference().orElseThrow();
        assertThat(difference.offset()).isEqualTo(offset);
        return difference;
    }

    private static byte[] without(byte[] octets, ByteRange range) {
        byte[] rest = new byte[(int) (octets.length - range.length())];
        System.arraycopy(octets, 0, rest, 0, (int) range.offset());
        System.arraycopy(octets, (int) range.end(), rest, (int) range.offset(), (int) (octets.length - range.end()));
        return rest;
    }

    private static boolean within(ByteRange range, long offset) {
        return offset >= range.offset() && offset < range.end();
    }

    private static NamedRange range(DiffFile.Result result, Part part) {
        return result.ranges().stream()
                .filter(r -> r.part() == part)
                .findFirst()
                .orElseThrow();
    }

    private static void sign(Path input, Path output, Existing existing) throws Exception {
        new SignFile(publisher, Optional.empty())
                .sign(
                        input,
                        output,
                        new Options(Options.defaults().digest(), existing, Optional.empty(), Optional.empty()));
    }
}

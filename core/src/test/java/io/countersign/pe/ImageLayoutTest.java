package io.countersign.pe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.fixture.Mutation;
import io.countersign.fixture.PeSample;
import io.countersign.fixture.TableSample;
import io.countersign.key.Bytes;
import io.countersign.key.DigestAlgorithm;
import io.countersign.pe.ImageLayout.Part;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.junit.jupiter.api.Test;

class ImageLayoutTest {
    private static final byte[] DER = der(100);

    private static byte[] der(int size) {
        try {
            return new DERSequence(new DEROctetString(new byte[size])).getEncoded();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ImageLayout layout(byte[] file) throws Exception {
        return ImageLayout.of(ByteSource.of(Bytes.of(file)));
    }

    private static List<String> lines(byte[] file) throws Exception {
        return layout(file).parts().stream()
                .map(p -> p.range() + (p.hashed() ? " + " : " - ") + p.name())
                .toList();
    }

    @Test
    void aSignedFile() throws Exception {
        byte[] file = TableSample.attach(
                PeSample.plus().sections(0x400, 0x200).overlay(8).toByteArray(), TableSample.entry(DER));

        assertThat(lines(file))
                .containsExactly(
                        "0x0..0x40 + DOS header",
                        "0x40..0x80 + DOS stub",
                        "0x80..0x84 + PE signature",
                        "0x84..0x98 + COFF file header",
                        "0x98..0xd8 + optional header, to CheckSum",
                        "0xd8..0xdc - CheckSum",
                        "0xdc..0x128 + optional header, to the directory entry of the certificate table",
                        "0x128..0x130 - directory entry of the certificate table",
                        "0x130..0x188 + optional header, the rest",
                        "0x188..0x1d8 + section table, 2 entries",
                        "0x1d8..0x200 + between section table and the end of the headers",
                        "0x200..0x600 + section .text",
                        "0x600..0x800 + section .text",
                        "0x800..0x808 + overlay, behind the last section",
                        "0x808..0x810 - WIN_CERTIFICATE header, dwLength 0x70, revision 0x200, type 2",
                        "0x810..0x878 - WIN_CERTIFICATE, PKCS#7 SignedData in DER");
    }

    @Test
    void whatIsHiddenInAndBehindTheCertificateTable() throws Exception {
        byte[] hidden = TableSample.concat(DER, new byte[11]);
        byte[] file = TableSample.concat(
                TableSample.attach(
                        PeSample.plus().toByteArray(),
                        TableSample.entry(hidden),
                        TableSample.entry(13, 0x0EF1, new byte[5]),
                        TableSample.entry(new byte[16])),
                new byte[3]);

        assertThat(lines(file))
                .endsWith(
                        "0x600..0x608 - WIN_CERTIFICATE 1 header, dwLength 0x7b, revision 0x200, type 2",
                        "0x608..0x670 - WIN_CERTIFICATE 1, PKCS#7 SignedData in DER",
                        "0x670..0x67b - WIN_CERTIFICATE 1, padding behind the DER",
                        "0x67b..0x680 - WIN_CERTIFICATE 1, alignment behind dwLength",
                        "0x680..0x688 - WIN_CERTIFICATE 2 header, dwLength 0xd, revision 0x200, type 3825",
                        "0x688..0x68d - WIN_CERTIFICATE 2, content of a type that is no PKCS#7 SignedData",
                        "0x68d..0x690 - WIN_CERTIFICATE 2, alignment behind dwLength",
                        "0x690..0x698 - WIN_CERTIFICATE 3 header, dwLength 0x18, revision 0x200, type 2",
                        "0x698..0x6a8 - WIN_CERTIFICATE 3, unreadable: the certificate entry does not start with a"
                                + " definite-length DER SEQUENCE (at offset 0x698)",
                        "0x6a8..0x6ab + behind the certificate table");
    }

    @Test
    void aTableThatCannotBeReadIsOnePart() throws Exception {
        byte[] file = TableSample.attach(PeSample.plus().toByteArray(), TableSample.entry(4, 2, new byte[8]));

        assertThat(lines(file))
                .endsWith("0x600..0x610 - certificate table, unreadable: a certificate entry of 4 bytes"
                        + " does not fit the 16 that are left (at offset 0x600)");
    }

    @Test
    void sectionsThatOverlapAreNamedOnce() throws Exception {
        int table = 0x80 + 24 + 112 + 128;
        byte[] file =
                TableSample.changed(PeSample.plus().sections(0x400, 0x400, 0).toByteArray(), b -> {
                    b.putInt(table + 40 + 20, 0x400);
                });
        byte[] inside = TableSample.changed(file, b -> b.putInt(table + 40 + 16, 0x100));

        assertThat(lines(file))
                .endsWith(
                        "0x200..0x600 + section .text",
                        "0x600..0x800 + section .text",
                        "0x800..0xa00 + overlay, behind the last section");
        assertThat(layout(file).notes())
                .anySatisfy(n -> assertThat(n).endsWith("has no octets in the file"))
                .contains("section .text at 0x400..0x800 begins in what is named already, up to 0x600");
        assertThat(layout(inside).notes()).contains("section .text at 0x400..0x500 lies in what is named already");
    }

    /** Every sample, then a thousand broken ones: no hole, no overlap, and what is hashed is what the digest is of. */
    @Test
    void partsTileTheFileAndTheHashedOnesAreTheImageDigest() throws Exception {
        List<byte[]> files = new ArrayList<>(samples());
        Random random = new Random(4);
        for (int i = 0; i < 1000; i++) {
            List<byte[]> samples = samples();
            files.add(Mutation.of(samples.get(i % samples.size()), 2, random)
                    .mutant()
                    .toByteArray());
        }
        int taken = 0;
        for (byte[] file : files) {
            PeImage image;
            ByteSource source = ByteSource.of(Bytes.of(file));
            try {
                image = PeImage.parse(source);
            } catch (MalformedPe e) {
                assertThatThrownBy(() -> ImageLayout.of(source)).isInstanceOf(MalformedPe.class);
                continue;
            }
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            long at = 0;
            for (Part part : ImageLayout.of(source).parts()) {
                assertThat(part.range().offset()).isEqualTo(at);
                assertThat(part.range().length()).isPositive();
                at = part.range().end();
                if (part.hashed()) {
                    digest.update(Arrays.copyOfRange(file, (int) part.range().offset(), (int) at));
                }
            }
            assertThat(at).isEqualTo(file.length);
            if (image.certificateTable().isEmpty()) {
                digest.update(new byte[-file.length & 7]); // an unsigned file is digested as signing will pad it
            }
            assertThat(Bytes.of(digest.digest()))
                    .isEqualTo(ImageScan.of(image, source, Set.of(DigestAlgorithm.SHA256))
                            .imageDigest(DigestAlgorithm.SHA256)
                            .value());
            taken++;
        }
        assertThat(taken).isGreaterThan(files.size() / 2);
    }

    private static List<byte[]> samples() {
        byte[] plus = PeSample.plus().toByteArray();
        return List.of(
                plus,
                PeSample.pe32().toByteArray(),
                PeSample.plus().overlay(3).toByteArray(),
                PeSample.plus().sections(0x200, 0, 0x600).overlay(1001).toByteArray(),
                PeSample.pe32().directories(2).toByteArray(),
                PeSample.plus().sections(0).toByteArray(),
                TableSample.attach(plus, TableSample.entry(DER)),
                TableSample.attach(plus, TableSample.entry(DER), TableSample.entry(DER)),
                TableSample.attach(plus, TableSample.entry(9, 1, DER)),
                TableSample.concat(TableSample.attach(plus, TableSample.entry(DER)), new byte[21]));
    }

    @Test
    void manySectionsTakeNoLongerThanTheyAre() throws Exception {
        int count = 0xFFFF;
        byte[] file = Arrays.copyOf(PeSample.plus().toByteArray(), 0x188 + count * 40 + 0x1000);
        byte[] hostile = TableSample.changed(file, b -> {
            b.putShort(0x86, (short) count);
            for (int i = 0; i < count; i++) {
                b.putInt(0x188 + i * 40 + 16, 0x200).putInt(0x188 + i * 40 + 20, 0x188 + count * 40);
            }
        });

        ImageLayout layout = layout(hostile);

        assertThat(layout.notes()).hasSize(65).last().asString().startsWith("and 65470 more");
    }

    @Test
    void whatIsNoPeFileIsRefused() {
        assertThatThrownBy(() -> layout(new byte[100]))
                .isInstanceOf(MalformedPe.class)
                .hasMessageContaining("not a PE file");
    }
}

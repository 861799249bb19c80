package io.countersign.pe;

import io.countersign.key.Bytes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The patches that attach a signature to a PE file and take it away again. */
public final class SignaturePatches {
    private SignaturePatches() {}

    /**
     * Puts a certificate table with this one signature where the present one stands, or behind the file; sets the security
     * directory entry and the checksum to match. Octets behind a present table are kept.
     *
     * @param scan of the same file
     * @throws MalformedPe if the header has no security directory entry, or the result would be larger than a PE can be
     */
    public static PePatch attach(PeImage image, ImageScan scan, Bytes signature) throws MalformedPe {
        ByteRange entry = image.securityEntry()
                .orElseThrow(() -> new MalformedPe(
                        image.peOffset(),
                        "the optional header has fewer than 5 data directories: no room to name a signature"));
        int padding = image.certificateTable().isPresent() ? 0 : ImageScan.padding(image.size());
        ByteRange old = image.certificateTable().orElse(new ByteRange(image.size(), 0));
        long tableOffset = old.offset() + padding;
        Bytes inserted = Bytes.taking(CertificateTable.encode(padding, signature));
        ByteBuffer table = inserted.asBuffer().position(padding).slice();
        long newSize = image.size() + padding - old.length() + table.limit();
        if (newSize > PeImage.MAXIMUM_SIZE) {
            throw new MalformedPe(
                    0, "signed, the file would have " + newSize + " bytes; a PE has at most " + PeImage.MAXIMUM_SIZE);
        }
        ByteBuffer directory =
                littleEndian(8).putInt((int) tableOffset).putInt(table.limit()).rewind();
        int checksum = scan.contentSum()
                .add(entry.offset(), directory.duplicate())
                .add(tableOffset, table.duplicate())
                .checksum(newSize);
        return new PePatch.Builder()
                .replace(image.checksum(), littleEndian(4).putInt(checksum).rewind())
                .replace(entry, directory)
                .replace(old, inserted)
                .build();
    }

    /**
     * Takes the certificate table away and gives the file the length and CheckSum it had before signing.
     *
     * @param image a signed file
     * @param length of the file before, at most 7 less than where the table starts
     * @param checkSum the field's value before
     * @throws IllegalArgumentException if the file is unsigned or the length cannot be right
     */
    public static PePatch detach(PeImage image, long length, int checkSum) {
        ByteRange table =
                image.certificateTable().orElseThrow(() -> new IllegalArgumentException("no signature to take away"));
        ByteRange entry = image.securityEntry().orElseThrow();
        if (length > table.offset() || table.offset() - length > 7) {
            throw new IllegalArgumentException(
                    "the table starts at " + table.offset() + ", so the file before did not have " + length + " bytes");
        }
        return new PePatch.Builder()
                .replace(image.checksum(), littleEndian(4).putInt(checkSum).rewind())
                .replace(entry, littleEndian(8))
                .replace(new ByteRange(length, table.end() - length), littleEndian(0))
                .build();
    }

    private static ByteBuffer littleEndian(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }
}

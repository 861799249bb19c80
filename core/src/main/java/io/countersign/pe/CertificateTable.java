package io.countersign.pe;

import io.countersign.key.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** The attribute certificate table: WIN_CERTIFICATE entries, each on an 8-byte boundary (PE format specification). */
public final class CertificateTable {
    /** No honest signature is larger; a hostile length must not become an allocation. */
    static final int MAXIMUM_SIGNATURE = 16 << 20;

    private static final int HEADER = 8;
    private static final int BLOCK = 1 << 16;
    private static final int MAXIMUM_ENTRIES = 64;
    private static final int REVISION_2 = 0x0200;
    private static final int PKCS_SIGNED_DATA = 0x0002;

    private CertificateTable() {}

    /**
     * A WIN_CERTIFICATE.
     *
     * @param range the whole entry in the file, dwLength bytes
     * @param type wCertificateType; 2 is PKCS#7 SignedData
     */
    public record Entry(ByteRange range, int revision, int type) {
        public boolean isSignedData() {
            return type == PKCS_SIGNED_DATA;
        }
    }

    /**
     * The entries of a signed file, none for an unsigned one.
     *
     * @throws MalformedPe if an entry is shorter than its header or reaches beyond the table
     */
    public static List<Entry> entries(PeImage image, ByteSource source) throws IOException, MalformedPe {
        List<Entry> entries = new ArrayList<>();
        if (image.certificateTable().isEmpty()) {
            return entries;
        }
        ByteRange table = image.certificateTable().get();
        long at = table.offset();
        while (at < table.end()) {
            if (table.end() - at < HEADER) {
                throw new MalformedPe(
                        at, (table.end() - at) + " bytes left in the certificate table, an entry needs " + HEADER);
            }
            ByteBuffer header = read(source, at, HEADER);
            long length = Integer.toUnsignedLong(header.getInt(0));
            if (length < HEADER || length > table.end() - at) {
                throw new MalformedPe(
                        at,
                        "a certificate entry of " + length + " bytes does not fit the " + (table.end() - at)
                                + " that are left");
            }
            if (entries.size() == MAXIMUM_ENTRIES) {
                throw new MalformedPe(at, "more than " + MAXIMUM_ENTRIES + " entries in the certificate table");
            }
            entries.add(new Entry(
                    new ByteRange(at, length),
                    Short.toUnsignedInt(header.getShort(4)),
                    Short.toUnsignedInt(header.getShort(6))));
            at += aligned(length);
        }
        return entries;
    }

    /**
     * The DER octets of an entry. dwLength counts padding in most files and not in others, so the DER length decides where
     * the signature ends.
     *
     * @throws MalformedPe if the entry does not hold one definite-length DER SEQUENCE
     */
    public static Bytes der(Entry entry, ByteSource source) throws IOException, MalformedPe {
        ByteRange range = derRange(entry, source);
        byte[] der = new byte[(int) range.length()];
        source.read(range.offset(), ByteBuffer.wrap(der));
        return Bytes.taking(der);
    }

    /** Where {@link #der} of an entry stands in the file. */
    static ByteRange derRange(Entry entry, ByteSource source) throws IOException, MalformedPe {
        long start = entry.range().offset() + HEADER;
        return new ByteRange(start, derLength(start, entry.range().end() - start, source));
    }

    /**
     * Whether {@link #der} of an entry is this, without reading it into memory.
     *
     * @throws MalformedPe if the entry does not hold one definite-length DER SEQUENCE
     */
    public static boolean holds(Entry entry, Bytes der, ByteSource source) throws IOException, MalformedPe {
        long start = entry.range().offset() + HEADER;
        if (derLength(start, entry.range().end() - start, source) != der.size()) {
            return false;
        }
        ByteBuffer wanted = der.asBuffer();
        ByteBuffer block = ByteBuffer.allocate(Math.min(BLOCK, der.size()));
        for (int at = 0; at < der.size(); at += block.limit()) {
            block.clear().limit(Math.min(BLOCK, der.size() - at));
            source.read(start + at, block);
            if (!block.flip().equals(wanted.slice(at, block.limit()))) {
                return false;
            }
        }
        return true;
    }

    /**
     * What follows the DER inside an entry: zeroes in an honest file, at most 7 of them; a hiding place since CVE-2013-3900.
     *
     * @param size in bytes
     * @param zero whether every one of them is zero
     */
    public record Padding(long size, boolean zero) {
        public static final Padding NONE = new Padding(0, true);

        /** As every honest signer leaves it. */
        public boolean isHonest() {
            return zero && size < 8;
        }
    }

    /**
     * Reads everything between the DER and the next entry: what dwLength counts and what fills the last 8 octets. It is read
     * whole, in blocks, since what is hidden may be hidden at its end.
     */
    public static Padding padding(Entry entry, int derSize, ByteRange table, ByteSource source) throws IOException {
        long start = entry.range().offset() + HEADER + derSize;
        long end = Math.min(
                table.end(), entry.range().offset() + aligned(entry.range().length()));
        ByteBuffer block = ByteBuffer.allocate((int) Math.min(BLOCK, end - start));
        for (long at = start; at < end; at += block.limit()) {
            block.clear().limit((int) Math.min(BLOCK, end - at));
            source.read(at, block);
            block.flip();
            while (block.hasRemaining()) {
                if (block.get() != 0) {
                    return new Padding(end - start, false);
                }
            }
        }
        return new Padding(end - start, true);
    }

    private static long aligned(long length) {
        return (length + 7) & ~7L;
    }

    private static long derLength(long start, long room, ByteSource source) throws IOException, MalformedPe {
        ByteBuffer head = read(source, start, (int) Math.min(room, 6)).order(ByteOrder.BIG_ENDIAN);
        int first = head.limit() < 2 ? -1 : Byte.toUnsignedInt(head.get(1));
        if (first < 0 || head.get(0) != 0x30 || first == 0x80 || first > 0x84) {
            throw new MalformedPe(start, "the certificate entry does not start with a definite-length DER SEQUENCE");
        }
        long length = first;
        int headerSize = 2;
        if (first > 0x80) {
            int lengthOctets = first - 0x80;
            headerSize += lengthOctets;
            if (head.limit() < headerSize) {
                throw new MalformedPe(start, "the certificate entry ends inside its DER length");
            }
            length = 0;
            for (int i = 0; i < lengthOctets; i++) {
                length = length << 8 | Byte.toUnsignedInt(head.get(2 + i));
            }
        }
        if (headerSize + length > room) {
            throw new MalformedPe(
                    start,
                    "the signature says it has " + (headerSize + length) + " bytes, its entry has room for " + room);
        }
        if (headerSize + length > MAXIMUM_SIGNATURE) {
            throw new MalformedPe(
                    start,
                    "a signature of " + (headerSize + length) + " bytes; at most " + MAXIMUM_SIGNATURE + " are read");
        }
        return headerSize + length;
    }

    /** So many zeroes, then a table with one PKCS#7 entry, padded with zeroes to a multiple of 8. */
    static byte[] encode(int zeroes, Bytes der) {
        int length = (HEADER + der.size() + 7) & ~7;
        ByteBuffer table = ByteBuffer.allocate(zeroes + length).order(ByteOrder.LITTLE_ENDIAN);
        table.position(zeroes)
                .putInt(length)
                .putShort((short) REVISION_2)
                .putShort((short) PKCS_SIGNED_DATA)
                .put(der.asBuffer());
        return table.array();
    }

    private static ByteBuffer read(ByteSource source, long position, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        source.read(position, buffer);
        return buffer.flip();
    }
}

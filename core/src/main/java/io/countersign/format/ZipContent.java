package io.countersign.format;

import static io.countersign.format.MalformedFile.require;

import io.countersign.format.ZipArchive.Entry;
import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import io.countersign.pe.ByteSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** What is in the entries of an archive. Inflated no further than the entry says, and compared with its CRC. */
final class ZipContent {
    static final int LOCAL = 30;
    private static final int LOCAL_SIGNATURE = 0x04034b50;
    private static final int STORED = 0;
    private static final int DEFLATED = 8;
    private static final int ENCRYPTED = 1;
    private static final int SIZES_FOLLOW = 8;
    private static final int BLOCK = 1 << 16;

    private ZipContent() {}

    /** All of a small entry. */
    static byte[] read(ZipArchive archive, Entry entry, int maximum) throws IOException, MalformedFile {
        require(
                entry.uncompressed() <= maximum,
                "entry " + entry.name() + " has " + entry.uncompressed() + " bytes; at most " + maximum + " are read");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        copy(archive.source(), entry, out);
        return out.toByteArray();
    }

    /** Writes an entry's content, whatever its size. */
    static void copy(ByteSource source, Entry entry, OutputStream out) throws IOException, MalformedFile {
        long at = data(source, entry);
        require(
                entry.method() == DEFLATED || (entry.method() == STORED && entry.compressed() == entry.uncompressed()),
                "entry " + entry.name() + " is compressed by method " + entry.method()
                        + "; only 8 (deflate) and 0 are known");
        CRC32 crc = new CRC32();
        long left = entry.uncompressed();
        Inflater inflater = new Inflater(true);
        try {
            byte[] inflated = new byte[BLOCK];
            long end = at + entry.compressed();
            while (left > 0) {
                ByteBuffer block = ByteBuffer.allocate((int) Math.min(BLOCK, end - at));
                require(
                        block.capacity() > 0,
                        "entry " + entry.name() + " ends before its " + entry.uncompressed() + " bytes");
                source.read(at, block);
                at += block.capacity();
                if (entry.method() == STORED) {
                    crc.update(block.array());
                    out.write(block.array());
                    left -= block.capacity();
                    continue;
                }
                inflater.setInput(block.flip());
                for (int n = inflater.inflate(inflated); n > 0; n = inflater.inflate(inflated)) {
                    left -= n;
                    require(
                            left >= 0,
                            "entry " + entry.name() + " has more than its " + entry.uncompressed() + " bytes");
                    crc.update(inflated, 0, n);
                    out.write(inflated, 0, n);
                }
                require(left == 0 || !inflater.finished(), "entry " + entry.name() + " ends too early");
            }
        } catch (DataFormatException e) {
            throw new MalformedFile("entry " + entry.name() + " cannot be inflated: " + e.getMessage(), e);
        } finally {
            inflater.end();
        }
        require(crc.getValue() == entry.crc(), "entry " + entry.name() + " is damaged: its CRC is another");
    }

    /** Where an entry's data begins. Its local header has to agree with the central directory. */
    private static long data(ByteSource source, Entry entry) throws IOException, MalformedFile {
        ByteBuffer header = ByteBuffer.allocate(LOCAL).order(ByteOrder.LITTLE_ENDIAN);
        require(entry.offset() + LOCAL <= entry.end(), "entry " + entry.name() + " has no local header");
        source.read(entry.offset(), header);
        int length = Short.toUnsignedInt(header.getShort(26));
        byte[] name = new byte[length];
        long data = entry.offset() + LOCAL + length + Short.toUnsignedInt(header.getShort(28));
        require(
                header.getInt(0) == LOCAL_SIGNATURE
                        && data + entry.compressed() <= entry.end()
                        && Short.toUnsignedInt(header.getShort(8)) == entry.method(),
                "the local header of entry " + entry.name() + " does not fit the central directory");
        int flags = header.getShort(6);
        require((flags & ENCRYPTED) == 0, "entry " + entry.name() + " is encrypted");
        ByteBuffer record = ByteBuffer.wrap(entry.record().toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
        require(
                flags == record.getShort(8)
                        && ((flags & SIZES_FOLLOW) != 0
                                || (header.getInt(14) == record.getInt(16)
                                        && header.getInt(18) == record.getInt(20)
                                        && header.getInt(22) == record.getInt(24))),
                "the local header of entry " + entry.name()
                        + " has other flags, sizes or CRC than the central directory");
        source.read(entry.offset() + LOCAL, ByteBuffer.wrap(name));
        require(
                new String(name, StandardCharsets.ISO_8859_1).equals(entry.name()),
                "the local header of entry " + entry.name() + " has another name");
        return data;
    }

    /** SHA-256 of an entry as it stands in the file, compressed, and of what the central directory says, but for the place. */
    static Digest asItStands(ByteSource source, Entry entry) throws IOException {
        MessageDigest digest = DigestAlgorithm.SHA256.newMessageDigest();
        byte[] record = entry.record().toByteArray();
        ByteBuffer.wrap(record).putInt(42, 0);
        digest.update(record);
        Octets.update(digest, source, entry.offset(), entry.end());
        return new Digest(DigestAlgorithm.SHA256, Bytes.of(digest.digest()));
    }
}

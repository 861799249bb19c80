package io.countersign.format;

import static io.countersign.format.MalformedFile.require;

import io.countersign.format.CabinetHeader.Folder;
import io.countersign.pe.ByteSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * The data of one folder of a cabinet ([MS-CAB] section 2.4, CFDATA; [MS-MCI] for MSZIP): its files one behind the other. Each
 * block is compared with its checksum, if it has one. Throws {@link MalformedCabinet} where the data contradicts itself. For one
 * thread.
 */
final class CabinetContent extends InputStream {
    private static final int FILE = 16;
    private static final int BLOCK = 8;
    private static final int MAXIMUM_BLOCK = 1 << 15;

    /** What a block that cannot be compressed may grow by ([MS-MCI] section 2.2). */
    private static final int MAXIMUM_GROWTH = 12;

    private static final int MAXIMUM_NAME = 256;
    private static final int NAME_IS_UTF = 0x80;
    private static final int METHOD = 0xF;
    private static final int STORED = 0;
    private static final int MSZIP = 1;

    /** An InputStream throws nothing else. */
    static final class MalformedCabinet extends IOException {
        private static final long serialVersionUID = 1;

        MalformedCabinet(MalformedFile cause) {
            super(cause.getMessage(), cause);
        }
    }

    /**
     * One CFFILE.
     *
     * @param offset in the data of its folder
     * @param folder by its number
     */
    record Entry(String name, long size, long offset, int folder) {}

    private final ByteSource source;
    private final long end;
    private final int method;
    private long at;
    private int left;
    private byte[] block = {};
    private int next;

    CabinetContent(ByteSource source, CabinetHeader header, int folder) throws MalformedFile {
        Folder read = header.folders().get(folder);
        this.source = source;
        this.end = header.size();
        this.method = read.method() & METHOD;
        this.at = read.data();
        this.left = read.blocks();
        require(
                method == STORED || method == MSZIP,
                "the cabinet is compressed by method " + method + " (2 is Quantum, 3 is LZX), which is not read here;"
                        + " make it with MSZIP or without compression (makecab /D CompressionType=MSZIP), or name the"
                        + " folder it was made of");
    }

    /** All files, in the order of the cabinet. */
    static List<Entry> entries(ByteSource source, CabinetHeader header) throws IOException, MalformedFile {
        require(!header.ofSet(), "the cabinet is one of a set; join the files of the whole set in one folder");
        List<Entry> entries = new ArrayList<>();
        long at = header.files();
        for (int i = 0; i < header.count(); i++) {
            ByteBuffer fields = CabinetHeader.bytes(source, at, FILE);
            int folder = Short.toUnsignedInt(fields.getShort(8));
            require(
                    folder < header.folders().size(),
                    "file " + i + " of the cabinet is in folder " + folder + ", and there are "
                            + header.folders().size());
            byte[] name = CabinetHeader.bytes(
                            source, at + FILE, (int) Math.min(MAXIMUM_NAME, source.size() - at - FILE))
                    .array();
            int length = 0;
            while (length < name.length && name[length] != 0) {
                length++;
            }
            require(length < name.length, "the name of file " + i + " of the cabinet does not end");
            boolean utf = (Short.toUnsignedInt(fields.getShort(14)) & NAME_IS_UTF) != 0;
            Charset charset = utf ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1;
            entries.add(new Entry(
                    new String(name, 0, length, charset),
                    Integer.toUnsignedLong(fields.getInt(0)),
                    Integer.toUnsignedLong(fields.getInt(4)),
                    folder));
            at += FILE + length + 1;
        }
        return entries;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, into.length);
        if (length == 0) {
            return 0;
        }
        if (next == block.length) {
            if (left == 0) {
                return -1;
            }
            try {
                block = nextBlock();
            } catch (MalformedFile e) {
                throw new MalformedCabinet(e);
            }
            next = 0;
        }
        int n = Math.min(length, block.length - next);
        System.arraycopy(block, next, into, offset, n);
        next += n;
        return n;
    }

    private byte[] nextBlock() throws IOException, MalformedFile {
        ByteBuffer fields = CabinetHeader.bytes(source, at, BLOCK);
        int size = Short.toUnsignedInt(fields.getShort(4));
        int whole = Short.toUnsignedInt(fields.getShort(6));
        String where = "the data block of the cabinet at " + at;
        left--;
        // All but the last are full, so that the one before is all that MSZIP looks back to.
        require(
                whole > 0 && whole <= MAXIMUM_BLOCK && (whole == MAXIMUM_BLOCK || left == 0),
                where + " says it has " + whole + " bytes; all but the last have " + MAXIMUM_BLOCK);
        require(
                size <= MAXIMUM_BLOCK + MAXIMUM_GROWTH && at + BLOCK + size <= end,
                where + " has " + size + " bytes, which do not fit the cabinet");
        byte[] data = CabinetHeader.bytes(source, at + BLOCK, size).array();
        int sum = fields.getInt(0);
        require(sum == 0 || sum == checksum(data, fields.getInt(4)), where + " is damaged: its checksum is another");
        at += BLOCK + size;
        if (method == STORED) {
            require(size == whole, where + " has " + size + " bytes and says " + whole);
            return data;
        }
        return inflated(data, whole, where);
    }

    private byte[] inflated(byte[] data, int whole, String where) throws MalformedFile {
        require(Octets.start(data, 'C', 'K'), where + " is no MSZIP block");
        Inflater inflater = new Inflater(true);
        try {
            inflater.setDictionary(block);
            inflater.setInput(data, 2, data.length - 2);
            byte[] out = new byte[whole];
            int n = 0;
            for (int more = inflater.inflate(out); more > 0; more = inflater.inflate(out, n, whole - n)) {
                n += more;
            }
            // What is left must be the end of the stream, not content there is no room for.
            boolean over = n == whole && (inflater.finished() || inflater.inflate(new byte[1]) == 0);
            require(over && inflater.finished(), where + " does not inflate to its " + whole + " bytes");
            return out;
        } catch (DataFormatException e) {
            throw new MalformedFile(where + " cannot be inflated: " + e.getMessage(), e);
        } finally {
            inflater.end();
        }
    }

    /** [MS-CAB] section 3.1: words XORed, those that are not whole from the other end, then the two lengths. */
    private static int checksum(byte[] data, int lengths) {
        int sum = lengths;
        int words = data.length & ~3;
        for (int i = 0; i < words; i += 4) {
            sum ^= Byte.toUnsignedInt(data[i])
                    | Byte.toUnsignedInt(data[i + 1]) << 8
                    | Byte.toUnsignedInt(data[i + 2]) << 16
                    | data[i + 3] << 24;
        }
        int rest = 0;
        for (byte b : Arrays.copyOfRange(data, words, data.length)) {
            rest = rest << 8 | Byte.toUnsignedInt(b);
        }
        return sum ^ rest;
    }
}

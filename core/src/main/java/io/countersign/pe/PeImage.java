package io.countersign.pe;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;

/**
 * The parts of a PE or PE32+ file that signing needs, as byte ranges whose bounds have all been checked. What Authenticode
 * hashes is the file minus {@link #checksum()}, {@link #securityEntry()} and {@link #certificateTable()} (Windows
 * Authenticode Portable Executable Signature Format 1.0, "Calculating the PE Image Hash").
 *
 * @param size of the whole file, in bytes
 * @param peOffset where the {@code PE\0\0} signature stands
 * @param plus true for PE32+ (64-bit)
 * @param machine IMAGE_FILE_HEADER.Machine, unsigned 16 bits
 * @param sectionAlignment what SectionAlignment says, unsigned 32 bits; unchecked
 * @param dllCharacteristics the flags of DllCharacteristics, unsigned 16 bits
 * @param sizeOfHeaders what SizeOfHeaders says, unsigned 32 bits; unchecked
 * @param checksum the 4 bytes of CheckSum
 * @param storedChecksum their value, unsigned 32 bits
 * @param securityEntry the 8 bytes of the Certificate Table data directory; empty if the header has too few directories
 * @param certificateTable the attribute certificate table; empty for an unsigned file
 * @param sectionTableOffset where the section table begins
 * @param sections in the order of the section table
 */
public record PeImage(
        long size,
        long peOffset,
        boolean plus,
        int machine,
        long sectionAlignment,
        int dllCharacteristics,
        long sizeOfHeaders,
        ByteRange checksum,
        long storedChecksum,
        Optional<ByteRange> securityEntry,
        Optional<ByteRange> certificateTable,
        long sectionTableOffset,
        List<Section> sections) {

    /** Offsets and sizes in a PE are 32 bits, and the certificate table's are file offsets. */
    public static final long MAXIMUM_SIZE = 0xFFFF_FFFFL;

    private static final int DOS_HEADER = 64;
    private static final int FILE_HEADER = 24;
    private static final int SECURITY_DIRECTORY = 4;
    private static final int SECTION_HEADER = 40;

    public PeImage {
        sections = List.copyOf(sections);
    }

    /**
     * Parses the headers; reads a few kilobytes whatever the file's size.
     *
     * @throws MalformedPe if this is no PE file, or one that contradicts itself
     */
    public static PeImage parse(ByteSource source) throws IOException, MalformedPe {
        long size = source.size();
        if (size < DOS_HEADER) {
            throw new MalformedPe(
                    0,
                    size == 0
                            ? "not a PE file: it is empty"
                            : "not a PE file: it has " + size + " bytes, a DOS header needs " + DOS_HEADER);
        }
        if (size > MAXIMUM_SIZE) {
            throw new MalformedPe(0, "a PE file has at most " + MAXIMUM_SIZE + " bytes, this one has " + size);
        }
        ByteBuffer dos = read(source, 0, DOS_HEADER);
        if (dos.getShort(0) != 0x5A4D) {
            throw new MalformedPe(0, "not a PE file: it does not start with MZ");
        }
        long peOffset = Integer.toUnsignedLong(dos.getInt(0x3C));
        if (peOffset < DOS_HEADER || peOffset > size - FILE_HEADER) {
            throw new MalformedPe(
                    0x3C,
                    "not a PE file, or a truncated one: e_lfanew is 0x" + Long.toHexString(peOffset) + ", the file has "
                            + size + " bytes");
        }
        ByteBuffer file = read(source, peOffset, FILE_HEADER);
        if (file.getInt(0) != 0x4550) {
            throw new MalformedPe(peOffset, "not a PE file: no PE signature where e_lfanew points");
        }
        int sectionCount = Short.toUnsignedInt(file.getShort(6));
        int optionalSize = Short.toUnsignedInt(file.getShort(20));
        long optional = peOffset + FILE_HEADER;
        if (optional + optionalSize > size) {
            throw new MalformedPe(
                    peOffset + 20,
                    "truncated PE: the optional header ends at " + (optional + optionalSize) + ", the file at " + size);
        }
        ByteBuffer header = read(source, optional, optionalSize);
        boolean plus = magic(header, optionalSize, optional) == 0x20B;
        int directories = plus ? 112 : 96;
        if (optionalSize < directories) {
            throw new MalformedPe(
                    peOffset + 20,
                    "the optional header has " + optionalSize + " bytes, this kind needs " + directories);
        }
        ByteRange checksum = new ByteRange(optional + 64, 4);
        long directoryCount = Integer.toUnsignedLong(header.getInt(directories - 4));
        int entry = directories + 8 * SECURITY_DIRECTORY;
        Optional<ByteRange> securityEntry = Optional.empty();
        if (directoryCount > SECURITY_DIRECTORY) {
            if (optionalSize < entry + 8) {
                throw new MalformedPe(
                        optional + directories - 4,
                        directoryCount + " data directories are announced, the optional header has room for "
                                + (optionalSize - directories) / 8);
            }
            securityEntry = Optional.of(new ByteRange(optional + entry, 8));
        }
        long sectionTable = optional + optionalSize;
        long headersEnd = sectionTable + (long) sectionCount * SECTION_HEADER;
        if (headersEnd > size) {
            throw new MalformedPe(
                    peOffset + 6, "truncated PE: the section table ends at " + headersEnd + ", the file at " + size);
        }
        List<Section> sections =
                SectionTable.parse(read(source, sectionTable, sectionCount * SECTION_HEADER), sectionTable, size);
        Optional<ByteRange> table = securityEntry.isEmpty()
                ? Optional.empty()
                : table(header, entry, optional, Math.max(headersEnd, rawDataEnd(sections)), size);
        return new PeImage(
                size,
                peOffset,
                plus,
                Short.toUnsignedInt(file.getShort(4)),
                Integer.toUnsignedLong(header.getInt(32)),
                Short.toUnsignedInt(header.getShort(70)),
                Integer.toUnsignedLong(header.getInt(60)),
                checksum,
                Integer.toUnsignedLong(header.getInt(64)),
                securityEntry,
                table,
                sectionTable,
                sections);
    }

    private static int magic(ByteBuffer header, int optionalSize, long offset) throws MalformedPe {
        int magic = optionalSize < 2 ? 0 : Short.toUnsignedInt(header.getShort(0));
        if (magic != 0x10B && magic != 0x20B) {
            throw new MalformedPe(
                    offset,
                    "optional header magic is 0x" + Integer.toHexString(magic)
                            + ", wanted 0x10b (PE32) or 0x20b (PE32+)");
        }
        return magic;
    }

    private static Optional<ByteRange> table(ByteBuffer header, int entry, long optional, long contentEnd, long size)
            throws MalformedPe {
        long address = Integer.toUnsignedLong(header.getInt(entry));
        long length = Integer.toUnsignedLong(header.getInt(entry + 4));
        long at = optional + entry;
        if (address == 0 && length == 0) {
            return Optional.empty();
        }
        if (address == 0 || length == 0) {
            throw new MalformedPe(
                    at,
                    "the certificate table has offset " + address + " and size " + length
                            + ": both or none must be zero");
        }
        if (address + length > size) {
            throw new MalformedPe(
                    at,
                    "the certificate table ends at " + (address + length) + ", outside the file of " + size + " bytes");
        }
        if (address % 8 != 0) {
            throw new MalformedPe(at, "the certificate table starts at " + address + ", which is not a multiple of 8");
        }
        if (address < contentEnd) {
            throw new MalformedPe(
                    at,
                    "the certificate table starts at " + address + ", inside headers or sections that end at "
                            + contentEnd);
        }
        return Optional.of(new ByteRange(address, length));
    }

    private static long rawDataEnd(List<Section> sections) {
        return sections.stream().mapToLong(s -> s.rawData().end()).max().orElse(0);
    }

    private static ByteBuffer read(ByteSource source, long position, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        source.read(position, buffer);
        return buffer.flip();
    }
}

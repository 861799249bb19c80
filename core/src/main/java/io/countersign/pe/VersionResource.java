package io.countersign.pe;

import io.countersign.pe.VersionInfo.FileVersion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Finds and reads the version resource of a PE file: PE format specification ".rsrc Section", and VS_VERSIONINFO, StringFileInfo,
 * StringTable and String of the Win32 documentation (menurc). Of several languages the first is read.
 */
public final class VersionResource {
    private static final int RESOURCE_DIRECTORY = 2;
    private static final int RT_VERSION = 16;
    private static final int DIRECTORY_HEADER = 16;
    private static final int LEVELS = 3;
    private static final int MAXIMUM_ENTRIES = 4096;
    /** Honest ones have about a kilobyte; their lengths are 16 bits. */
    private static final int MAXIMUM_SIZE = 1 << 16;

    private static final int FIXED_FILE_INFO = 0xFEEF04BD;
    private static final int FIXED_FILE_INFO_SIZE = 52;
    private static final int MAXIMUM_STRINGS = 256;

    private final ByteSource source;
    private final PeImage image;

    private VersionResource(ByteSource source, PeImage image) {
        this.source = source;
        this.image = image;
    }

    /**
     * Reads it.
     *
     * @return {@link VersionInfo#NONE} if there is none
     * @throws MalformedPe if what leads to it, or it, contradicts itself
     */
    public static VersionInfo read(ByteSource source, PeImage image) throws IOException, MalformedPe {
        return new VersionResource(source, image).read();
    }

    private VersionInfo read() throws IOException, MalformedPe {
        // As PeImage did: the optional header's directories begin behind fields that depend on its kind.
        long directories = image.peOffset() + 24 + (image.plus() ? 112 : 96);
        long count = Integer.toUnsignedLong(at(directories - 4, 4).getInt());
        if (count <= RESOURCE_DIRECTORY) {
            return VersionInfo.NONE;
        }
        long root = Integer.toUnsignedLong(
                at(directories + 8 * RESOURCE_DIRECTORY, 4).getInt());
        if (root == 0) {
            return VersionInfo.NONE;
        }
        long offset = 0;
        for (int level = 0; level < LEVELS; level++) {
            Optional<Integer> next = entry(root, offset, level == 0);
            if (next.isEmpty()) {
                return VersionInfo.NONE;
            }
            boolean isDirectory = next.get() < 0;
            if (isDirectory == (level == LEVELS - 1)) {
                throw new MalformedPe(fileOffset(root), "the resource tree does not have three levels");
            }
            offset = next.get() & Integer.MAX_VALUE;
        }
        ByteBuffer data = atAddress(root + offset, 8);
        long address = Integer.toUnsignedLong(data.getInt());
        long size = Integer.toUnsignedLong(data.getInt());
        if (size > MAXIMUM_SIZE) {
            throw new MalformedPe(
                    fileOffset(address), "the version resource has " + size + " bytes, at most " + MAXIMUM_SIZE);
        }
        return block(atAddress(address, (int) size), fileOffset(address));
    }

    /** What a directory's entry points to: that of RT_VERSION, or the first; negative for a directory. */
    private Optional<Integer> entry(long root, long offset, boolean ofVersions) throws IOException, MalformedPe {
        ByteBuffer header = atAddress(root + offset, DIRECTORY_HEADER);
        int entries = Short.toUnsignedInt(header.getShort(12)) + Short.toUnsignedInt(header.getShort(14));
        if (entries > MAXIMUM_ENTRIES) {
            throw new MalformedPe(fileOffset(root + offset), entries + " resources, at most " + MAXIMUM_ENTRIES);
        }
        ByteBuffer table = atAddress(root + offset + DIRECTORY_HEADER, 8 * entries);
        for (int i = 0; i < entries; i++) {
            if (!ofVersions || table.getInt(8 * i) == RT_VERSION) {
                return Optional.of(table.getInt(8 * i + 4));
            }
        }
        return Optional.empty();
    }

    private static VersionInfo block(ByteBuffer octets, long offset) throws MalformedPe {
        Node root = Node.of(octets, offset);
        Optional<FileVersion> version = Optional.empty();
        ByteBuffer fixed = root.value;
        if (fixed.remaining() >= FIXED_FILE_INFO_SIZE && fixed.getInt(fixed.position()) == FIXED_FILE_INFO) {
            long high = Integer.toUnsignedLong(fixed.getInt(fixed.position() + 8));
            long low = Integer.toUnsignedLong(fixed.getInt(fixed.position() + 12));
            version = Optional.of(new FileVersion(high << 32 | low));
        }
        Map<String, String> texts = new HashMap<>();
        while (root.children.remaining() > 0) {
            Node info = Node.of(root.children, offset);
            if (info.key.equals("StringFileInfo") && info.children.remaining() > 0) {
                Node table = Node.of(info.children, offset);
                while (table.children.remaining() > 0 && texts.size() < MAXIMUM_STRINGS) {
                    Node text = Node.of(table.children, offset);
                    texts.put(text.key, text(text.value));
                }
                break;
            }
        }
        return new VersionInfo(version, texts);
    }

    /** UTF-16 up to the first NUL. */
    private static String text(ByteBuffer octets) {
        String text = StandardCharsets.UTF_16LE.decode(octets).toString();
        int end = text.indexOf(0);
        return end < 0 ? text : text.substring(0, end);
    }

    /** The structure all blocks of the resource have: a length, a value, a key and further blocks. */
    private record Node(String key, ByteBuffer value, ByteBuffer children) {
        private static final int HEADER = 6;

        /** Takes one from the buffer, whose position 0 is where alignment counts from. */
        static Node of(ByteBuffer in, long offset) throws MalformedPe {
            int start = in.position();
            if (in.remaining() < HEADER) {
                throw new MalformedPe(offset + start, "a truncated version resource");
            }
            int length = Short.toUnsignedInt(in.getShort(start));
            int valueLength = Short.toUnsignedInt(in.getShort(start + 2));
            boolean isText = in.getShort(start + 4) == 1;
            if (length < HEADER || length > in.remaining()) {
                throw new MalformedPe(
                        offset + start, "a block of " + length + " bytes where " + in.remaining() + " are left");
            }
            int end = start + length;
            int keyEnd = start + HEADER;
            while (keyEnd + 2 <= end && in.getShort(keyEnd) != 0) {
                keyEnd += 2;
            }
            String key = StandardCharsets.UTF_16LE
                    .decode(part(in, start + HEADER, keyEnd))
                    .toString();
            int value = Math.min(aligned(keyEnd + 2), end);
            // Of text the length is in characters, which some tools got wrong and gave in octets.
            int valueEnd = Math.min(value + (isText ? 2 * valueLength : valueLength), end);
            int children = Math.min(aligned(valueEnd), end);
            in.position(Math.min(aligned(end), in.limit()));
            return new Node(key, part(in, value, valueEnd), part(in, children, end));
        }

        private static int aligned(int position) {
            return position + 3 & ~3;
        }

        /** A view that keeps positions as they are, for alignment. */
        private static ByteBuffer part(ByteBuffer in, int from, int to) {
            return in.duplicate().order(ByteOrder.LITTLE_ENDIAN).limit(to).position(from);
        }
    }

    private ByteBuffer atAddress(long address, int length) throws IOException, MalformedPe {
        return at(fileOffset(address), length);
    }

    private ByteBuffer at(long offset, int length) throws IOException, MalformedPe {
        if (offset > image.size() - length) {
            throw new MalformedPe(offset, "truncated PE: " + length + " bytes of its resources are not there");
        }
        ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        source.read(offset, buffer);
        return buffer.flip();
    }

    private long fileOffset(long address) throws MalformedPe {
        for (Section section : image.sections()) {
            long into = address - section.virtualAddress();
            if (into >= 0 && into < section.rawData().length()) {
                return section.rawData().offset() + into;
            }
        }
        throw new MalformedPe(0, "no section holds the resources at address 0x" + Long.toHexString(address));
    }
}

package io.countersign.format;

import static io.countersign.format.MalformedFile.require;

import io.countersign.key.Bytes;
import io.countersign.pe.ByteSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The structure of a ZIP archive (APPNOTE.TXT 6.3.10 section 4.3), as strict as signing needs: entries one behind the other, the
 * central directory right behind them, its end right behind that, nothing after it; no name twice, no entry in two places.
 * Nothing is inflated here.
 */
final class ZipArchive {
    private static final int END = 22;
    private static final int END_SIGNATURE = 0x06054b50;
    private static final int MAXIMUM_COMMENT = 0xFFFF;
    private static final int LOCATOR = 20;
    private static final int LOCATOR_SIGNATURE = 0x07064b50;
    private static final int END64 = 56;
    private static final int END64_SIGNATURE = 0x06064b50;
    private static final int RECORD = 46;
    private static final int RECORD_SIGNATURE = 0x02014b50;
    private static final int ZIP64_FIELD = 1;
    private static final long IN_FIELD = 0xFFFF_FFFFL;
    private static final int MAXIMUM_ENTRIES = 0xFFFF;
    private static final int MAXIMUM_DIRECTORY = 1 << 25;

    /** Two ZIP64 fields and a data descriptor, what writers put around the content of an entry. */
    private static final int MAXIMUM_AROUND = 2 * 32 + 24;

    /**
     * One entry, as the central directory has it.
     *
     * @param record its octets there
     * @param place of the record, from the start of the directory
     * @param offset of its local header
     * @param end where the next entry or the central directory begins
     */
    record Entry(
            String name,
            Bytes record,
            int place,
            int method,
            long crc,
            long compressed,
            long uncompressed,
            long offset,
            long end) {}

    private final ByteSource source;
    private final Map<String, Entry> entries;
    private final long directory;
    private final byte[] tail;
    private final boolean zip64;

    private ZipArchive(ByteSource source, Map<String, Entry> entries, long directory, byte[] tail, boolean zip64) {
        this.source = source;
        this.entries = Collections.unmodifiableMap(entries);
        this.directory = directory;
        this.tail = tail;
        this.zip64 = zip64;
    }

    static ZipArchive read(ByteSource source) throws IOException, MalformedFile {
        long end = findEnd(source);
        ByteBuffer fields = bytes(source, end, END);
        require(fields.getInt(4) == 0, "the archive is one of several volumes");
        boolean zip64 = fields.getInt(16) == -1;
        long tail = zip64 ? end - LOCATOR - END64 : end;
        long count = Short.toUnsignedLong(fields.getShort(10));
        long here = Short.toUnsignedLong(fields.getShort(8));
        long size = Integer.toUnsignedLong(fields.getInt(12));
        long offset = Integer.toUnsignedLong(fields.getInt(16));
        if (zip64) {
            require(tail >= 0, "the archive has no room for its ZIP64 end records");
            ByteBuffer locator = bytes(source, end - LOCATOR, LOCATOR);
            ByteBuffer record = bytes(source, tail, END64);
            require(
                    locator.getInt(0) == LOCATOR_SIGNATURE
                            && locator.getLong(8) == tail
                            && record.getInt(0) == END64_SIGNATURE
                            && record.getLong(4) == END64 - 12,
                    "the archive's ZIP64 end records do not stand right before its end record");
            count = record.getLong(32);
            here = record.getLong(24);
            size = record.getLong(40);
            offset = record.getLong(48);
        }
        require(
                count >= 0 && count <= MAXIMUM_ENTRIES && here == count,
                "the archive says it has " + count + " entries, " + here + " of them in this volume; at most "
                        + MAXIMUM_ENTRIES + " in one are read");
        require(
                size >= 0 && size <= MAXIMUM_DIRECTORY && offset >= 0 && offset <= tail && size == tail - offset,
                "the archive's central directory, " + size + " bytes at " + offset
                        + ", does not end where its end record" + " begins, at " + tail);
        Map<String, Entry> entries = entries(bytes(source, offset, (int) size), (int) count, offset);
        byte[] rest = bytes(source, tail, (int) (source.size() - tail)).array();
        return new ZipArchive(source, entries, offset, rest, zip64);
    }

    private static long findEnd(ByteSource source) throws IOException, MalformedFile {
        int length = (int) Math.min(source.size(), END + MAXIMUM_COMMENT);
        ByteBuffer last = bytes(source, source.size() - length, length);
        for (int at = length - END; at >= 0; at--) {
            if (last.getInt(at) == END_SIGNATURE) {
                require(
                        Short.toUnsignedInt(last.getShort(at + 20)) == length - at - END,
                        "the archive's end record is not followed by its comment and nothing else");
                return source.size() - length + at;
            }
        }
        throw new MalformedFile("the archive has no end record: it is cut off, or no archive");
    }

    private static Map<String, Entry> entries(ByteBuffer directory, int count, long offset) throws MalformedFile {
        List<Entry> found = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (int i = 0; i < count; i++) {
            Entry entry = entry(directory);
            require(names.add(entry.name), "the archive has two entries named " + entry.name);
            found.add(entry);
        }
        require(!directory.hasRemaining(), directory.remaining() + " bytes of the central directory are no entry");
        found.sort(Comparator.comparingLong(Entry::offset));
        Map<String, Entry> entries = new LinkedHashMap<>();
        for (int i = 0; i < found.size(); i++) {
            Entry e = found.get(i);
            long end = i + 1 < found.size() ? found.get(i + 1).offset : offset;
            require(
                    e.offset >= 0 && e.compressed >= 0 && e.compressed <= end - e.offset,
                    "entry " + e.name + " of " + e.compressed + " bytes does not fit between " + e.offset + " and "
                            + end);
            entries.put(
                    e.name,
                    new Entry(e.name, e.record, e.place, e.method, e.crc, e.compressed, e.uncompressed, e.offset, end));
        }
        return entries;
    }

    private static Entry entry(ByteBuffer directory) throws MalformedFile {
        int start = directory.position();
        require(
                directory.remaining() >= RECORD && directory.getInt(start) == RECORD_SIGNATURE,
                "the central directory has no entry at " + start);
        int name = Short.toUnsignedInt(directory.getShort(start + 28));
        int extra = Short.toUnsignedInt(directory.getShort(start + 30));
        int comment = Short.toUnsignedInt(directory.getShort(start + 32));
        require(
                directory.remaining() >= RECORD + name + extra + comment,
                "an entry of the central directory, at " + start + ", goes beyond it");
        byte[] record = new byte[RECORD + name + extra + comment];
        directory.get(record);
        ByteBuffer fields = ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer large = zip64(fields, RECORD + name, extra);
        // In this order (section 4.5.3), each where the short field has no room.
        long uncompressed = wide(fields.getInt(24), large);
        long compressed = wide(fields.getInt(20), large);
        long offset = wide(fields.getInt(42), large);
        return new Entry(
                new String(record, RECORD, name, StandardCharsets.ISO_8859_1),
                Bytes.of(record),
                start,
                Short.toUnsignedInt(fields.getShort(10)),
                Integer.toUnsignedLong(fields.getInt(16)),
                compressed,
                uncompressed,
                offset,
                offset);
    }

    private static ByteBuffer zip64(ByteBuffer record, int from, int length) throws MalformedFile {
        ByteBuffer found = ByteBuffer.allocate(0);
        Set<Integer> seen = new HashSet<>();
        int at = from;
        while (at < from + length) {
            require(from + length - at >= 4, "an extra field of the central directory is cut off");
            int id = Short.toUnsignedInt(record.getShort(at));
            int size = Short.toUnsignedInt(record.getShort(at + 2));
            require(at + 4 + size <= from + length, "an extra field of the central directory goes beyond its entry");
            require(seen.add(id), "an entry of the central directory has the extra field " + id + " twice");
            if (id == ZIP64_FIELD) {
                found = record.slice(at + 4, size).order(ByteOrder.LITTLE_ENDIAN);
            }
            at += 4 + size;
        }
        return found;
    }

    private static long wide(int field, ByteBuffer large) throws MalformedFile {
        long value = Integer.toUnsignedLong(field);
        if (value != IN_FIELD) {
            return value;
        }
        require(large.remaining() >= 8, "an entry of the central directory lacks its ZIP64 field");
        return large.getLong();
    }

    private static ByteBuffer bytes(ByteSource source, long at, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        source.read(at, buffer);
        return buffer.flip();
    }

    ByteSource source() {
        return source;
    }

    /** By name, in the order of the file. */
    Map<String, Entry> entries() {
        return entries;
    }

    Optional<Entry> entry(String name) {
        return Optional.ofNullable(entries.get(name));
    }

    /** What kind of package this is, by what has to be in it. */
    Optional<FileFormat> format() {
        if (entries.containsKey(AppPackageFile.MANIFEST) || entries.containsKey(AppPackageFile.BUNDLE_MANIFEST)) {
            return Optional.of(FileFormat.APP_PACKAGE);
        }
        return entries.keySet().stream().anyMatch(n -> n.indexOf('/') < 0 && n.endsWith(".nuspec"))
                ? Optional.of(FileFormat.NUGET)
                : Optional.empty();
    }

    /**
     * Where what a signature covers ends, and the octets of the central directory as they were before this entry was added,
     * which must be the last in the file and hold nothing but its content.
     *
     * @param end the offset of the signature's entry, or of the central directory
     * @param directory with its end records
     */
    record Covered(long end, Bytes directory) {}

    Covered without(String name) throws MalformedFile {
        Optional<Entry> signature = entry(name);
        List<Entry> others = entries.values().stream()
                .filter(e -> !e.name.equals(name))
                .sorted(Comparator.comparingInt(Entry::place))
                .toList();
        long end = signature.map(Entry::offset).orElse(directory);
        require(
                others.stream().allMatch(e -> e.offset < end),
                name + " is not the last entry, so that others would not be covered by the signature in it");
        long around = signature.map(ZipArchive::around).orElse(0L);
        require(
                around <= MAXIMUM_AROUND,
                around + " bytes around the content of " + name
                        + ", in its headers or behind it, are covered by nothing");
        int size = others.stream().mapToInt(e -> e.record.size()).sum();
        ByteBuffer before = ByteBuffer.allocate(size + tail.length).order(ByteOrder.LITTLE_ENDIAN);
        others.forEach(e -> before.put(e.record.toByteArray()));
        before.put(tail);
        int at = size;
        if (zip64) {
            before.putLong(at + 24, others.size()).putLong(at + 32, others.size());
            before.putLong(at + 40, size).putLong(at + 48, end);
            before.putLong(at + END64 + 8, end + size);
        } else {
            before.putShort(at + 8, (short) others.size()).putShort(at + 10, (short) others.size());
            before.putInt(at + 12, size).putInt(at + 16, (int) end);
        }
        return new Covered(end, Bytes.of(before.array()));
    }

    /** How many octets of an entry are neither its content nor what every entry has. */
    private static long around(Entry e) {
        long local = e.end - e.offset - ZipContent.LOCAL - e.name.length() - e.compressed;
        return local + e.record.size() - RECORD - e.name.length();
    }
}

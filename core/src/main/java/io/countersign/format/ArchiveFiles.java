package io.countersign.format;

import static io.countersign.format.MalformedFile.require;

import io.countersign.format.CabinetContent.MalformedCabinet;
import io.countersign.pe.ByteSource;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * Takes the files out of a ZIP archive or a cabinet whoever may have made. Archives in it stay what they are. Nothing is written
 * before every name and every size was looked at.
 */
public final class ArchiveFiles {
    /** As many files are read of an archive. */
    public static final int MAXIMUM_ENTRIES = 10_000;

    /** As many bytes they may have together. */
    public static final long MAXIMUM_TOTAL = 1L << 31;

    /** Below this, any compression is believed. */
    private static final long FREE = 1 << 24;

    private static final int MAXIMUM_RATIO = 100;
    private static final int COPIED_AT_ONCE = 1 << 16;

    // The mode of Unix, in the upper half of the external attributes.
    private static final int TYPE = 0xF000;
    private static final int REGULAR = 0x8000;
    private static final int FOLDER = 0x4000;

    private ArchiveFiles() {}

    /**
     * Whether a file is an archive by its first octets, and not one that is itself a format with rules of its own, such as a NuGet
     * package.
     */
    public static boolean isArchive(Path file) throws IOException {
        try (ByteSource source = ByteSource.open(file)) {
            ByteBuffer head = ByteBuffer.allocate((int) Math.min(4, source.size()));
            source.read(0, head);
            if (Octets.start(head.array(), 'M', 'S', 'C', 'F')) {
                return true;
            }
            if (!Octets.start(head.array(), 'P', 'K', 3, 4) && !Octets.start(head.array(), 'P', 'K', 5, 6)) {
                return false;
            }
            return ZipArchive.read(source).format().isEmpty();
        } catch (MalformedFile e) {
            return true; // which one, extract() says
        }
    }

    /**
     * Writes every file below a folder.
     *
     * @param folder empty, and nobody else's
     * @throws MalformedFile if it contradicts its format, has names that are no plain paths or the same to Windows, links, or more
     *     files or bytes than are read; what was written until then stays
     */
    public static void extract(Path archive, Path folder) throws IOException, MalformedFile {
        try (ByteSource source = ByteSource.open(archive)) {
            ByteBuffer head = ByteBuffer.allocate((int) Math.min(4, source.size()));
            source.read(0, head);
            if (Octets.start(head.array(), 'M', 'S', 'C', 'F')) {
                cabinet(source, folder);
            } else {
                zip(source, folder);
            }
        } catch (MalformedCabinet e) {
            throw new MalformedFile(e.getMessage(), e);
        }
    }

    private static void zip(ByteSource source, Path folder) throws IOException, MalformedFile {
        ZipArchive archive = ZipArchive.read(source);
        ArchiveNames names = new ArchiveNames();
        Bounds bounds = new Bounds(source.size(), archive.entries().size());
        for (ZipArchive.Entry entry : archive.entries().values()) {
            bounds.add(entry.uncompressed());
            int type = ByteBuffer.wrap(entry.record().toByteArray())
                                    .order(ByteOrder.LITTLE_ENDIAN)
                                    .getInt(38)
                            >>> 16
                    & TYPE;
            require(
                    type == 0 || type == REGULAR || type == FOLDER,
                    "an entry of the archive is a link or a device; a package is made of plain files");
            if (isFolder(entry)) {
                names.folder(name(entry));
            } else {
                names.file(name(entry));
            }
        }
        for (ZipArchive.Entry entry : archive.entries().values()) {
            if (!isFolder(entry)) {
                try (OutputStream out = create(folder, new ArchiveNames().file(name(entry)))) {
                    ZipContent.copy(source, entry, out);
                }
            }
        }
    }

    private static boolean isFolder(ZipArchive.Entry entry) {
        return entry.name().endsWith("/") && entry.uncompressed() == 0;
    }

    /** UTF-8 if it can be: writers do not all say so. */
    private static String name(ZipArchive.Entry entry) {
        byte[] octets = entry.name().getBytes(StandardCharsets.ISO_8859_1);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(octets))
                    .toString();
        } catch (CharacterCodingException e) {
            return entry.name();
        }
    }

    private static void cabinet(ByteSource source, Path folder) throws IOException, MalformedFile {
        CabinetHeader header = CabinetHeader.read(source);
        ArchiveNames names = new ArchiveNames();
        Bounds bounds = new Bounds(source.size(), header.count());
        List<CabinetContent.Entry> entries = CabinetContent.entries(source, header);
        long[] ends = new long[header.folders().size()];
        for (CabinetContent.Entry entry : entries) {
            bounds.add(entry.size());
            names.file(entry.name());
            require(
                    entry.offset() == ends[entry.folder()],
                    "the files of the cabinet do not stand one behind the other");
            ends[entry.folder()] += entry.size();
        }
        for (int i = 0; i < ends.length; i++) {
            InputStream data = new CabinetContent(source, header, i);
            for (CabinetContent.Entry entry : entries) {
                if (entry.folder() == i) {
                    try (OutputStream out = create(folder, new ArchiveNames().file(entry.name()))) {
                        copy(data, entry, out);
                    }
                }
            }
            require(data.read() < 0, "folder " + i + " of the cabinet has data that is of no file");
        }
    }

    private static void copy(InputStream data, CabinetContent.Entry entry, OutputStream out)
            throws IOException, MalformedFile {
        for (long left = entry.size(); left > 0; ) {
            byte[] some = data.readNBytes((int) Math.min(COPIED_AT_ONCE, left));
            require(some.length > 0, "the cabinet ends before its " + entry.size() + " bytes of a file");
            out.write(some);
            left -= some.length;
        }
    }

    private static OutputStream create(Path folder, List<String> parts) throws IOException, MalformedFile {
        Path file = folder;
        try {
            for (String part : parts) {
                file = file.resolve(part);
            }
        } catch (InvalidPathException e) {
            throw new MalformedFile(
                    "the archive has a name that this system cannot write; run it where names are UTF-8 (LC_ALL=C.UTF-8)",
                    e);
        }
        Files.createDirectories(file.getParent());
        return Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    /** What the entries of an archive may grow to. */
    private static final class Bounds {
        private final long most;
        private long total;

        Bounds(long archive, int entries) throws MalformedFile {
            require(
                    entries <= MAXIMUM_ENTRIES,
                    "the archive has " + entries + " entries; at most " + MAXIMUM_ENTRIES + " are read");
            most = Math.min(MAXIMUM_TOTAL, Math.max(FREE, archive * MAXIMUM_RATIO));
        }

        void add(long size) throws MalformedFile {
            // Added up to the bound at each step, so it cannot overflow.
            require(
                    size >= 0 && size <= most - total,
                    "the archive's files grow to more than " + most
                            + " bytes, the most that is read of one of its size");
            total += size;
        }
    }
}

package io.countersign.pe;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Every octet of a PE file by name: the parts follow each other from the file's first octet to its last, without hole or overlap.
 * The names are those of the PE format specification.
 *
 * @param parts in order; none is empty
 * @param notes sentences about what has no octets of its own, such as a section that lies inside another
 */
public record ImageLayout(List<Part> parts, List<String> notes) {
    private static final int DOS_HEADER = 64;
    private static final int SIGNATURE = 4;
    private static final int COFF_HEADER = 20;
    private static final int SECTION_HEADER = 40;
    private static final int ENTRY_HEADER = 8;
    private static final int MAXIMUM_NOTES = 64;

    public ImageLayout {
        parts = List.copyOf(parts);
        notes = List.copyOf(notes);
    }

    /**
     * A named range.
     *
     * @param hashed whether Authenticode's image digest covers it
     */
    public record Part(ByteRange range, String name, boolean hashed) {}

    /**
     * Takes a file apart. Reads headers and the lengths in the certificate table, nothing else.
     *
     * @throws MalformedPe if this is no PE file, or one that contradicts itself. A certificate table whose entries cannot be
     *     told apart is one part, with the reason in its name
     */
    public static ImageLayout of(ByteSource source) throws IOException, MalformedPe {
        PeImage image = PeImage.parse(source);
        Builder builder = new Builder();
        long table = image.certificateTable().map(ByteRange::offset).orElse(image.size());
        builder.headers(image);
        builder.sections(image);
        builder.fill(table, "overlay, behind the last section");
        if (image.certificateTable().isPresent()) {
            builder.certificates(image, source);
            builder.fill(image.size(), "behind the certificate table");
        }
        return builder.layout();
    }

    /** Puts parts behind each other; what was named once keeps its name. */
    private static final class Builder {
        private final List<Part> parts = new ArrayList<>();
        private final List<String> notes = new ArrayList<>();
        private long at;
        private int unnoted;

        void headers(PeImage image) {
            fill(DOS_HEADER, "DOS header");
            fill(image.peOffset(), "DOS stub");
            fill(at + SIGNATURE, "PE signature");
            fill(at + COFF_HEADER, "COFF file header");
            fill(image.checksum().offset(), "optional header, to CheckSum");
            add(image.checksum().end(), "CheckSum", false);
            image.securityEntry().ifPresent(entry -> {
                fill(entry.offset(), "optional header, to the directory entry of the certificate table");
                add(entry.end(), "directory entry of the certificate table", false);
            });
            fill(image.sectionTableOffset(), "optional header, the rest");
            int count = image.sections().size();
            fill(at + (long) count * SECTION_HEADER, "section table, " + count + (count == 1 ? " entry" : " entries"));
        }

        void sections(PeImage image) {
            List<Section> inOrder = image.sections().stream()
                    .sorted(Comparator.comparingLong(s -> s.rawData().offset()))
                    .toList();
            long headers = Math.min(
                    image.sizeOfHeaders(),
                    inOrder.stream()
                            .filter(s -> s.rawData().length() > 0)
                            .mapToLong(s -> s.rawData().offset())
                            .findFirst()
                            .orElse(image.size()));
            fill(
                    Math.min(
                            headers,
                            image.certificateTable().map(ByteRange::offset).orElse(image.size())),
                    "between section table and the end of the headers");
            for (Section section : inOrder) {
                ByteRange data = section.rawData();
                if (data.length() == 0) {
                    note("section " + section.name() + " has no octets in the file");
                    continue;
                }
                fill(data.offset(), "gap before section " + section.name());
                if (data.end() <= at) {
                    note("section " + section.name() + " at " + data + " lies in what is named already");
                    continue;
                }
                if (data.offset() < at) {
                    note(String.format(
                            Locale.ROOT,
                            "section %s at %s begins in what is named already, up to 0x%x",
                            section.name(),
                            data,
                            at));
                }
                fill(data.end(), "section " + section.name());
            }
        }

        void certificates(PeImage image, ByteSource source) throws IOException {
            ByteRange table = image.certificateTable().orElseThrow();
            List<CertificateTable.Entry> entries;
            try {
                entries = CertificateTable.entries(image, source);
            } catch (MalformedPe e) {
                add(table.end(), "certificate table, unreadable: " + e.getMessage(), false);
                return;
            }
            for (int i = 0; i < entries.size(); i++) {
                CertificateTable.Entry entry = entries.get(i);
                String which = entries.size() == 1 ? "WIN_CERTIFICATE" : "WIN_CERTIFICATE " + (i + 1);
                add(
                        entry.range().offset() + ENTRY_HEADER,
                        String.format(
                                Locale.ROOT,
                                "%s header, dwLength 0x%x, revision 0x%x, type %d",
                                which,
                                entry.range().length(),
                                entry.revision(),
                                entry.type()),
                        false);
                content(entry, which, source);
                long next = i + 1 < entries.size() ? entries.get(i + 1).range().offset() : table.end();
                add(next, which + ", alignment behind dwLength", false);
            }
        }

        private void content(CertificateTable.Entry entry, String which, ByteSource source) throws IOException {
            if (!entry.isSignedData()) {
                add(entry.range().end(), which + ", content of a type that is no PKCS#7 SignedData", false);
                return;
            }
            try {
                add(CertificateTable.derRange(entry, source).end(), which + ", PKCS#7 SignedData in DER", false);
                add(entry.range().end(), which + ", padding behind the DER", false);
            } catch (MalformedPe e) {
                add(entry.range().end(), which + ", unreadable: " + e.getMessage(), false);
            }
        }

        void fill(long end, String name) {
            add(end, name, true);
        }

        private void add(long end, String name, boolean hashed) {
            if (end > at) {
                parts.add(new Part(new ByteRange(at, end - at), name, hashed));
                at = end;
            }
        }

        private void note(String text) {
            if (notes.size() < MAXIMUM_NOTES) {
                notes.add(text);
            } else {
                unnoted++;
            }
        }

        ImageLayout layout() {
            if (unnoted > 0) {
                notes.add("and " + unnoted + " more of the kind");
            }
            return new ImageLayout(parts, notes);
        }
    }
}

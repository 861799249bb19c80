package io.countersign.pe;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Reads IMAGE_SECTION_HEADERs, PE format specification "Section Table (Section Headers)". */
final class SectionTable {
    private static final int HEADER = 40;

    private SectionTable() {}

    static List<Section> parse(ByteBuffer table, long tableOffset, long fileSize) throws MalformedPe {
        List<Section> sections = new ArrayList<>();
        for (int at = 0; at < table.limit(); at += HEADER) {
            String name = name(table, at);
            long rawSize = Integer.toUnsignedLong(table.getInt(at + 16));
            long rawOffset = rawSize == 0 ? 0 : Integer.toUnsignedLong(table.getInt(at + 20));
            if (rawOffset + rawSize > fileSize) {
                throw new MalformedPe(
                        tableOffset + at + 16,
                        "truncated PE: section " + name + " ends at " + (rawOffset + rawSize) + ", the file at "
                                + fileSize);
            }
            sections.add(new Section(
                    name,
                    Integer.toUnsignedLong(table.getInt(at + 12)),
                    Integer.toUnsignedLong(table.getInt(at + 8)),
                    new ByteRange(rawOffset, rawSize),
                    table.getInt(at + 36)));
        }
        return sections;
    }

    /** Eight octets, NUL-padded; anything but printable ASCII becomes '?', since names reach terminals. */
    private static String name(ByteBuffer table, int at) {
        byte[] octets = new byte[8];
        table.get(at, octets);
        String text = new String(octets, StandardCharsets.US_ASCII);
        int end = text.indexOf(0);
        return (end < 0 ? text : text.substring(0, end)).replaceAll("[^ -~]", "?");
    }
}

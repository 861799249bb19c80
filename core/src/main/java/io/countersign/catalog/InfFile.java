package io.countersign.catalog;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.ListIterator;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The sections of an INF ("General Syntax Rules for INF Files", Windows driver documentation): names without regard to case,
 * sections of one name joined, comments from a semicolon, values in quotes, lines continued by a backslash, and
 * {@code %keys%} replaced from [Strings]. UTF-16 and UTF-8 are told by their marks; without one it is UTF-8 if it can be, else
 * windows-1252.
 */
final class InfFile {
    /** The largest INFs of Windows itself have about one megabyte. */
    static final int MAXIMUM_SIZE = 1 << 22;

    private static final int MAXIMUM_LINES = 100_000;
    private static final int MAXIMUM_LINE = 1 << 14;

    /** Of all values together: a string of thousands of characters may be named thousands of times. */
    private static final int MAXIMUM_SUBSTITUTED = 4 * MAXIMUM_SIZE;

    private final Map<String, List<Line>> sections = new LinkedHashMap<>();
    private final Map<String, Map<String, Line>> byKey = new HashMap<>();

    /**
     * One line of a section.
     *
     * @param key what stands before the equals sign, if there is one
     * @param values what stands behind it, or in the whole line, separated by commas
     */
    record Line(Optional<String> key, List<String> values) {
        /** The value at this place, or the empty text. */
        String value(int index) {
            return index < values.size() ? values.get(index) : "";
        }
    }

    private InfFile(String text, Path file) throws UnfitPackage {
        Optional<String> section = Optional.empty();
        String[] lines = text.split("\r\n|\r|\n", MAXIMUM_LINES + 1);
        if (lines.length > MAXIMUM_LINES) {
            throw new UnfitPackage(file + " has more than " + MAXIMUM_LINES + " lines, the most that are read");
        }
        StringBuilder whole = new StringBuilder();
        for (int i = 0; i < lines.length; i++) {
            String line = withoutComment(lines[i]).strip();
            boolean continues = line.endsWith("\\");
            whole.append(continues ? line.substring(0, line.length() - 1) : line);
            if (whole.length() > MAXIMUM_LINE) {
                throw new UnfitPackage(file + ":" + (i + 1) + ": a line of more than " + MAXIMUM_LINE + " characters");
            }
            if (continues) {
                continue;
            }
            String logical = whole.toString().strip();
            whole.setLength(0);
            if (logical.startsWith("[")) {
                int end = logical.indexOf(']');
                if (end < 0) {
                    throw new UnfitPackage(file + ":" + (i + 1) + ": the section name has no closing bracket");
                }
                section = Optional.of(key(logical.substring(1, end)));
                sections.computeIfAbsent(section.get(), s -> new ArrayList<>());
            } else if (!logical.isEmpty()) {
                if (section.isEmpty()) {
                    throw new UnfitPackage(
                            file + ":" + (i + 1) + ": text before the first section; is this an INF at all?");
                }
                sections.get(section.get()).add(line(logical));
            }
        }
        substitute(file);
        sections.forEach((name, all) -> {
            Map<String, Line> first = new HashMap<>();
            all.forEach(l -> l.key().ifPresent(k -> first.putIfAbsent(key(k), l)));
            byKey.put(name, first);
        });
    }

    /** Replaces {@code %keys%} in all values once: a string that holds a percent sign again is taken as it is. */
    private void substitute(Path file) throws UnfitPackage {
        Map<String, String> strings = new HashMap<>();
        sections.getOrDefault("strings", List.of())
                .forEach(l -> l.key().ifPresent(k -> strings.putIfAbsent(key(k), l.value(0))));
        long size = 0;
        for (List<Line> lines : sections.values()) {
            for (ListIterator<Line> i = lines.listIterator(); i.hasNext(); ) {
                Line line = i.next();
                List<String> values = new ArrayList<>();
                for (String value : line.values()) {
                    String substituted = substituted(value, strings);
                    size += substituted.length();
                    if (size > MAXIMUM_SUBSTITUTED) {
                        throw new UnfitPackage(file + " grows to more than " + MAXIMUM_SUBSTITUTED
                                + " characters when its %strings% are put in; shorten them");
                    }
                    values.add(substituted);
                }
                i.set(new Line(line.key(), List.copyOf(values)));
            }
        }
    }

    /**
     * Reads one.
     *
     * @throws UnfitPackage if it is too large or no INF
     */
    static InfFile read(Path file) throws IOException, UnfitPackage {
        byte[] octets;
        try (InputStream in = Files.newInputStream(file)) {
            octets = in.readNBytes(MAXIMUM_SIZE + 1);
        }
        if (octets.length > MAXIMUM_SIZE) {
            throw new UnfitPackage(file + " has more than " + MAXIMUM_SIZE + " bytes, the most that is read of an INF");
        }
        return new InfFile(decode(octets), file);
    }

    private static String decode(byte[] octets) {
        if (startsWith(octets, 0xFF, 0xFE)) {
            return new String(octets, 2, octets.length - 2, StandardCharsets.UTF_16LE);
        }
        if (startsWith(octets, 0xFE, 0xFF)) {
            return new String(octets, 2, octets.length - 2, StandardCharsets.UTF_16BE);
        }
        int mark = startsWith(octets, 0xEF, 0xBB, 0xBF) ? 3 : 0;
        ByteBuffer rest = ByteBuffer.wrap(octets, mark, octets.length - mark);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(rest).toString();
        } catch (CharacterCodingException e) {
            return new String(octets, Charset.forName("windows-1252"));
        }
    }

    private static boolean startsWith(byte[] octets, int... mark) {
        boolean same = octets.length >= mark.length;
        for (int i = 0; same && i < mark.length; i++) {
            same = Byte.toUnsignedInt(octets[i]) == mark[i];
        }
        return same;
    }

    private static String withoutComment(String line) {
        boolean quoted = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            quoted ^= c == '"';
            if (c == ';' && !quoted) {
                return line.substring(0, i);
            }
        }
        return line;
    }

    private static Line line(String text) {
        Optional<String> key = Optional.empty();
        List<String> values = new ArrayList<>();
        StringBuilder value = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' && quoted && i + 1 < text.length() && text.charAt(i + 1) == '"') {
                value.append('"');
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == '=' && !quoted && key.isEmpty() && values.isEmpty()) {
                key = Optional.of(value.toString().strip());
                value.setLength(0);
            } else if (c == ',' && !quoted) {
                values.add(value.toString().strip());
                value.setLength(0);
            } else {
                value.append(c);
            }
        }
        values.add(value.toString().strip());
        return new Line(key, List.copyOf(values));
    }

    /** The names of all sections in lower case, in order. */
    List<String> sections() {
        return List.copyOf(sections.keySet());
    }

    /** The lines of a section with their keys as they stand and {@code %keys%} replaced in values; empty if there is none. */
    List<Line> section(String name) {
        return Collections.unmodifiableList(sections.getOrDefault(key(name), List.of()));
    }

    /** The first line of a section with this key. */
    Optional<Line> line(String section, String key) {
        return Optional.ofNullable(byKey.getOrDefault(key(section), Map.of()).get(key(key)));
    }

    private static String substituted(String text, Map<String, String> strings) {
        StringBuilder out = new StringBuilder();
        int at = 0;
        for (int open = text.indexOf('%'); open >= 0; open = text.indexOf('%', at)) {
            int close = text.indexOf('%', open + 1);
            if (close < 0) {
                break;
            }
            String name = text.substring(open + 1, close);
            out.append(text, at, open).append(name.isEmpty() ? "%" : strings.getOrDefault(key(name), "%" + name + "%"));
            at = close + 1;
        }
        return out.append(text.substring(at)).toString();
    }

    private static String key(String name) {
        return name.strip().toLowerCase(Locale.ROOT);
    }
}

package io.countersign.pe;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a file says of itself in its version resource (VS_VERSIONINFO, Windows SDK, verrsrc.h). Signed like the rest of the file,
 * and chosen by whoever built it. Immutable.
 *
 * @param fileVersion of VS_FIXEDFILEINFO; empty if there is none
 * @param texts such as OriginalFilename, of the first string table; found whatever the case of their names
 */
public record VersionInfo(Optional<FileVersion> fileVersion, Map<String, String> texts) {
    /** Of a file without a version resource. */
    public static final VersionInfo NONE = new VersionInfo(Optional.empty(), Map.of());

    public VersionInfo {
        Map<String, String> sorted = new TreeMap<>();
        texts.forEach((name, text) -> sorted.put(name.toLowerCase(Locale.ROOT), text));
        texts = Map.copyOf(sorted);
    }

    /** The text of this name. */
    public Optional<String> text(String name) {
        return Optional.ofNullable(texts.get(name.toLowerCase(Locale.ROOT)));
    }

    /** Four numbers of 16 bits, the first in the highest bits. */
    public record FileVersion(long value) implements Comparable<FileVersion> {
        private static final int PARTS = 4;
        private static final int BITS = 16;

        /**
         * Reads {@code 10.0.1.2}.
         *
         * @throws IllegalArgumentException if it is not four numbers of 16 bits
         */
        public static FileVersion parse(String text) {
            String[] parts = text.split("\\.", -1);
            long value = 0;
            for (String part : parts) {
                if (parts.length != PARTS || !part.matches("[0-9]{1,5}") || Integer.parseInt(part) >> BITS != 0) {
                    throw new IllegalArgumentException("'" + text + "' is no version, such as 10.0.1.2");
                }
                value = value << BITS | Integer.parseInt(part);
            }
            return new FileVersion(value);
        }

        @Override
        public int compareTo(FileVersion other) {
            return Long.compareUnsigned(value, other.value);
        }

        @Override
        public String toString() {
            return "%d.%d.%d.%d"
                    .formatted(value >>> 48, value >>> 32 & 0xFFFF, value >>> BITS & 0xFFFF, value & 0xFFFF);
        }
    }
}

package io.countersign.trust;

import io.countersign.key.Bytes;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Where something came from, in lines that stand before a PEM block (RFC 7468 section 2 allows it) or in a file beside a list.
 *
 * @param from the file as it was named, without control characters
 * @param sha256 of that file
 */
public record Origin(String from, Bytes sha256, Instant imported) {
    private static final String FROM = "From: ";
    private static final String SHA256 = "SHA-256: ";
    private static final String IMPORTED = "Imported: ";

    static Origin of(Path file, Bytes sha256, Instant now) {
        return new Origin(file.toAbsolutePath().toString().replaceAll("\\p{C}", "?"), sha256, now);
    }

    String text() {
        return FROM + from + "\n" + SHA256 + sha256.hex() + "\n" + IMPORTED + imported + "\n";
    }

    /** What the lines say; empty if one is missing or says something else, since they may be edited by anybody. */
    static Optional<Origin> read(String text) {
        Map<String, String> lines = text.lines()
                .filter(line -> line.contains(": "))
                .collect(Collectors.toMap(
                        line -> line.substring(0, line.indexOf(": ") + 2),
                        line -> line.substring(line.indexOf(": ") + 2).replaceAll("\\p{C}", "?"),
                        (first, second) -> first));
        try {
            Function<String, String> value = name -> Optional.ofNullable(lines.get(name))
                    .orElseThrow(() -> new IllegalArgumentException(name + "is missing"));
            return Optional.of(new Origin(
                    value.apply(FROM), Bytes.ofHex(value.apply(SHA256)), Instant.parse(value.apply(IMPORTED))));
        } catch (IllegalArgumentException | DateTimeException e) {
            return Optional.empty();
        }
    }
}

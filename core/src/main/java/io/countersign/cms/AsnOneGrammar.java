package io.countersign.cms;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What the structures of signatures are called, read from structures.txt and object-identifiers.txt beside this class. */
final class AsnOneGrammar {
    /** Fits everything and names nothing. */
    static final Structure ANY = new Structure("", Kind.ANY, 0, List.of());

    private static final Map<String, Integer> UNIVERSAL = Map.ofEntries(
            Map.entry("BOOLEAN", 1),
            Map.entry("INTEGER", 2),
            Map.entry("BIT_STRING", 3),
            Map.entry("OCTET_STRING", 4),
            Map.entry("OBJECT_IDENTIFIER", 6),
            Map.entry("IA5String", 22),
            Map.entry("UTCTime", 23),
            Map.entry("GeneralizedTime", 24),
            Map.entry("BMPString", 30),
            Map.entry("PAGE_HASHES_V1", 4),
            Map.entry("PAGE_HASHES_V2", 4));

    private static final Map<String, String> IDENTIFIERS = identifiers();
    private static final Map<String, Structure> TYPES = types();

    /** How the parts of a type are found. */
    enum Kind {
        ANY,
        PRIMITIVE,
        FIELDS,
        REPEATED,
        CHOICE,
        OPEN,
        OCTETS
    }

    /**
     * A type.
     *
     * @param tag its universal tag number; meaningless for those that are of another type's
     * @param fields its parts; of an open type named by object identifier, of octets the one inside
     */
    record Structure(String name, Kind kind, int tag, List<Field> fields) {
        /** Whether an element with this identifier can be one. */
        boolean fits(int tagClass, int number) {
            return switch (kind) {
                case ANY, OPEN -> true;
                case CHOICE -> fields.stream().anyMatch(f -> f.fits(tagClass, number));
                case PRIMITIVE, FIELDS, REPEATED, OCTETS -> tagClass == 0 && number == tag;
            };
        }
    }

    /**
     * A part of a type.
     *
     * @param context its context-specific tag number; -1 if it has the tag of its type
     * @param explicit whether that tag is around the element instead of in its place
     */
    record Field(String name, int context, boolean explicit, String typeName) {
        Structure type() {
            return AsnOneGrammar.type(typeName);
        }

        boolean fits(int tagClass, int number) {
            return context < 0 ? type().fits(tagClass, number) : tagClass == 2 && number == context;
        }
    }

    private AsnOneGrammar() {}

    static Structure type(String name) {
        Integer universal = UNIVERSAL.get(name);
        if (universal != null) {
            return new Structure(name, Kind.PRIMITIVE, universal, List.of());
        }
        return name.equals("ANY") ? ANY : Optional.ofNullable(TYPES.get(name)).orElseThrow();
    }

    /** The name of an object identifier. */
    static Optional<String> identifier(String dotted) {
        return Optional.ofNullable(IDENTIFIERS.get(dotted));
    }

    private static Map<String, String> identifiers() {
        Map<String, String> names = new HashMap<>();
        for (String line : lines("object-identifiers.txt")) {
            int space = line.indexOf(' ');
            names.put(line.substring(0, space), line.substring(space + 1));
        }
        return Map.copyOf(names);
    }

    private static Map<String, Structure> types() {
        Map<String, Structure> types = new HashMap<>();
        for (String line : lines("structures.txt")) {
            int equals = line.indexOf(" = ");
            int space = line.indexOf(' ', equals + 3);
            String name = line.substring(0, equals);
            String kind = line.substring(equals + 3, space);
            String rest = line.substring(space + 1);
            types.put(
                    name,
                    switch (kind) {
                        case "SEQUENCE" -> new Structure(name, Kind.FIELDS, 16, fields(rest));
                        case "SEQUENCE_OF" -> new Structure(name, Kind.REPEATED, 16, fields(rest));
                        case "SET_OF" -> new Structure(name, Kind.REPEATED, 17, fields(rest));
                        case "CHOICE" -> new Structure(name, Kind.CHOICE, 0, fields(rest));
                        case "OPEN" -> new Structure(name, Kind.OPEN, 0, fields(rest));
                        case "OCTETS" -> new Structure(name, Kind.OCTETS, 4, List.of(new Field("", -1, false, rest)));
                        default -> throw new IllegalStateException("structures.txt: " + line);
                    });
        }
        types.values().stream()
                .flatMap(t -> t.fields().stream())
                .filter(f -> !types.containsKey(f.typeName()) && !UNIVERSAL.containsKey(f.typeName()))
                .filter(f -> !f.typeName().equals("ANY"))
                .findFirst()
                .ifPresent(f -> {
                    throw new IllegalStateException("structures.txt has no type " + f.typeName());
                });
        types.values().stream()
                .filter(t -> t.kind() == Kind.OPEN)
                .flatMap(t -> t.fields().stream())
                .filter(f -> !IDENTIFIERS.containsValue(f.name()))
                .findFirst()
                .ifPresent(f -> {
                    throw new IllegalStateException("object-identifiers.txt has no " + f.name());
                });
        return Map.copyOf(types);
    }

    private static List<Field> fields(String text) {
        List<Field> fields = new ArrayList<>();
        for (String field : text.split(", ", -1)) {
            int colon = field.indexOf(':');
            String type = field.substring(colon + 1);
            int end = type.indexOf(']');
            boolean explicit = type.startsWith("!", end + 1);
            fields.add(new Field(
                    field.substring(0, colon),
                    end < 0 ? -1 : Integer.parseInt(type.substring(1, end)),
                    explicit,
                    type.substring(end + (explicit ? 2 : 1))));
        }
        return List.copyOf(fields);
    }

    private static List<String> lines(String resource) {
        try (InputStream in = AsnOneGrammar.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException(String.format(Locale.ROOT, "%s is not in this build", resource));
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(l -> !l.isBlank() && !l.startsWith("#"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

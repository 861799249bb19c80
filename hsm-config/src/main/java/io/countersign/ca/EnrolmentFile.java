package io.countersign.ca;

import io.countersign.ca.Enrolment.KeyProtection;
import io.countersign.ca.Enrolment.Operation;
import io.countersign.ca.Enrolment.Presence;
import io.countersign.ca.Enrolment.Requester;
import io.countersign.ca.Enrolment.Subject;
import io.countersign.ca.Enrolment.Vetting;
import io.countersign.home.ConfigurationException;
import io.countersign.home.ConfigurationException.Problem;
import io.countersign.yaml.YamlDocument;
import io.countersign.yaml.YamlMap;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.regex.Pattern;

/** Reads enrolment files, YAML; refused as a whole where anything in them is unknown, missing or of the wrong kind. */
public final class EnrolmentFile {
    /** It goes into a public record. */
    public static final int MAXIMUM_BYTES = 64 << 10;

    private static final Pattern UNSEEN = Pattern.compile("[\\p{C}\\p{Zl}\\p{Zp}]");
    private static final Pattern SEEN = Pattern.compile("[\\p{L}\\p{N}]");

    private final YamlDocument document;

    private EnrolmentFile(String text) {
        this.document = YamlDocument.of(text);
    }

    /**
     * Reads one.
     *
     * @param file for messages
     * @throws ConfigurationException with every problem at once, each with its line
     */
    public static Enrolment read(Path file, byte[] octets) throws ConfigurationException {
        if (octets.length > MAXIMUM_BYTES) {
            throw whole(file, "is larger than " + MAXIMUM_BYTES + " bytes", "make it smaller");
        }
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(octets))
                    .toString();
        } catch (CharacterCodingException e) {
            throw whole(file, "is not UTF-8 text", "save it as UTF-8");
        }
        EnrolmentFile reader = new EnrolmentFile(text);
        Enrolment enrolment = reader.enrolment(text, reader.document.root());
        List<Problem> problems = reader.document.problems().stream()
                .map(p -> new Problem(file, p.line(), p.message(), p.remedy()))
                .toList();
        if (!problems.isEmpty()) {
            throw new ConfigurationException(problems);
        }
        return enrolment;
    }

    private static ConfigurationException whole(Path file, String message, String remedy) {
        return new ConfigurationException(List.of(new Problem(file, 0, message, remedy)));
    }

    private Enrolment enrolment(String text, YamlMap root) {
        Enrolment enrolment = new Enrolment(
                text,
                subject(root.map("subject")),
                operation(root.map("operation")),
                presence(root.map("presence")),
                keyProtection(root.map("keyProtection")),
                requester(root.map("requester")),
                vetting(root.map("vetting")));
        root.end();
        return enrolment;
    }

    private Subject subject(YamlMap map) {
        Subject subject = new Subject(
                // " (LAB)" joins it in the common name, and RFC 5280 appendix A allows 64 characters.
                name(map, "organization", 58),
                registrationNumber(map),
                map.text("category"),
                country(map, "jurisdiction"),
                country(map, "country"),
                name(map, "locality", 128),
                map.text("verifiedWith"));
        map.end();
        return subject;
    }

    private Operation operation(YamlMap map) {
        Operation operation = new Operation(date(map, "since"), map.flag("bankAccountVerified", false));
        map.end();
        return operation;
    }

    private Presence presence(YamlMap map) {
        Presence presence = new Presence(map.text("address"), map.text("verifiedBy"));
        map.end();
        return presence;
    }

    private KeyProtection keyProtection(YamlMap map) {
        KeyProtection protection = new KeyProtection(map.text("device"), map.text("certification"), map.text("proof"));
        map.end();
        return protection;
    }

    private Requester requester(YamlMap map) {
        Requester requester = new Requester(name(map, "name", 128), map.text("authorityVerifiedBy"));
        map.end();
        return requester;
    }

    private Vetting vetting(YamlMap map) {
        Vetting vetting = new Vetting(name(map, "collectedBy", 128), name(map, "approvedBy", 128), date(map, "date"));
        map.end();
        return vetting;
    }

    /** What a reader of the name cannot see, or what turns it round, is no part of one. */
    private static String name(YamlMap map, String entry, int maximum) {
        return map.value(
                entry,
                text -> {
                    if (text.length() > maximum
                            || UNSEEN.matcher(text).find()
                            || !SEEN.matcher(text).find()) {
                        throw new IllegalArgumentException(text);
                    }
                    return text.strip();
                },
                "at most " + maximum + " printable characters, a letter or digit among them",
                "none");
    }

    /** X.520 section 6.2.9 has serialNumber a PrintableString. */
    private static String registrationNumber(YamlMap map) {
        return map.value(
                "registrationNumber",
                text -> {
                    if (!text.matches("[A-Za-z0-9 '()+,./:=?-]{1,64}") || text.isBlank()) {
                        throw new IllegalArgumentException(text);
                    }
                    return text.strip();
                },
                "1 to 64 Latin letters, digits, spaces and of '()+,-./:=?",
                "none");
    }

    private static String country(YamlMap map, String entry) {
        return map.value(
                entry,
                text -> {
                    if (!text.matches("[A-Z]{2}")) {
                        throw new IllegalArgumentException(text);
                    }
                    return text;
                },
                "two capital letters, ISO 3166",
                "XX");
    }

    private static LocalDate date(YamlMap map, String entry) {
        return map.value(
                entry,
                text -> {
                    try {
                        return LocalDate.parse(text);
                    } catch (DateTimeParseException e) {
                        throw new IllegalArgumentException(text, e);
                    }
                },
                "a date in quotes, such as \"2026-11-23\"",
                LocalDate.EPOCH);
    }
}

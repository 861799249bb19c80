package io.countersign.home;

import io.countersign.yaml.YamlDocument;
import io.countersign.yaml.YamlMap;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** What names one document declares, by kind ("token", "key", …); references are checked against it. For one thread. */
final class Names {
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,63}");
    private static final String NAME_IN_WORDS = "1 to 64 lower-case letters, digits and hyphens";

    private final YamlDocument document;
    private final Map<String, Set<String>> declared = new HashMap<>();

    Names(YamlDocument document) {
        this.document = document;
    }

    /** A required name; empty after a problem. */
    String name(YamlMap map, String entry) {
        return map.value(entry, Names::checked, NAME_IN_WORDS, "");
    }

    /** A name that is declared here, once. */
    String unique(YamlMap map, String entry, String kind) {
        String name = name(map, entry);
        if (!name.isEmpty() && !declare(kind, name)) {
            document.problem(
                    map.line(entry), "there are two of " + kind + " '" + name + "'", "give one of them another name");
        }
        return name;
    }

    /** Whether the name is new. */
    boolean declare(String kind, String name) {
        return declared.computeIfAbsent(kind, k -> new TreeSet<>()).add(name);
    }

    boolean isDeclared(String kind, String name) {
        return declared.getOrDefault(kind, Set.of()).contains(name);
    }

    String reference(YamlMap map, String entry, String kind) {
        return reference(new YamlMap.Text(map.text(entry), map.line(entry)), kind);
    }

    Optional<String> optionalReference(YamlMap map, String entry, String kind) {
        return map.optionalText(entry).map(name -> reference(new YamlMap.Text(name, map.line(entry)), kind));
    }

    /** Each of them once. */
    List<String> references(List<YamlMap.Text> texts, String kind) {
        List<String> found = new ArrayList<>();
        for (YamlMap.Text text : texts) {
            if (found.contains(text.value())) {
                document.problem(text.line(), "'" + text.value() + "' is named twice", "name it once");
            }
            found.add(reference(text, kind));
        }
        return found;
    }

    private String reference(YamlMap.Text text, String kind) {
        Set<String> known = declared.getOrDefault(kind, Set.of());
        if (!text.value().isEmpty() && !isDeclared(kind, text.value())) {
            document.problem(
                    text.line(),
                    "there is no " + kind + " '" + text.value() + "'",
                    known.isEmpty() ? "declare it" : "declare it, or name one of: " + String.join(", ", known));
        }
        return text.value();
    }

    private static String checked(String text) {
        if (!NAME.matcher(text).matches()) {
            throw new IllegalArgumentException(text);
        }
        return text;
    }
}

package io.countersign.yaml;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * One mapping of a {@link YamlDocument}. Every method that asks for an entry marks it as known; {@link #end()} reports those
 * nobody asked for. For one thread.
 */
public final class YamlMap {
    private static final int LONGEST_QUOTED = 200;

    private final YamlDocument document;
    private final String where;
    private final int line;
    /** False where the mapping itself was a problem: then its missing entries are not reported again. */
    private final boolean present;

    private final Map<String, Node> values = new LinkedHashMap<>();
    private final Map<String, Integer> unread = new LinkedHashMap<>();
    private final List<String> asked = new ArrayList<>();

    /** A text and where it stands. */
    public record Text(String value, int line) {}

    YamlMap(YamlDocument document, String where, Optional<MappingNode> node) {
        this.document = document;
        this.where = where;
        this.line = node.map(YamlDocument::line).orElse(1);
        this.present = node.isPresent();
        node.ifPresent(n -> n.getValue().forEach(this::add));
    }

    private void add(NodeTuple entry) {
        int at = YamlDocument.line(entry.getKeyNode());
        if (!(entry.getKeyNode() instanceof ScalarNode key)) {
            document.problem(at, "a name in " + where + " is not plain text", "use a plain name");
        } else if (values.putIfAbsent(key.getValue(), entry.getValueNode()) != null) {
            document.problem(at, "'" + key.getValue() + "' stands twice in " + where, "keep one of them");
        } else {
            unread.put(key.getValue(), at);
        }
    }

    /** The line of an entry's value, else of this mapping; from 1. */
    public int line(String name) {
        Node node = values.get(name);
        return node == null ? line : YamlDocument.line(node);
    }

    public boolean has(String name) {
        return values.containsKey(name);
    }

    /** Required text, never blank; empty after a problem. */
    public String text(String name) {
        return required(name).flatMap(n -> text(name, n)).map(Text::value).orElse("");
    }

    public Optional<String> optionalText(String name) {
        return asked(name).flatMap(n -> text(name, n)).map(Text::value);
    }

    /**
     * Required text of a form.
     *
     * @param reader throws {@link IllegalArgumentException} where the text has another form
     * @param wanted the form in words
     * @param otherwise what stands in after a problem
     */
    public <T> T value(String name, Function<String, T> reader, String wanted, T otherwise) {
        return required(name)
                .flatMap(n -> text(name, n))
                .map(text -> read(name, text, reader, wanted, otherwise))
                .orElse(otherwise);
    }

    /** The same of an entry that may be absent; empty after a problem, too. */
    public <T> Optional<T> optionalValue(String name, Function<String, T> reader, String wanted) {
        return asked(name)
                .flatMap(n -> text(name, n))
                .flatMap(text -> read(name, text, t -> Optional.of(reader.apply(t)), wanted, Optional.empty()));
    }

    /** A list of texts of a form; it may be empty or absent. What has another form is a problem and left out. */
    public <T> List<T> optionalValues(String name, Function<String, T> reader, String wanted) {
        return optionalTexts(name).stream()
                .flatMap(text ->
                        read(name, text, t -> Optional.of(reader.apply(t)), wanted, Optional.<T>empty()).stream())
                .toList();
    }

    private <T> T read(String name, Text text, Function<String, T> reader, String wanted, T otherwise) {
        try {
            return reader.apply(text.value());
        } catch (IllegalArgumentException e) {
            document.problem(
                    text.line(), at(name) + " is '" + cut(text.value()) + "', not " + wanted, "write " + wanted);
            return otherwise;
        }
    }

    private static String cut(String text) {
        return text.length() <= LONGEST_QUOTED ? text : text.substring(0, LONGEST_QUOTED) + "…";
    }

    /** A required whole number within bounds, both inclusive; the lower bound after a problem. */
    public int number(String name, int from, int to) {
        Optional<Node> node = required(name);
        if (node.isEmpty()) {
            return from;
        }
        if (node.get() instanceof ScalarNode scalar && scalar.getTag().equals(Tag.INT)) {
            try {
                int number = Integer.parseInt(scalar.getValue());
                if (number >= from && number <= to) {
                    return number;
                }
            } catch (NumberFormatException e) {
                // Too long, or octal and the like, which YAML also calls integers: told below.
            }
        }
        wrong(name, node.get(), "a whole number from " + from + " to " + to);
        return from;
    }

    /** A whole number within bounds, both inclusive, if it is there. */
    public OptionalInt optionalNumber(String name, int from, int to) {
        return has(name) ? OptionalInt.of(number(name, from, to)) : OptionalInt.empty();
    }

    public boolean flag(String name, boolean otherwise) {
        Optional<Node> node = asked(name);
        if (node.isEmpty()) {
            return otherwise;
        }
        if (node.get() instanceof ScalarNode scalar && scalar.getTag().equals(Tag.BOOL)) {
            // YAML 1.1 also has yes, on and their kin: too easily meant as text.
            if (scalar.getValue().equals("true") || scalar.getValue().equals("false")) {
                return scalar.getValue().equals("true");
            }
        }
        wrong(name, node.get(), "true or false");
        return otherwise;
    }

    /** A required mapping. */
    public YamlMap map(String name) {
        return required(name).map(n -> map(name, n)).orElseGet(() -> new YamlMap(document, name, Optional.empty()));
    }

    public Optional<YamlMap> optionalMap(String name) {
        return asked(name).map(n -> map(name, n));
    }

    /** A required list of mappings, possibly empty. */
    public List<YamlMap> maps(String name) {
        return maps(name, required(name));
    }

    /** A list of mappings that may be empty or absent. */
    public List<YamlMap> optionalMaps(String name) {
        return maps(name, asked(name));
    }

    private List<YamlMap> maps(String name, Optional<Node> node) {
        List<YamlMap> maps = new ArrayList<>();
        for (Node item : items(name, node)) {
            maps.add(map(name + "[" + maps.size() + "]", item));
        }
        return maps;
    }

    /** An optional mapping of names of any kind to a text or a list of texts, in their order. */
    public Map<String, List<Text>> optionalTextsByName(String name) {
        Map<String, List<Text>> byName = new LinkedHashMap<>();
        optionalMap(name).ifPresent(map -> {
            for (String key : List.copyOf(map.values.keySet())) {
                byName.put(
                        key,
                        map.values.get(key) instanceof SequenceNode
                                ? map.texts(key)
                                : map.required(key).flatMap(n -> map.text(key, n)).stream()
                                        .toList());
            }
            map.end();
        });
        return byName;
    }

    /** A required list of texts, at least one. */
    public List<Text> texts(String name) {
        Optional<Node> node = required(name);
        List<Text> texts = texts(name, node);
        if (node.orElse(null) instanceof SequenceNode list && list.getValue().isEmpty()) {
            document.problem(line(name), at(name) + " holds nothing", "name at least one");
        }
        return texts;
    }

    /** A list of texts that may be empty or absent. */
    public List<Text> optionalTexts(String name) {
        return texts(name, asked(name));
    }

    private List<Text> texts(String name, Optional<Node> node) {
        return items(name, node).stream()
                .flatMap(item -> text(name, item).stream())
                .toList();
    }

    /** Marks an entry as known without reading it, for one that has been reported. */
    public void known(String name) {
        asked(name);
    }

    /** Reports every entry nobody asked for. Call it last. */
    public void end() {
        unread.forEach((name, at) -> document.problem(
                at,
                "'" + name + "' is not known in " + where,
                "remove it, or correct its spelling; known here: " + String.join(", ", asked)));
    }

    private Optional<Node> asked(String name) {
        asked.add(name);
        unread.remove(name);
        return Optional.ofNullable(values.get(name));
    }

    private Optional<Node> required(String name) {
        Optional<Node> node = asked(name);
        if (node.isEmpty() && present) {
            document.problem(line, "'" + name + "' is missing in " + where, "add it");
        }
        return node;
    }

    private Optional<Text> text(String name, Node node) {
        if (node instanceof ScalarNode scalar
                && scalar.getTag().equals(Tag.STR)
                && !scalar.getValue().isBlank()) {
            return Optional.of(new Text(scalar.getValue(), YamlDocument.line(node)));
        }
        wrong(name, node, node instanceof ScalarNode ? "text (in quotes, where it looks like something else)" : "text");
        return Optional.empty();
    }

    private YamlMap map(String name, Node node) {
        if (node instanceof MappingNode mapping) {
            return new YamlMap(document, name, Optional.of(mapping));
        }
        wrong(name, node, "a list of 'name: value' lines");
        return new YamlMap(document, name, Optional.empty());
    }

    private List<Node> items(String name, Optional<Node> node) {
        if (node.isEmpty()) {
            return List.of();
        }
        if (node.get() instanceof SequenceNode sequence) {
            return sequence.getValue();
        }
        wrong(name, node.get(), "a list (lines that begin with '- ')");
        return List.of();
    }

    private void wrong(String name, Node node, String wanted) {
        String got = node instanceof ScalarNode scalar
                ? scalar.getValue().isBlank() ? "empty" : "'" + scalar.getValue() + "'"
                : node instanceof MappingNode ? "a mapping" : "a list";
        document.problem(YamlDocument.line(node), at(name) + " is " + got + ", not " + wanted, "write " + wanted);
    }

    private String at(String name) {
        return "'" + name + "' in " + where;
    }
}

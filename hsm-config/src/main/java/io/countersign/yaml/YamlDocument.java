package io.countersign.yaml;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.composer.Composer;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.StreamReader;
import org.yaml.snakeyaml.resolver.Resolver;

/**
 * One YAML document, and every problem found while it is read. Readers ask {@link #root()} for what they expect; whatever is
 * missing, surplus or of another kind becomes a {@link Problem}, a harmless value takes its place, and reading goes on, so that
 * all problems are told at once. What was read may be used only if {@link #problems()} is empty.
 *
 * <p>The text is hostile: its size and depth are bounded, and aliases of collections (the "billion laughs") are refused.
 * For one thread.
 */
public final class YamlDocument {
    private static final int MAX_CODE_POINTS = 1 << 20;
    private static final int MAX_DEPTH = 16;
    private static final int MAX_PROBLEMS = 100;

    private final List<Problem> problems = new ArrayList<>();
    private final YamlMap root;

    /**
     * One problem and its remedy.
     *
     * @param line from 1
     * @param message what was found and what was wanted
     * @param remedy what to do
     */
    public record Problem(int line, String message, String remedy) {}

    private YamlDocument(String text) {
        this.root = new YamlMap(this, "the document", compose(text));
    }

    /** Reads the text; a syntax error is a problem like every other. */
    public static YamlDocument of(String text) {
        return new YamlDocument(text);
    }

    public YamlMap root() {
        return root;
    }

    /** In the order of their lines; cut after the first hundred. */
    public List<Problem> problems() {
        return problems.stream()
                .sorted(Comparator.comparingInt(Problem::line))
                .limit(MAX_PROBLEMS)
                .toList();
    }

    public void problem(int line, String message, String remedy) {
        problems.add(new Problem(line, message, remedy));
    }

    /**
     * The document's outermost node; null if it is empty.
     *
     * @throws YAMLException if it is not YAML, or too much of it
     */
    static Node node(String text) {
        LoaderOptions limits = new LoaderOptions();
        limits.setCodePointLimit(MAX_CODE_POINTS);
        limits.setNestingDepthLimit(MAX_DEPTH);
        limits.setMaxAliasesForCollections(0);
        limits.setAllowRecursiveKeys(false);
        // What Yaml.compose does, without making the parts that build and write objects.
        ParserImpl parser = new ParserImpl(new StreamReader(text), limits);
        return new Composer(parser, new Resolver(), limits).getSingleNode();
    }

    static int line(Node node) {
        return node.getStartMark().getLine() + 1;
    }

    private Optional<MappingNode> compose(String text) {
        try {
            Node node = node(text);
            if (node instanceof MappingNode mapping) {
                return Optional.of(mapping);
            }
            problem(
                    1,
                    node == null ? "the file is empty" : "the file is not a list of 'name: value' lines",
                    "write it as YAML, one 'name: value' a line");
        } catch (MarkedYAMLException e) {
            Mark mark = e.getProblemMark();
            problem(mark == null ? 1 : mark.getLine() + 1, "not YAML: " + e.getProblem(), "correct the syntax there");
        } catch (YAMLException e) {
            problem(
                    1,
                    "refused: " + e.getMessage(),
                    "keep it under " + MAX_CODE_POINTS + " characters, " + MAX_DEPTH
                            + " levels, without aliases (*name)");
        }
        return Optional.empty();
    }
}

package io.countersign.yaml;

import java.util.List;
import org.yaml.snakeyaml.DumperOptions.FlowStyle;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * Changes in the text of a YAML document: comments, order and layout of everything else stay. The text has been read without
 * problems ({@link YamlDocument}); who changes it reads the outcome again, to see that it says what it should.
 */
public final class YamlEdit {
    private YamlEdit() {}

    /**
     * Puts more mappings behind the last of a list.
     *
     * @param list its name in the document's outermost mapping
     * @param comment stands before them, one line without #
     * @param items the lines of each, such as {@code name: value}
     * @throws IllegalArgumentException if the list is not there, empty, or written in brackets
     */
    public static String append(String text, String list, String comment, List<List<String>> items) {
        if (!(value(YamlDocument.node(text), list) instanceof SequenceNode sequence)
                || sequence.getFlowStyle() == FlowStyle.FLOW
                || sequence.getValue().isEmpty()) {
            throw new IllegalArgumentException("'" + list + "' is no list of lines that begin with '- '");
        }
        String newLine = text.contains("\r\n") ? "\r\n" : "\n";
        String margin = " ".repeat(sequence.getStartMark().getColumn());
        int at = lineAfter(text, offset(text, end(sequence)));
        StringBuilder added = new StringBuilder(text.charAt(at - 1) == '\n' ? "" : newLine);
        added.append(margin).append("# ").append(comment).append(newLine);
        for (List<String> item : items) {
            String bullet = "- ";
            for (String line : item) {
                added.append(margin).append(bullet).append(line).append(newLine);
                bullet = "  ";
            }
        }
        return text.substring(0, at) + added + text.substring(at);
    }

    /**
     * Puts another text in the place of one.
     *
     * @param map the name of the mapping it is in, in the document's outermost one
     * @throws IllegalArgumentException if there is no such text
     */
    public static String replace(String text, String map, String name, String value) {
        if (value(value(YamlDocument.node(text), map), name) instanceof ScalarNode scalar) {
            return text.substring(0, offset(text, scalar.getStartMark().getIndex()))
                    + value
                    + text.substring(offset(text, scalar.getEndMark().getIndex()));
        }
        throw new IllegalArgumentException("'" + map + "' has no text '" + name + "'");
    }

    private static Node value(Node node, String name) {
        if (node instanceof MappingNode map) {
            for (NodeTuple entry : map.getValue()) {
                if (entry.getKeyNode() instanceof ScalarNode key
                        && key.getValue().equals(name)) {
                    return entry.getValueNode();
                }
            }
        }
        throw new IllegalArgumentException("there is no '" + name + "'");
    }

    /** Where its last word ends. That of a collection in lines is said to end where the next thing begins, behind comments. */
    private static int end(Node node) {
        if (node instanceof SequenceNode list
                && list.getFlowStyle() == FlowStyle.BLOCK
                && !list.getValue().isEmpty()) {
            return end(list.getValue().get(list.getValue().size() - 1));
        }
        if (node instanceof MappingNode map
                && map.getFlowStyle() == FlowStyle.BLOCK
                && !map.getValue().isEmpty()) {
            return end(map.getValue().get(map.getValue().size() - 1).getValueNode());
        }
        return node.getEndMark().getIndex();
    }

    /** SnakeYAML counts code points. */
    private static int offset(String text, int index) {
        return text.offsetByCodePoints(0, index);
    }

    private static int lineAfter(String text, int offset) {
        if (text.charAt(offset - 1) == '\n') {
            return offset; // Text in a block ends with its last line.
        }
        int newLine = text.indexOf('\n', offset);
        return newLine < 0 ? text.length() : newLine + 1;
    }
}

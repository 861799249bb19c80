package io.countersign.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine.Option;

/** {@code --json}: one document on standard output and nothing else. Jackson is loaded only where it is asked for. */
final class Json {
    @Option(
            names = "--json",
            description = "Print the result as one JSON document to standard output, and nothing else there.")
    private boolean wanted;

    boolean wanted() {
        return wanted;
    }

    static ObjectNode document() {
        return Mapper.INSTANCE.createObjectNode();
    }

    /** Records, lists, texts and numbers as they are. */
    static ObjectNode tree(Record value) {
        return Mapper.INSTANCE.valueToTree(value);
    }

    static String text(ObjectNode document) {
        try {
            return Mapper.INSTANCE.writeValueAsString(document);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a JSON tree of our own making cannot be written", e);
        }
    }

    private static final class Mapper {
        static final ObjectMapper INSTANCE = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    }
}

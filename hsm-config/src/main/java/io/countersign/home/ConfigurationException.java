package io.countersign.home;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** countersign.yaml cannot be used; holds all its problems, in the order of their lines. */
public final class ConfigurationException extends Exception {
    private static final long serialVersionUID = 1;

    private final transient List<Problem> problems;

    /**
     * One problem and its remedy.
     *
     * @param line from 1, or 0 when the whole file is meant
     * @param message what was found and what was wanted
     * @param remedy what to do
     */
    public record Problem(Path file, int line, String message, String remedy) {
        /** {@code FILE:LINE: message; remedy}. */
        @Override
        public String toString() {
            return file + (line > 0 ? ":" + line : "") + ": " + message + "; " + remedy;
        }
    }

    public ConfigurationException(List<Problem> problems) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining(System.lineSeparator())));
        this.problems = List.copyOf(problems);
    }

    public List<Problem> problems() {
        return problems;
    }
}

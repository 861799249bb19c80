package io.countersign.ca;

import java.util.List;
import java.util.stream.Collectors;

/** The CA does not do what was asked. Holds every reason, not only the first. */
public final class CannotIssue extends Exception {
    private static final long serialVersionUID = 1;

    private final transient List<Objection> objections;

    /**
     * One reason.
     *
     * @param citation where it is written; empty where it follows from nothing but sense
     * @param remedy what to do
     */
    public record Objection(String rule, String citation, String message, String remedy) {
        /** {@code RULE: message (citation); remedy}. */
        @Override
        public String toString() {
            return rule + ": " + message + (citation.isEmpty() ? "" : " (" + citation + ")") + "; " + remedy;
        }
    }

    CannotIssue(List<Objection> objections) {
        super(objections.stream().map(Objection::toString).collect(Collectors.joining(System.lineSeparator())));
        this.objections = List.copyOf(objections);
    }

    CannotIssue(String rule, String message, String remedy) {
        this(List.of(new Objection(rule, "", message, remedy)));
    }

    public List<Objection> objections() {
        return objections;
    }
}

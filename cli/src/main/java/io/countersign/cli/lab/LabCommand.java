package io.countersign.cli.lab;

import java.util.ArrayList;
import java.util.List;

/**
 * A command of a step, and what is expected of it.
 *
 * @param words the command line, without {@code countersign}
 * @param exitCode what it is to end with
 * @param says texts that must be in the output; how it is broken into lines does not matter
 * @param neverSays texts that must not be in it
 * @param show only lines with one of these texts are shown; empty for all
 */
public record LabCommand(
        List<String> words, int exitCode, List<String> says, List<String> neverSays, List<String> show) {
    public LabCommand {
        words = List.copyOf(words);
        says = List.copyOf(says);
        neverSays = List.copyOf(neverSays);
        show = List.copyOf(show);
    }

    /**
     * What a command did.
     *
     * @param output of both streams, in the order written
     */
    public record Outcome(int exitCode, String output) {}

    /** As a person types it in the lab's folder. */
    public String typed() {
        return "countersign " + String.join(" ", words);
    }

    /** What is to come of it, in words. */
    public String expectation() {
        StringBuilder text = new StringBuilder("exit code " + exitCode);
        says.forEach(s -> text.append(", “").append(s).append('”'));
        neverSays.forEach(s -> text.append(", no “").append(s).append('”'));
        return text.toString();
    }

    /** Each way in which this is not what was expected; empty if it is. */
    public List<String> differences(Outcome outcome) {
        List<String> differences = new ArrayList<>();
        if (outcome.exitCode() != exitCode) {
            differences.add("exit code " + exitCode + " was expected, and it is " + outcome.exitCode());
        }
        String flat = flat(outcome.output());
        says.stream().filter(s -> !flat.contains(flat(s))).forEach(s -> differences.add("it does not say: " + s));
        neverSays.stream().filter(s -> flat.contains(flat(s))).forEach(s -> differences.add("it does say: " + s));
        return differences;
    }

    private static String flat(String text) {
        return text.replaceAll("\\s+", " ").strip();
    }

    /** The lines of the output worth showing, with … where some are left out. */
    public List<String> shown(Outcome outcome) {
        List<String> lines = new ArrayList<>();
        for (String line : outcome.output().lines().toList()) {
            if (show.isEmpty() || show.stream().anyMatch(line::contains)) {
                lines.add(line);
            } else if (lines.isEmpty() || !lines.get(lines.size() - 1).equals("…")) {
                lines.add("…");
            }
        }
        while (!lines.isEmpty() && lines.get(lines.size() - 1).isBlank()) {
            lines.remove(lines.size() - 1);
        }
        return lines;
    }
}

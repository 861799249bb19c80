package io.countersign.cli;

import io.countersign.cli.Explanation.Loading;
import io.countersign.cli.PackageExplanation.Installing;
import io.countersign.windows.LoadAnswer;
import io.countersign.windows.checker.CheckerFinding.Outcome;
import io.countersign.windows.packages.PackageFinding;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** An explanation of a driver package, before those of its images. */
final class PackageText {
    private static final String ROW = "  %-25s  %-8s  ";

    private final List<String> lines = new ArrayList<>();
    private final PackageExplanation explanation;

    private PackageText(PackageExplanation explanation) {
        this.explanation = explanation;
    }

    /**
     * The answer on the first line, then who would do what, what was found, and what to do.
     *
     * @param rules whether to show every rule that was looked at, with its source
     */
    static List<String> of(PackageExplanation explanation, boolean rules) {
        PackageText text = new PackageText(explanation);
        text.answer();
        text.installers();
        text.findings(rules);
        text.remedies();
        text.provisos();
        text.lines.add("");
        return text.lines;
    }

    /** For people who know nothing of signatures. */
    static String headline(PackageExplanation explanation) {
        Map<String, Set<String>> outcomes = new LinkedHashMap<>();
        for (int i = 0; i < explanation.installs().size(); i++) {
            Installing installing = explanation.installs().get(i);
            outcomes.computeIfAbsent(outcome(installing, explanation.loadings(i)), o -> new LinkedHashSet<>())
                    .add(installing.machine().version().title());
        }
        return outcomes.entrySet().stream()
                        .map(o -> String.join(" and ", o.getValue()) + " " + o.getKey())
                        .collect(Collectors.joining("; "))
                + ".";
    }

    private static String outcome(Installing installing, List<Loading> drivers) {
        return switch (installing.report().verdict()) {
            case REFUSED, NOT_APPLICABLE -> "would not install this driver package";
            case UNKNOWN -> "might install this driver package";
            case ACCEPTED, WARNED ->
                (asks(installing) ? "would ask about the publisher of" : "would install") + " this driver package"
                        + load(drivers);
        };
    }

    private static boolean asks(Installing installing) {
        return installing.report().findings().stream()
                .anyMatch(f -> f.outcome() == Outcome.WARNS && f.rule().id().equals("PKG_PUBLISHER"));
    }

    private static String load(List<Loading> drivers) {
        if (drivers.isEmpty()) {
            return "";
        }
        if (drivers.stream().anyMatch(d -> d.answer() instanceof LoadAnswer.Blocked)) {
            return " and would not load its driver";
        }
        return drivers.stream().allMatch(d -> d.answer() instanceof LoadAnswer.Loads)
                ? " and load its driver"
                : " and might load its driver";
    }

    private void answer() {
        lines.add(Printable.text(explanation.file().toString()) + ": " + headline(explanation));
        explanation.installs().stream()
                .flatMap(i -> i.report().decisive().stream())
                .distinct()
                .forEach(f -> add("  ", said(f) + "."));
    }

    private static String said(PackageFinding finding) {
        return (finding.subject().isEmpty() ? "" : finding.subject() + ": ") + finding.message();
    }

    private void installers() {
        lines.add("");
        List<Installing> installs = explanation.installs();
        List<String> machines = new ArrayList<>();
        for (int i = 0; i < installs.size(); i++) {
            Installing installing = installs.get(i);
            String number = installs.size() == 1 ? "" : " " + (i + 1);
            String why = installing.report().decisive().map(PackageText::why).orElse("every rule holds");
            add(
                    ROW.formatted(
                            "installer" + number,
                            ExplainText.word(installing.report().verdict())),
                    why);
            machines.addAll(Columns.beside(
                    "  machine" + number + ": ", installing.machine().toString().replace(",", ", ")));
        }
        lines.addAll(machines);
    }

    private static String why(PackageFinding finding) {
        return finding.rule().id() + (finding.seen().isEmpty() ? "" : ", " + finding.seen());
    }

    private void findings(boolean rules) {
        lines.add("");
        lines.add("The package:");
        Map<PackageFinding, List<Integer>> findings = explanation.findings();
        findings.forEach((finding, machines) -> {
            String where = finding.subject()
                    + (machines.size() == explanation.installs().size()
                            ? ""
                            : " (machine "
                                    + machines.stream().map(String::valueOf).collect(Collectors.joining(", ")) + ")");
            if (rules) {
                RuleTrail.rule(lines, word(finding), finding.rule().rule(), where.strip(), finding.message());
            } else if (finding.outcome() != Outcome.HOLDS) {
                add(
                        "  %-9s".formatted(word(finding)),
                        finding.rule().id() + (where.isBlank() ? "" : ", " + where.strip()) + ": " + finding.message());
            }
        });
        if (!rules) {
            Set<String> broken = findings.keySet().stream()
                    .filter(f -> f.outcome() != Outcome.HOLDS)
                    .map(f -> f.rule().id())
                    .collect(Collectors.toSet());
            String holding = findings.keySet().stream()
                    .map(f -> f.rule().id())
                    .filter(id -> !broken.contains(id))
                    .distinct()
                    .collect(Collectors.joining(", "));
            if (!holding.isEmpty()) {
                add("  %-9s".formatted("holds"), holding);
            }
        }
    }

    static String word(PackageFinding finding) {
        return finding.outcome().name().toLowerCase(Locale.ROOT);
    }

    private void remedies() {
        Map<String, Set<String>> remedies = new LinkedHashMap<>();
        explanation.findings().keySet().stream()
                .filter(f -> !f.remedy().isEmpty())
                .forEach(f -> remedies.computeIfAbsent(f.remedy(), r -> new LinkedHashSet<>())
                        .add(f.subject().isEmpty() ? "the package" : f.subject()));
        section("What to do:", remedies);
    }

    private void provisos() {
        Map<String, Set<String>> provisos = new LinkedHashMap<>();
        explanation.findings().keySet().stream()
                .filter(f -> f.outcome() != Outcome.HOLDS
                        && f.outcome() != Outcome.NOTE
                        && !f.rule().rule().caveat().isEmpty())
                .forEach(f -> provisos.computeIfAbsent(f.rule().rule().caveat(), c -> new LinkedHashSet<>())
                        .add(f.rule().id()));
        section("To be known:", provisos);
    }

    private void section(String title, Map<String, Set<String>> namesByText) {
        if (!namesByText.isEmpty()) {
            lines.add("");
            lines.add(title);
            namesByText.forEach((text, names) -> add("  ", String.join(", ", names) + ": " + text));
        }
    }

    private void add(String label, String text) {
        lines.addAll(Columns.beside(label, text));
    }
}

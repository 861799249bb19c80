package io.countersign.cli;

import io.countersign.cli.Explanation.Checking;
import io.countersign.cli.Explanation.Loading;
import io.countersign.windows.LoadStep;
import io.countersign.windows.Place;
import io.countersign.windows.Rule;
import io.countersign.windows.Ruling;
import io.countersign.windows.checker.CheckerFinding;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Every rule that was looked at, and what each tool would print. */
final class RuleTrail {
    private RuleTrail() {}

    static List<String> rules(Explanation explanation) {
        List<String> lines = new ArrayList<>();
        for (Loading loading : explanation.loadings()) {
            heading(
                    lines,
                    "Rules of the kernel loader, on "
                            + loading.machine().toString().replace(",", ", "));
            for (LoadStep step : loading.answer().trail()) {
                rule(
                        lines,
                        word(step.ruling()),
                        step.rule().rule(),
                        where(step.place()),
                        step.ruling().reason());
            }
        }
        for (Checking checking : explanation.checkings()) {
            heading(lines, "Rules of " + checking.checker().command());
            for (CheckerFinding finding : checking.report().findings()) {
                rule(lines, word(finding), finding.rule().rule(), where(finding.place()), finding.message());
            }
        }
        return lines;
    }

    static List<String> transcripts(Explanation explanation) {
        List<String> lines = new ArrayList<>();
        for (Checking checking : explanation.checkings()) {
            heading(lines, "What " + checking.checker().command() + " prints:");
            if (checking.report().toolOutput().isEmpty()) {
                lines.add("  (it does not follow from what is known)");
            }
            checking.report().toolOutput().stream()
                    .map(l -> l.replaceAll("[\\p{Cc}\\p{Cf}&&[^\\t]]", "?"))
                    .forEach(lines::add);
            checking.report().exitCode().ifPresent(code -> lines.add("(exit code " + code + ")"));
        }
        return lines;
    }

    private static void heading(List<String> lines, String text) {
        lines.add("");
        lines.addAll(Columns.beside("", text));
    }

    private static String where(Optional<Place> place) {
        return place.map(Place::toString).orElse("");
    }

    /** One rule, what came of it, and its source. */
    static void rule(List<String> lines, String word, Rule rule, String where, String message) {
        lines.addAll(Columns.beside(
                "  %-9s".formatted(word), rule.id() + (where.isEmpty() ? "" : ", " + where) + ": " + message));
        String source = rule.confidence().name().toLowerCase(Locale.ROOT) + ": " + rule.citation()
                + (rule.caveat().isEmpty() ? "" : "; " + rule.caveat());
        lines.addAll(Columns.beside(" ".repeat(15), source));
    }

    static String word(Ruling ruling) {
        if (ruling instanceof Ruling.Allows) {
            return "allows";
        }
        if (ruling instanceof Ruling.Forbids) {
            return "forbids";
        }
        if (ruling instanceof Ruling.Unclear) {
            return "unclear";
        }
        return ruling instanceof Ruling.Notes ? "notes" : "n/a";
    }

    static String word(CheckerFinding finding) {
        return finding.outcome().name().toLowerCase(Locale.ROOT);
    }
}

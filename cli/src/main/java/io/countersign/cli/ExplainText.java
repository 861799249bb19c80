package io.countersign.cli;

import io.countersign.cli.Explanation.Checking;
import io.countersign.cli.Explanation.Loading;
import io.countersign.windows.FileEvidence;
import io.countersign.windows.LoadAnswer;
import io.countersign.windows.checker.CheckerReport;
import io.countersign.windows.checker.CheckerVerdict;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** An explanation on one screen. */
final class ExplainText {
    private static final String ROW = "  %-25s  %-8s  ";

    private final List<String> lines = new ArrayList<>();
    private final Explanation explanation;

    private ExplainText(Explanation explanation) {
        this.explanation = explanation;
    }

    /** The answer on the first line, then who says what, the signatures, and what to do. */
    static List<String> of(Explanation explanation) {
        ExplainText text = new ExplainText(explanation);
        text.answer();
        text.matrix();
        if (explanation.evidence() instanceof FileEvidence.Image image) {
            text.lines.addAll(SignatureText.of(image));
        }
        text.section("What to do:", explanation.remedies());
        text.provisos();
        return text.lines;
    }

    /** For people who know nothing of signatures. */
    static String headline(Explanation explanation) {
        Map<String, Set<String>> outcomes = new LinkedHashMap<>();
        explanation
                .loadings()
                .forEach(l -> outcomes.computeIfAbsent(outcome(l.answer()), o -> new LinkedHashSet<>())
                        .add(l.machine().version().title()));
        String what = explanation.evidence() instanceof FileEvidence.Image ? "this driver" : "this file";
        return outcomes.entrySet().stream()
                        .map(o -> String.join(" and ", o.getValue()) + " " + o.getKey() + " " + what)
                        .collect(Collectors.joining("; "))
                + ".";
    }

    private static String outcome(LoadAnswer answer) {
        if (answer instanceof LoadAnswer.Loads) {
            return "would load";
        }
        return answer instanceof LoadAnswer.Blocked ? "would not load" : "might load";
    }

    private void answer() {
        lines.add(Printable.text(explanation.file().toString()) + ": " + headline(explanation));
        explanation.loadings().stream().map(ExplainText::because).distinct().forEach(b -> add("  ", b));
    }

    private static String because(Loading loading) {
        if (loading.answer() instanceof LoadAnswer.Unknown unknown
                && unknown.missing().isPresent()) {
            return "It depends on " + unknown.missing().get().title() + ".";
        }
        return loading.rule().orElseThrow().rule().title();
    }

    private void matrix() {
        lines.add("");
        List<Loading> loadings = explanation.loadings();
        List<String> machines = new ArrayList<>();
        for (int i = 0; i < loadings.size(); i++) {
            Loading loading = loadings.get(i);
            String number = loadings.size() == 1 ? "" : " " + (i + 1);
            lines.addAll(Columns.beside(
                    ROW.formatted("kernel loader" + number, word(loading.answer())), why(loading), mostLines(loading)));
            machines.addAll(Columns.beside("  machine" + number + ": ", settings(loading)));
        }
        for (Checking checking : explanation.checkings()) {
            CheckerReport report = checking.report();
            String label = ROW.formatted(checking.checker().command(), word(report.verdict()));
            int most = report.verdict() == CheckerVerdict.ACCEPTED ? 1 : 2;
            lines.addAll(Columns.beside(label, why(report), most));
        }
        lines.addAll(machines);
    }

    /** Why it loads is told by its signatures too, further down. */
    private static int mostLines(Loading loading) {
        return loading.answer() instanceof LoadAnswer.Loads ? 2 : 6;
    }

    /** The machine as it is described, with spaces for lines to break at. */
    private static String settings(Loading loading) {
        return loading.machine().toString().replace(",", ", ");
    }

    static String word(LoadAnswer answer) {
        if (answer instanceof LoadAnswer.Loads) {
            return "loads";
        }
        return answer instanceof LoadAnswer.Blocked ? "blocked" : "unknown";
    }

    static String word(CheckerVerdict verdict) {
        return switch (verdict) {
            case ACCEPTED -> "accepts";
            case WARNED -> "warns";
            case REFUSED -> "refuses";
            case UNKNOWN -> "unknown";
            case NOT_APPLICABLE -> "not for";
        };
    }

    /** The rule and what is seen, then the reason, which may be cut. */
    private static String why(Loading loading) {
        return why(rest(seen(loading)), loading.answer().reason());
    }

    private static String why(CheckerReport report) {
        return why(rest(seen(report)), report.reason());
    }

    private static List<String> rest(List<String> seen) {
        return seen.subList(1, seen.size());
    }

    /** The verdict in a word, then the rule that decides, if one does, and what is seen of it. */
    static List<String> seen(Loading loading) {
        List<String> seen = new ArrayList<>(List.of(word(loading.answer())));
        loading.rule().ifPresent(r -> seen.add(r.id()));
        if (loading.answer() instanceof LoadAnswer.Blocked blocked) {
            seen.addAll(RuleList.seen(blocked.rule()));
        }
        return seen;
    }

    /** The same of a checker. */
    static List<String> seen(CheckerReport report) {
        List<String> seen = new ArrayList<>(List.of(word(report.verdict())));
        report.decisive().ifPresent(f -> seen.add(f.rule().id()));
        report.status().ifPresent(s -> seen.add(s.toString()));
        return seen;
    }

    private static String why(List<String> seen, String reason) {
        return seen.isEmpty() ? reason : String.join(", ", seen) + ": " + reason;
    }

    private void section(String title, Map<String, ? extends Collection<String>> namesByText) {
        if (!namesByText.isEmpty()) {
            lines.add("");
            lines.add(title);
            namesByText.forEach((text, names) -> add("  ", String.join(", ", names) + ": " + text));
        }
    }

    /** What the answers rest on, and what is to be said of the rules that gave them. */
    private void provisos() {
        Map<String, Set<String>> provisos = new LinkedHashMap<>();
        for (Loading loading : explanation.loadings()) {
            List<String> said = loading.answer() instanceof LoadAnswer.Loads loads
                    ? loads.provisos()
                    : loading.rule().map(r -> r.rule().caveat()).stream().toList();
            said.forEach(
                    s -> provisos.computeIfAbsent(s, k -> new LinkedHashSet<>()).add(Explanation.LOADER));
        }
        for (Checking checking : explanation.checkings()) {
            checking.report()
                    .decisive()
                    .ifPresent(f -> provisos.computeIfAbsent(f.rule().rule().caveat(), k -> new LinkedHashSet<>())
                            .add(checking.checker().id()));
        }
        provisos.remove("");
        section("Provided that, and to be known:", provisos);
    }

    private void add(String label, String text) {
        lines.addAll(Columns.beside(label, text));
    }
}

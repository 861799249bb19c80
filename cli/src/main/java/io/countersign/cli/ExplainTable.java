package io.countersign.cli;

import io.countersign.cli.Explanation.Checking;
import io.countersign.cli.Explanation.Loading;
import io.countersign.windows.FileEvidence;
import io.countersign.windows.SignatureEvidence;
import io.countersign.windows.Stamp;
import io.countersign.x509.DistinguishedNames;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Several explanations beside each other: a row for each who judges, a column for each file. */
final class ExplainTable {
    /** A lab shows it on 100 columns, two of them blank. */
    static final int WIDTH = 98;

    private static final int LABEL = 26;
    private static final int NARROWEST = 20;
    private static final int MOST_LINES = 3;

    private final List<String> lines = new ArrayList<>();
    private final List<Explanation> explanations;
    private final int width;

    private ExplainTable(List<Explanation> explanations) {
        this.explanations = explanations;
        this.width = Math.max(NARROWEST, (WIDTH - LABEL) / explanations.size());
    }

    /** The verdicts, each with the rule that decides; then the signatures, and what is to be known of the rules. */
    static List<String> of(List<Explanation> explanations) {
        ExplainTable table = new ExplainTable(explanations);
        table.row("", e -> Printable.text(String.valueOf(e.file().getFileName())));
        Explanation first = explanations.get(0);
        for (int i = 0; i < first.loadings().size(); i++) {
            int machine = i;
            String number = first.loadings().size() == 1 ? "" : " " + (i + 1);
            table.rows(
                    "kernel loader" + number, e -> ExplainText.seen(e.loadings().get(machine)));
        }
        for (int i = 0; i < first.checkings().size(); i++) {
            int checker = i;
            table.rows(
                    first.checkings().get(i).checker().command(),
                    e -> ExplainText.seen(e.checkings().get(checker).report()));
        }
        table.machines(first);
        table.signatures();
        table.notes();
        return table.lines;
    }

    /** The verdict, below it the rule and the number that Windows shows. */
    private void rows(String label, Function<Explanation, List<String>> cell) {
        List<List<String>> cells = explanations.stream().map(cell).toList();
        int most = Math.min(
                MOST_LINES, Collections.max(cells.stream().map(List::size).toList()));
        for (int i = 0; i < most; i++) {
            int line = i;
            row(i == 0 ? label : "", e -> {
                List<String> texts = cells.get(explanations.indexOf(e));
                return line < texts.size() ? number(texts.get(line)) : "";
            });
        }
    }

    /** Of a status the number alone; its name needs another column's room. */
    private static String number(String text) {
        return text.startsWith("0x") ? text.substring(0, (text + " ").indexOf(' ')) : text;
    }

    private void row(String label, Function<Explanation, String> cell) {
        StringBuilder line = new StringBuilder(pad(label, LABEL));
        explanations.forEach(e -> line.append(pad(cell.apply(e), width)));
        lines.add(line.toString().stripTrailing());
    }

    private static String pad(String text, int width) {
        return text.length() < width ? text + " ".repeat(width - text.length()) : text.substring(0, width - 2) + "… ";
    }

    private void machines(Explanation first) {
        lines.add("");
        for (Loading loading : first.loadings()) {
            lines.addAll(Columns.beside(
                    "machine: ", WIDTH, loading.machine().toString().replace(",", ", ")));
        }
    }

    private void signatures() {
        for (Explanation explanation : explanations) {
            String name = Printable.text(String.valueOf(explanation.file().getFileName()));
            if (explanation.evidence() instanceof FileEvidence.Image image) {
                String text =
                        image.signatures().stream().map(ExplainTable::signature).collect(Collectors.joining("; "));
                lines.addAll(
                        Columns.beside(name + ": ", WIDTH, text.isEmpty() ? "no signature that can be read" : text));
            }
        }
    }

    private static String signature(SignatureEvidence signature) {
        return signature.place() + ", " + signature.kind()
                + signature
                        .stamp()
                        .map(s -> ", timestamp " + (s.good() ? "" : "(not good) ") + "by " + authority(s))
                        .orElse(", no timestamp");
    }

    private static String authority(Stamp stamp) {
        return stamp.path()
                .map(p -> DistinguishedNames.commonName(p.certificates().get(0)))
                .orElse("nobody known");
    }

    /** What is to be said of the rules that gave the answers, once. */
    private void notes() {
        Map<String, Set<String>> notes = new LinkedHashMap<>();
        for (Explanation explanation : explanations) {
            for (Checking checking : explanation.checkings()) {
                checking.report()
                        .decisive()
                        .ifPresent(f -> notes.computeIfAbsent(f.rule().rule().caveat(), c -> new LinkedHashSet<>())
                                .add(checking.checker().id()));
            }
        }
        notes.remove("");
        notes.forEach((note, names) -> lines.addAll(Columns.beside(String.join(", ", names) + ": ", WIDTH, note)));
    }
}

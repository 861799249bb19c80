package io.countersign.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.cli.Explanation.Checking;
import io.countersign.cli.Explanation.Loading;
import io.countersign.windows.LoadAnswer;
import io.countersign.windows.LoadRule;
import io.countersign.windows.Rule;
import io.countersign.windows.checker.CheckerFinding;
import io.countersign.windows.checker.CheckerVerdict;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Whoever does not accept a file, as a SARIF 2.1.0 log (OASIS standard). */
final class ExplainSarif {
    private static final String SCHEMA =
            "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

    private final ObjectNode document = Json.document();
    private final Set<String> described = new HashSet<>();
    private final ArrayNode rules;
    private final ArrayNode results;
    private final List<String> required;

    /**
     * @param required the checkers whose refusal is an error
     */
    ExplainSarif(List<String> required) {
        this.required = List.copyOf(required);
        document.put("$schema", SCHEMA).put("version", "2.1.0");
        ObjectNode run = document.putArray("runs").addObject();
        rules = run.putObject("tool")
                .putObject("driver")
                .put("name", "countersign explain")
                .put("version", Countersign.Version.number())
                .putArray("rules");
        results = run.putArray("results");
    }

    /** Whether this one has to accept. */
    boolean requires(String name) {
        return required.contains(name);
    }

    ObjectNode document() {
        return document;
    }

    void add(Explanation explanation) {
        for (Loading loading : explanation.loadings()) {
            if (!(loading.answer() instanceof LoadAnswer.Loads)) {
                LoadRule rule = loading.deciding();
                String level = loading.answer() instanceof LoadAnswer.Blocked ? "error" : "warning";
                describe(rule.rule(), rule.remedy());
                result(
                        rule.id(),
                        required.contains(Explanation.LOADER) ? "error" : level,
                        loading.machine().version().title() + ": "
                                + loading.answer().reason(),
                        explanation.file());
            }
        }
        for (Checking checking : explanation.checkings()) {
            checking.report().decisive().ifPresent(f -> add(checking, f, explanation.file()));
        }
    }

    private void add(Checking checking, CheckerFinding finding, Path file) {
        String level = checking.report().verdict() == CheckerVerdict.REFUSED ? "warning" : "note";
        boolean error =
                !checking.accepts() && required.contains(checking.checker().id());
        describe(finding.rule().rule(), finding.rule().remedy());
        result(
                finding.rule().id(),
                error ? "error" : level,
                checking.checker().command() + ": " + finding.message(),
                file);
    }

    void describe(Rule rule, String remedy) {
        if (described.add(rule.id())) {
            ObjectNode node = rules.addObject().put("id", rule.id());
            node.putObject("shortDescription").put("text", rule.title());
            node.putObject("help")
                    .put("text", remedy.isEmpty() ? rule.citation() : remedy + " (" + rule.citation() + ")");
        }
    }

    void result(String rule, String level, String message, Path file) {
        ObjectNode node = results.addObject().put("ruleId", rule).put("level", level);
        node.putObject("message").put("text", message);
        node.putArray("locations")
                .addObject()
                .putObject("physicalLocation")
                .putObject("artifactLocation")
                .put("uri", Path.of("").toUri().relativize(file.toUri()).toString());
    }
}

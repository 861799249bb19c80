package io.countersign.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.cli.PackageExplanation.Installing;
import io.countersign.windows.packages.PackageEvidence;
import io.countersign.windows.packages.PackageFinding;
import java.util.Locale;

/** Explanations of driver packages for programs, as docs/explain.schema.json has them. */
final class PackageJson {
    private PackageJson() {}

    static void describe(ObjectNode node, PackageExplanation explanation) {
        node.put("package", explanation.file().toString()).put("headline", PackageText.headline(explanation));
        if (explanation.evidence() instanceof PackageEvidence.Contents contents) {
            contents.files().forEach(node.putArray("members")::add);
        } else {
            node.put("unreadable", ((PackageEvidence.Unreadable) explanation.evidence()).reason());
        }
        ArrayNode installer = node.putArray("installer");
        explanation.installs().forEach(i -> installing(installer.addObject(), i));
        ArrayNode images = node.putArray("images");
        explanation.images().forEach(i -> ExplainJson.describe(images.addObject(), i));
    }

    private static void installing(ObjectNode node, Installing installing) {
        node.put("machine", installing.machine().toString())
                .put("verdict", installing.report().verdict().name().toLowerCase(Locale.ROOT));
        installing.report().decisive().ifPresent(f -> node.put("rule", f.rule().id()));
        ArrayNode findings = node.putArray("rules");
        installing.report().findings().forEach(f -> finding(findings.addObject(), f));
    }

    private static void finding(ObjectNode node, PackageFinding finding) {
        node.put("rule", finding.rule().id());
        optional(node, "member", finding.subject());
        node.put("outcome", PackageText.word(finding)).put("message", finding.message());
        optional(node, "seen", finding.seen());
        optional(node, "remedy", finding.remedy());
    }

    private static void optional(ObjectNode node, String name, String value) {
        if (!value.isEmpty()) {
            node.put(name, value);
        }
    }
}

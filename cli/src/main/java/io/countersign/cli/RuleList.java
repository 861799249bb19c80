package io.countersign.cli;

import io.countersign.verify.Check;
import io.countersign.verify.Checks;
import io.countersign.windows.KernelLoader;
import io.countersign.windows.LoadRule;
import io.countersign.windows.Rule;
import io.countersign.windows.checker.Checker;
import io.countersign.windows.checker.CheckerRule;
import io.countersign.windows.packages.InstallPackage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** All rules there are, in the order they are looked at. */
final class RuleList {
    private RuleList() {}

    /**
     * One rule.
     *
     * @param seen what Windows reports when it decides; empty if nothing, or it is not told
     */
    record Entry(Rule rule, List<String> askedBy, String seen, String remedy) {
        String confidence() {
            return rule.confidence().name().toLowerCase(Locale.ROOT);
        }
    }

    /** By whom they are of. */
    static Map<String, List<Entry>> sections() {
        Map<String, List<Entry>> sections = new LinkedHashMap<>();
        sections.put(
                "What verify checks", Checks.all().stream().map(RuleList::of).toList());
        sections.put(
                "What the kernel's loader goes by",
                KernelLoader.RULES.stream().map(RuleList::of).toList());
        sections.put("What Windows' checkers go by", checkers());
        sections.put(
                "What the installer of driver packages goes by",
                InstallPackage.RULES.stream()
                        .map(r -> new Entry(r.rule(), List.of(PackageExplanation.INSTALLER), r.seen(), r.remedy()))
                        .toList());
        return sections;
    }

    private static Entry of(Check<?> check) {
        Rule rule = new Rule(check.id(), check.title(), check.citation(), check.confidence(), "");
        return new Entry(rule, List.of("verify"), "", "");
    }

    private static Entry of(LoadRule rule) {
        return new Entry(rule.rule(), List.of(Explanation.LOADER), String.join(", ", seen(rule)), rule.remedy());
    }

    /** What Windows shows when the rule keeps a driver out. */
    static List<String> seen(LoadRule rule) {
        List<String> seen = new ArrayList<>();
        rule.status().ifPresent(s -> seen.add(s.toString()));
        rule.events().forEach(e -> seen.add("Code Integrity event " + e));
        rule.deviceProblem().ifPresent(p -> seen.add("Device Manager code " + p));
        return seen;
    }

    private static List<Entry> checkers() {
        Map<CheckerRule, List<String>> askedBy = new LinkedHashMap<>();
        for (Checker checker : Explanation.CHECKERS) {
            for (CheckerRule rule : checker.rules()) {
                askedBy.computeIfAbsent(rule, r -> new ArrayList<>()).add(checker.id());
            }
        }
        return askedBy.entrySet().stream()
                .map(e -> new Entry(
                        e.getKey().rule(),
                        e.getValue(),
                        e.getKey().status().map(Object::toString).orElse(""),
                        e.getKey().remedy()))
                .toList();
    }

    /** A document; docs/rules.md is this one. */
    static List<String> markdown() {
        List<String> lines = new ArrayList<>();
        lines.add("# The rules");
        lines.add("");
        lines.add(
                "Made by `countersign rules --markdown`; a test compares. Confidence: *verified*, seen on real files or by running");
        lines.add(
                "the tool; *documented*, stated by the vendor or a standard; *reported*, told by one secondary source; *modelled*, our");
        lines.add(
                "reading of several sources, none of which says it outright. Names such as \"windows-driver-docs: install/x.md\" are files");
        lines.add("of Microsoft's public documentation repositories, \"win32\" being that of the Windows API.");
        sections().forEach((title, entries) -> {
            lines.addAll(List.of("", "## " + title, "", "| rule | says | source | confidence | seen | asked by |"));
            lines.add("|---|---|---|---|---|---|");
            entries.forEach(e -> lines.add("| `%s` | %s%s | %s | %s | %s | %s |"
                    .formatted(
                            e.rule().id(),
                            cell(e.rule().title()),
                            e.rule().caveat().isEmpty()
                                    ? ""
                                    : " *Note: " + cell(e.rule().caveat()) + "*",
                            cell(e.rule().citation()),
                            e.confidence(),
                            cell(e.seen()),
                            String.join(", ", e.askedBy()))));
        });
        return lines;
    }

    private static String cell(String text) {
        return text.replace("|", "\\|").replace("<", "&lt;");
    }
}

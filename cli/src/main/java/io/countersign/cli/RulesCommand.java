package io.countersign.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.cli.RuleList.Entry;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code countersign rules}: everything files are judged by. */
@Command(
        name = "rules",
        description = "List the rules that verify, Windows' loader and its checkers go by, with their sources.",
        footer = {
            "",
            "Their names are stable: 'verify' and 'explain' use them.",
            "",
            "Example:",
            "  countersign rules --json"
        })
final class RulesCommand implements Callable<Integer> {
    private final Shell shell;

    @Option(names = "--markdown", description = "Print the list as a Markdown document.")
    private boolean markdown;

    @Mixin
    private Json json;

    RulesCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        if (json.wanted()) {
            shell.out().println(Json.text(document()));
        } else if (markdown) {
            RuleList.markdown().forEach(shell.out()::println);
        } else {
            RuleList.sections().forEach(this::print);
        }
        return ExitCode.GOOD;
    }

    private void print(String title, List<Entry> entries) {
        shell.out().println(title + ":");
        for (Entry entry : entries) {
            line("  ", entry.rule().id() + " (" + String.join(", ", entry.askedBy()) + ")");
            line("      ", entry.rule().title());
            line("      source      ", entry.confidence() + ": " + entry.rule().citation());
            line("      note        ", entry.rule().caveat());
            line("      seen        ", entry.seen());
            line("      what to do  ", entry.remedy());
        }
        shell.out().println();
    }

    private void line(String label, String text) {
        if (!text.isEmpty()) {
            Columns.beside(label, text).forEach(shell.out()::println);
        }
    }

    private static ObjectNode document() {
        ObjectNode document = Json.document();
        ArrayNode list = document.putArray("rules");
        RuleList.sections().values().forEach(entries -> entries.forEach(e -> describe(list.addObject(), e)));
        return document;
    }

    private static void describe(ObjectNode node, Entry entry) {
        node.put("id", entry.rule().id())
                .put("title", entry.rule().title())
                .put("citation", entry.rule().citation())
                .put("confidence", entry.confidence())
                .put("caveat", entry.rule().caveat())
                .put("seen", entry.seen())
                .put("remedy", entry.remedy());
        entry.askedBy().forEach(node.putArray("askedBy")::add);
    }
}

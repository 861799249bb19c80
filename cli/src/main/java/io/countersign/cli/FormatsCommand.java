package io.countersign.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.format.FileFormat;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code countersign formats}: what can be signed. */
@Command(
        name = "formats",
        description = "List the file formats that can be signed and verified, and what is special about each.",
        footer = {
            "",
            "A file's format is told by its content; of scripts, which are text, by the extension of the name.",
            "'second' says whether 'sign --append' can nest a further signature in the first.",
            "",
            "Example:",
            "  countersign formats --json"
        })
final class FormatsCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    private Json json;

    FormatsCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        if (json.wanted()) {
            ObjectNode document = Json.document();
            ArrayNode list = document.putArray("formats");
            for (FileFormat format : FileFormat.values()) {
                ObjectNode node = list.addObject()
                        .put("id", format.id())
                        .put("title", format.title())
                        .put("change", format.change().name().toLowerCase(Locale.ROOT))
                        .put("secondSignature", format.nests())
                        .put("note", format.note());
                format.extensions().forEach(node.putArray("extensions")::add);
            }
            shell.out().println(Json.text(document));
            return ExitCode.GOOD;
        }
        shell.out().println("%-15s %-27s %-9s %-6s %s".formatted("format", "", "file is", "second", "extensions"));
        for (FileFormat format : FileFormat.values()) {
            shell.out()
                    .println("%-15s %-27s %-9s %-6s %s"
                            .formatted(
                                    format.id(),
                                    format.title(),
                                    format.change().name().toLowerCase(Locale.ROOT),
                                    format.nests() ? "yes" : "no",
                                    format.extensions().stream()
                                            .map(extension -> "." + extension)
                                            .collect(Collectors.joining(" "))));
            shell.out().println(" ".repeat(16) + format.note());
        }
        return ExitCode.GOOD;
    }
}

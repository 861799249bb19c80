package io.countersign.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.cli.lab.Lab;
import io.countersign.cli.lab.LabFile;
import io.countersign.cli.lab.UnusableLab;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code countersign lab list}: which labs there are. */
@Command(
        name = "list",
        description = "Show which labs there are, and how long each takes.",
        footer = {"", "Example:", "  countersign lab list --json"})
final class LabListCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    private Json json;

    LabListCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException, Failure, UnusableLab {
        List<Lab> labs = LabFile.all(LabVerb.folder(shell));
        if (json.wanted()) {
            ObjectNode document = Json.document();
            ArrayNode list = document.putArray("labs");
            for (Lab lab : labs) {
                ObjectNode node = list.addObject()
                        .put("name", lab.name())
                        .put("title", lab.title())
                        .put("minutes", lab.minutes());
                lab.learn().forEach(node.putArray("learn")::add);
            }
            shell.out().println(Json.text(document));
        } else {
            labs.forEach(
                    l -> shell.out().printf("%-12s  %2d min  %s%n", l.name(), l.minutes(), Printable.text(l.title())));
        }
        return ExitCode.GOOD;
    }
}

package io.countersign.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code countersign trust}: the verbs about what files are judged by. */
@Command(
        name = "trust",
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "%nCommands:%n",
        description = "Show and change the roots and lists files are judged by; export the lab's for Windows.")
final class TrustCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "trust needs a command: list, import, remove or export-kit");
    }
}

package io.countersign.cli;

import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code countersign lab}: the verbs about labs. */
@Command(
        name = "lab",
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "%nCommands:%n",
        description = "Break signatures on purpose, and see what each checker says: short lessons that run.")
final class LabVerb implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "lab needs a command: list or run");
    }

    /** The folder with a folder for each lab. */
    static Path folder(Shell shell) throws Failure {
        return shell.sources().resolve("samples").resolve("labs");
    }
}

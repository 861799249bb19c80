package io.countersign.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code countersign ca}: the verbs of the lab CA. */
@Command(
        name = "ca",
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "%nCommands:%n",
        description = "Vet, certify and revoke publishers with the lab's EV CA.")
final class CaCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "ca needs a command: issue, list, revoke or refresh");
    }
}

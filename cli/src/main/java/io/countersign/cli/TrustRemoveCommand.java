package io.countersign.cli;

import io.countersign.trust.TrustFolder;
import io.countersign.trust.UnusableTrust;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code countersign trust remove}: less to judge files with. */
@Command(
        name = "remove",
        description = "Take a root, a list or a revocation list out of the home again.",
        footer = {
            "",
            "A root is named by its thumbprint and goes from every role, a list by its kind, a revocation list by its",
            "SHA-256; 'countersign trust list' shows them. The home's own lab roots stay.",
            "",
            "Examples:",
            "  countersign trust remove 8fbe4d070ef8ab1bccaf2a9d5ccae7282a2c66b3",
            "  countersign trust remove driver-block-list"
        })
final class TrustRemoveCommand implements Callable<Integer> {
    private final Shell shell;

    @Parameters(paramLabel = "NAME", description = "A thumbprint, a kind of list, or a SHA-256.")
    private String name = "";

    TrustRemoveCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException, Failure {
        try {
            for (Path file : new TrustFolder(shell.home()).remove(name)) {
                shell.out().println("removed: " + file.toString().replaceAll("\\p{C}", "?"));
            }
            return ExitCode.GOOD;
        } catch (UnusableTrust e) {
            throw Failure.refused(e.getMessage(), e.hint());
        }
    }
}

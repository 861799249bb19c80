package io.countersign.cli;

import io.countersign.home.ConfigurationException;
import io.countersign.key.KeyUnavailable;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code countersign ca refresh}: new revocation lists where they are due. */
@Command(
        name = "refresh",
        description = "Sign each revocation list anew that is missing or half of whose life is gone.",
        footer = {
            "",
            "The other 'ca' commands, 'hsm init' and 'up' do it too. The EV CA's list lives for ten days, those of the",
            "roots for a year (CSBR 4.9.7); they are in pki/crl of the home. For a job that runs every few days:",
            "",
            "Example:",
            "  countersign ca refresh"
        })
final class CaRefreshCommand implements Callable<Integer> {
    private final Shell shell;

    CaRefreshCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws Failure, ConfigurationException, IOException, KeyUnavailable {
        CaAccess.of(shell).refresh(shell);
        return ExitCode.GOOD;
    }
}

package io.countersign.cli;

import io.countersign.home.Home;
import io.countersign.hsm.Ceremony;
import io.countersign.key.KeyUnavailable;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code countersign hsm init}: the key ceremony. */
@Command(
        name = "init",
        description = "Make a token, its keys and the lab PKI; does nothing where they are already there.",
        footer = {
            "",
            "Keys are generated in the token and can never leave it. PINs are generated too, and are kept in files",
            "only their owner can read. Without COUNTERSIGN_HOME it all goes to $XDG_DATA_HOME/countersign."
        })
final class HsmInitCommand implements Callable<Integer> {
    private final Shell shell;

    HsmInitCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException, KeyUnavailable {
        Home home = shell.home();
        boolean made = Ceremony.run(home, shell::progress);
        shell.out().println(made ? "made " + home.root() : home.root() + " is whole already; nothing was changed");
        CaAccess.refreshIfAny(shell);
        return ExitCode.GOOD;
    }
}

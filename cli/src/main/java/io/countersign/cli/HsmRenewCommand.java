package io.countersign.cli;

import io.countersign.ca.Authority;
import io.countersign.ca.IssuedCertificate;
import io.countersign.ca.Register;
import io.countersign.home.Configuration;
import io.countersign.home.ConfigurationException;
import io.countersign.home.Home;
import io.countersign.hsm.Renewal;
import io.countersign.key.KeyUnavailable;
import java.io.IOException;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code countersign hsm renew}: new certificates over the same keys. */
@Command(
        name = "renew",
        description =
                "Make certificates of the lab PKI anew that point nowhere or soon end; bring older homes up to date.",
        footer = {
            "",
            "A certificate is made anew, over the same key, if it does not point to pki.baseUrl for its issuer,",
            "revocation list and OCSP; or if it ends within 30 days, a CA's within 460. Roots stay, and so does what is",
            "revoked. A timestamp certificate ends when the old one did, and so does the use of its key.",
            "What an older 'hsm init' did not make is added: the OCSP responder's token, and names of the CAs' keys in",
            "countersign.yaml. Old certificates are kept in pki/old, the old configuration beside the new one.",
            "Whole or nothing: if it is killed, the home works, and the next run completes it.",
            "",
            "Example:",
            "  countersign hsm renew"
        })
final class HsmRenewCommand implements Callable<Integer> {
    private final Shell shell;

    HsmRenewCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws Failure, ConfigurationException, IOException, KeyUnavailable {
        Configuration configuration = shell.configuration();
        Home home = shell.home();
        Register register = new Register(home, Authority.of(configuration).values());
        boolean renewed = Renewal.run(
                home,
                certificate -> register.find(certificate.getSerialNumber().toString(16))
                        .flatMap(IssuedCertificate::revoked)
                        .isPresent(),
                InstantSource.system(),
                shell::progress);
        if (renewed) {
            CaAccess.refreshIfAny(shell);
            shell.out().println("renewed " + home.root() + "; restart the services that run on it");
        } else {
            shell.out().println(home.root() + " needs nothing; nothing was changed");
        }
        return ExitCode.GOOD;
    }
}

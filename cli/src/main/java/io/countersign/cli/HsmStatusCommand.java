package io.countersign.cli;

import io.countersign.home.Configuration;
import io.countersign.home.ConfigurationException;
import io.countersign.hsm.HsmStatus;
import io.countersign.hsm.HsmStatus.CertificateStatus;
import io.countersign.hsm.HsmStatus.KeyStatus;
import io.countersign.hsm.HsmStatus.TokenStatus;
import io.countersign.key.KeyAttributes;
import java.io.PrintStream;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code countersign hsm status}: what is in the tokens, and whether it works. */
@Command(
        name = "status",
        description = "Show tokens, keys and certificates, and prove that each key signs.",
        footer = {
            "",
            "What is said of a key is what its token says now (PKCS#11 attributes). Ends with 1 if anything is wrong."
        })
final class HsmStatusCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    private Json json;

    HsmStatusCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws Failure, ConfigurationException {
        Configuration configuration = shell.configuration();
        HsmStatus status = HsmStatus.read(shell.home(), configuration, InstantSource.system());
        if (json.wanted()) {
            shell.out().println(Json.text(Json.tree(status)));
        } else {
            status.tokens().forEach(this::print);
            status.problems().forEach(problem -> shell.out().println("problem: " + problem));
        }
        return status.problems().isEmpty() ? ExitCode.GOOD : ExitCode.NO;
    }

    private void print(TokenStatus token) {
        PrintStream out = shell.out();
        out.printf("token %s: label %s, module %s%n", token.name(), token.label(), token.module());
        out.println(token.available() ? "  " + token.model() + ", serial " + token.serial() : "  NOT AVAILABLE");
        token.keys().forEach(this::print);
    }

    private void print(KeyStatus key) {
        PrintStream out = shell.out();
        out.printf(
                "  key %s%s: %s; %s; %s%n",
                key.label(),
                key.name().isEmpty() ? "" : " ('" + key.name() + "')",
                key.type().isEmpty() ? "unknown type" : key.type(),
                words(key.attributes()),
                key.signs() ? "signs" : "DOES NOT SIGN");
        for (CertificateStatus certificate : key.certificates()) {
            out.printf(
                    "    %s: %d days left, until %s%n",
                    certificate.subject(), certificate.daysLeft(), certificate.notAfter());
        }
    }

    private static String words(KeyAttributes attributes) {
        return attributes.confinedToToken()
                ? "born in the token, cannot leave it"
                : "NOT CONFINED (local %s, sensitive %s, always sensitive %s, extractable %s, never extractable %s)"
                        .formatted(
                                attributes.local(),
                                attributes.sensitive(),
                                attributes.alwaysSensitive(),
                                attributes.extractable(),
                                attributes.neverExtractable());
    }
}

package io.countersign.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.ca.IssuedCertificate;
import io.countersign.home.ConfigurationException;
import io.countersign.x509.DistinguishedNames;
import java.io.IOException;
import java.util.Collection;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code countersign ca list}: what was issued to whom, and what became of it. */
@Command(
        name = "list",
        description = "Show every certificate the CAs of the home issued, and which are revoked.",
        footer = {"", "Examples:", "  countersign ca list", "  countersign ca list --json"})
final class CaListCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    private Json json;

    CaListCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws Failure, ConfigurationException, IOException {
        Collection<IssuedCertificate> all =
                CaAccess.of(shell).refreshOrSay(shell).ca().register().all().values();
        if (json.wanted()) {
            ObjectNode document = Json.document();
            ArrayNode list = document.putArray("certificates");
            all.forEach(issued -> describe(list.addObject(), issued));
            shell.out().println(Json.text(document));
        } else {
            all.forEach(issued -> {
                shell.out().println(issued.serial() + "  " + DistinguishedNames.commonName(issued.certificate()));
                shell.out().println("    " + line(issued));
            });
        }
        return ExitCode.GOOD;
    }

    private static String line(IssuedCertificate issued) {
        return "by %s at %s at the command of %s, %s, until %s%s"
                .formatted(
                        issued.authority(),
                        issued.issuedAt(),
                        Printable.text(issued.issuedBy()),
                        issued.vetting()
                                .map(v -> "after " + v.findings().size() + " rules of vetting")
                                .orElse("without vetting"),
                        issued.certificate().getNotAfter().toInstant(),
                        issued.revoked()
                                .map(r -> "; REVOKED since " + r.date() + " ("
                                        + r.reason().label() + ")")
                                .orElse(""));
    }

    static void describe(ObjectNode node, IssuedCertificate issued) {
        node.put("serial", issued.serial())
                .put("authority", issued.authority())
                .put("subject", issued.certificate().getSubjectX500Principal().getName())
                .put("notAfter", issued.certificate().getNotAfter().toInstant().toString())
                .put("issuedAt", issued.issuedAt().toString())
                .put("issuedBy", issued.issuedBy())
                .put("vetted", issued.vetting().isPresent());
        issued.revoked()
                .ifPresent(r -> node.putObject("revoked")
                        .put("reason", r.reason().label())
                        .put("date", r.date().toString())
                        .put("recordedAt", r.recordedAt().toString()));
    }
}

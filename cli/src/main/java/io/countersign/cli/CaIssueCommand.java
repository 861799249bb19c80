package io.countersign.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.ca.CannotIssue;
import io.countersign.ca.Enrolment;
import io.countersign.ca.EnrolmentFile;
import io.countersign.ca.KeyRequest;
import io.countersign.ca.LabCa;
import io.countersign.file.AtomicFile;
import io.countersign.home.Configuration;
import io.countersign.home.ConfigurationException;
import io.countersign.home.PkiAddresses;
import io.countersign.hsm.KeyPurpose;
import io.countersign.key.KeyAttributes;
import io.countersign.key.KeyUnavailable;
import io.countersign.x509.PemCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code countersign ca issue}: from an enrolment and a key to a certificate, or to every reason against it. */
@Command(
        name = "issue",
        sortOptions = false,
        description = "Vet an enrolment and certify its key for EV code signing, or say all that speaks against it.",
        footer = {
            "",
            "The enrolment states legal identity, operational history, physical presence and key protection, and who",
            "vetted it; docs/lab-ca.md has one to copy. It becomes part of a public record, to which the certificate",
            "links. Of a certification request only the key counts. OUT gets the certificate and its chain, PEM.",
            "",
            "Examples:",
            "  countersign ca issue --enrolment acme.yaml --csr acme.csr -o acme.pem",
            "  countersign ca issue --enrolment acme.yaml --key lab-publisher -o pki/acme.pem --days 90"
        })
final class CaIssueCommand implements Callable<Integer> {
    private final Shell shell;

    @Option(
            names = "--enrolment",
            paramLabel = "FILE",
            required = true,
            description = "What is stated and was verified.")
    private Path enrolment = Path.of("");

    @ArgGroup(multiplicity = "1")
    private KeyChoice choice = new KeyChoice();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "OUT",
            required = true,
            description = "Where the certificate and its chain go.")
    private Path output = Path.of("");

    @Option(
            names = "--days",
            paramLabel = "N",
            defaultValue = "" + LabCa.MAXIMUM_DAYS,
            description = "How long it lives; ${DEFAULT-VALUE}, which is the most (CSBR 6.3.2).")
    private int days = LabCa.MAXIMUM_DAYS;

    @Mixin
    private Json json;

    static final class KeyChoice {
        @Option(names = "--csr", paramLabel = "FILE", description = "A certification request (PKCS #10), PEM or DER.")
        private Optional<Path> request = Optional.empty();

        @Option(
                names = "--key",
                paramLabel = "LABEL",
                description = "A key of the home's tokens, by its name in countersign.yaml or its label.")
        private Optional<String> key = Optional.empty();
    }

    CaIssueCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws Failure, ConfigurationException, IOException, KeyUnavailable {
        if (choice.request.isEmpty() && choice.key.isEmpty()) {
            throw Failure.usage("which key? Neither --csr nor --key is given", "see 'countersign ca issue --help'");
        }
        Path out = OutputPath.file(output);
        Enrolment stated = enrolment();
        CaAccess access = CaAccess.of(shell).refreshOrSay(shell);
        LabCa.Issued issued;
        try {
            issued = access.ca().issue(order(access, stated));
        } catch (CannotIssue e) {
            throw Failure.refused(e.getMessage(), "nothing was issued; correct it and try again");
        }
        List<X509Certificate> chain = new ArrayList<>();
        chain.add(issued.record().certificate());
        chain.addAll(issued.authority().chain());
        AtomicFile.write(out, temporary -> Files.writeString(temporary, PemCertificates.text(chain)));
        String address = new PkiAddresses(access.configuration().pkiBaseUrl())
                .issued(issued.record().serial())
                .toString();
        if (json.wanted()) {
            ObjectNode document = Json.document().put("output", out.toString()).put("record", address);
            CaListCommand.describe(document, issued.record());
            shell.out().println(Json.text(document));
        } else {
            shell.out().println("issued " + issued.record().serial() + " -> " + out);
            shell.out().println("record " + address);
        }
        return ExitCode.GOOD;
    }

    private Enrolment enrolment() throws Failure, IOException {
        try {
            return EnrolmentFile.read(
                    enrolment,
                    SmallFile.read(enrolment, EnrolmentFile.MAXIMUM_BYTES).toByteArray());
        } catch (ConfigurationException e) {
            throw Failure.usage(e.getMessage(), "correct the enrolment; docs/lab-ca.md shows one");
        }
    }

    private LabCa.Order order(CaAccess access, Enrolment stated)
            throws Failure, IOException, KeyUnavailable, CannotIssue {
        if (choice.request.isPresent()) {
            byte[] octets = SmallFile.read(choice.request.get(), KeyRequest.MAXIMUM_BYTES)
                    .toByteArray();
            return order(stated, KeyRequest.of(octets), Optional.empty());
        }
        String name = choice.key.orElseThrow();
        Configuration.Key key = access.configuration()
                .key(name)
                .or(() -> access.configuration().keys().stream()
                        .filter(k -> k.label().equals(name))
                        .findFirst())
                .orElseThrow(() -> Failure.usage(
                        "countersign.yaml has no key '" + name + "'", "'countersign hsm status' shows what there is"));
        return order(
                stated,
                new KeyRequest(
                        access.hsm()
                                .key(key.name(), KeyPurpose.SELF_TEST)
                                .certificate()
                                .getPublicKey(),
                        "'" + key.name() + "'"),
                Optional.of(access.hsm().attributes(key.name())));
    }

    private LabCa.Order order(Enrolment stated, KeyRequest key, Optional<KeyAttributes> attributes) {
        return new LabCa.Order(
                stated, key, attributes, days, System.getProperty("user.name", "somebody without a name"));
    }
}

package io.countersign.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.x509.PemCertificates;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code countersign trust export-kit}: the lab's certificates for a Windows test machine. */
@Command(
        name = "export-kit",
        description = "Write the lab's certificates, with scripts that install and remove them in Windows.",
        footer = {
            "",
            "For test machines only. The kernel has a list of roots of its own: a driver the lab signed loads only in",
            "test-signing mode, which Secure Boot refuses. The README.txt of the kit says it all, with expiry dates.",
            "",
            "Example:",
            "  countersign trust export-kit -o kit"
        })
final class TrustExportKitCommand implements Callable<Integer> {
    private final Shell shell;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FOLDER",
            required = true,
            description = "Where it goes; made if it is not there.")
    private String output = "";

    @Mixin
    private Json json;

    TrustExportKitCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException, Failure {
        X509Certificate root = certificate("lab-root.pem").orElseThrow(() -> missing("lab-root.pem"));
        X509Certificate publisher = certificate("lab-publisher.pem").orElseThrow(() -> missing("lab-publisher.pem"));
        Path folder = OutputPath.folder(output);
        TrustKit kit = TrustKit.write(folder, root, certificate("lab-timestamp-root.pem"), publisher);
        if (json.wanted()) {
            ObjectNode document = Json.document().put("output", folder.toString());
            ArrayNode files = document.putArray("files");
            kit.files().forEach(files::add);
            shell.out().println(Json.text(document));
        } else {
            shell.out().println(folder + ": " + String.join(", ", kit.files()));
            kit.lines().forEach(shell.out()::println);
        }
        return ExitCode.GOOD;
    }

    private Optional<X509Certificate> certificate(String name) throws IOException {
        Optional<Path> file = shell.certificate(name);
        return file.isEmpty()
                ? Optional.empty()
                : Optional.of(PemCertificates.read(file.get()).get(0));
    }

    private Failure missing(String name) {
        return Failure.outside(
                "there is no lab PKI at " + shell.home().pki() + ": " + name + " is missing",
                "run 'countersign hsm init' to make one, or set COUNTERSIGN_HOME to the home you mean");
    }
}

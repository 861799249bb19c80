package io.countersign.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.provenance.VerifyProvenance;
import io.countersign.verify.Finding;
import io.countersign.x509.PemCertificates;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code countersign verify-provenance}: a signed file against its attestation, offline. */
@Command(
        name = "verify-provenance",
        sortOptions = false,
        description = "Check a signed file against its provenance record, offline.",
        footer = {
            "",
            "Without --evidence the home's pki/lab-evidence.pem is used. Somebody else's record is checked with the",
            "certificate they gave you by another way than the record itself.",
            "",
            "Example:",
            "  countersign verify-provenance signed.sys --provenance signed.sys.intoto.jsonl"
        })
final class VerifyProvenanceCommand implements Callable<Integer> {
    private final Shell shell;

    @Parameters(paramLabel = "FILE", description = "The signed file; only read.")
    private Path file;

    @Option(
            names = "--provenance",
            paramLabel = "FILE",
            required = true,
            description = "Its in-toto attestation, FILE.intoto.jsonl.")
    private Path provenance;

    @Option(
            names = "--evidence",
            paramLabel = "PEM",
            description = "The certificate of the key that signs attestations.")
    private Optional<Path> evidence = Optional.empty();

    @Mixin
    private Json json;

    VerifyProvenanceCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws Failure, IOException {
        Path certificate = evidence.or(() -> shell.certificate("lab-evidence.pem"))
                .orElseThrow(() -> Failure.usage(
                        "no --evidence given and no pki/lab-evidence.pem in "
                                + shell.home().root(),
                        "give the certificate of whoever made the attestation with --evidence"));
        X509Certificate signer = PemCertificates.read(certificate).get(0);
        if (!(signer.getPublicKey() instanceof RSAPublicKey || signer.getPublicKey() instanceof ECPublicKey)) {
            throw Failure.usage(
                    certificate + " is of a key for " + signer.getPublicKey().getAlgorithm()
                            + ", and attestations are signed with RSA or EC keys",
                    "name the evidence certificate of whoever made the attestation");
        }
        List<Finding> findings = VerifyProvenance.verify(file, provenance, signer);
        boolean good = good(findings);
        if (json.wanted()) {
            ObjectNode document = Json.document()
                    .put("file", file.toString())
                    .put("provenance", provenance.toString())
                    .put("verified", good);
            ReportText.describe(document.putArray("findings"), findings);
            shell.out().println(Json.text(document));
        } else {
            shell.out().println(file + ": " + (good ? "provenance holds" : "provenance does not hold"));
            ReportText.findings(findings).forEach(shell.out()::println);
        }
        return good ? ExitCode.GOOD : ExitCode.NO;
    }

    /** No check is no proof: an empty list is not good. */
    static boolean good(List<Finding> findings) {
        return !findings.isEmpty() && findings.stream().noneMatch(f -> f.outcome() == Finding.Outcome.FAILED);
    }
}

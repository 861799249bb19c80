package io.countersign.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.trust.TrustFolder;
import io.countersign.trust.UnusableTrust;
import io.countersign.verify.Report;
import io.countersign.verify.Verdict;
import io.countersign.verify.VerifyFile;
import io.countersign.x509.PemCertificates;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code countersign verify}: digest, signature, chain and timestamp, judged against given roots. */
@Command(
        name = "verify",
        sortOptions = false,
        description = "Say whether a file's signatures hold, and why; needs no token and no server.",
        footer = {
            "",
            "Without --roots and --tsa-roots the lab roots of the home are trusted: pki/lab-root.pem and",
            "pki/lab-timestamp-root.pem. Revocation lists of the home count: those of its own CAs and imported ones.",
            "Ends with 1 unless every file is trusted.",
            "",
            "Examples:",
            "  countersign verify signed.sys",
            "  countersign verify --roots my-root.pem --tsa-roots tsa-root.pem --at 2030-01-01 --json signed.sys"
        })
final class VerifyCommand implements Callable<Integer> {
    private final Shell shell;

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "Signed files; only read.")
    private List<Path> files = List.of();

    @Option(names = "--roots", paramLabel = "PEM", description = "Trust these roots for code signing.")
    private Optional<Path> roots = Optional.empty();

    @Option(names = "--tsa-roots", paramLabel = "PEM", description = "Trust these roots for timestamps.")
    private Optional<Path> tsaRoots = Optional.empty();

    @Option(
            names = "--at",
            paramLabel = "TIME",
            converter = Moment.class,
            description = "Judge as of this time instead of now: 2030-01-01 (UTC) or 2030-01-01T12:00:00Z.")
    private Optional<Instant> at = Optional.empty();

    @Mixin
    private Json json;

    VerifyCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException, UnusableTrust {
        VerifyFile verifier = new VerifyFile(
                roots(roots, "lab-root.pem", "--roots"),
                roots(tsaRoots, "lab-timestamp-root.pem", "--tsa-roots"),
                new TrustFolder(shell.home()).revocationLists(),
                at.orElseGet(Instant::now));
        if (!json.wanted()) {
            verifier = verifier.withoutSha256();
        }
        boolean trusted = true;
        ObjectNode document = json.wanted() ? Json.document() : null;
        ArrayNode list = document == null ? null : document.putArray("files");
        for (Path file : files) {
            Report report = verifier.verify(file);
            trusted &= report.verdict() instanceof Verdict.Trusted;
            if (list == null) {
                ReportText.lines(file, report).forEach(shell.out()::println);
            } else {
                ReportText.describe(list.addObject(), file, report);
            }
        }
        if (document != null) {
            shell.out().println(Json.text(document));
        }
        return trusted ? ExitCode.GOOD : ExitCode.NO;
    }

    private List<X509Certificate> roots(Optional<Path> given, String ofHome, String option) throws IOException {
        Optional<Path> file = given.or(() -> shell.certificate(ofHome));
        if (file.isEmpty()) {
            shell.progress("countersign: no " + option + " given and no pki/" + ofHome + " in "
                    + shell.home().root() + ": nothing is trusted there");
            return List.of();
        }
        return PemCertificates.read(file.get());
    }
}

package io.countersign.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.cms.AuthenticodeSignature;
import io.countersign.cms.MalformedSignature;
import io.countersign.sign.AttachFile;
import io.countersign.sign.SignedFile;
import io.countersign.sign.UnacceptableFile;
import io.countersign.timestamp.TimestampSource;
import io.countersign.timestamp.TimestampUnavailable;
import io.countersign.x509.PathBuilder;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code countersign attach}: puts a signature that was made elsewhere into its file. */
@Command(
        name = "attach",
        sortOptions = false,
        description = "Put a signature that 'countersign sign-digest' made into the file it is about.",
        footer = {
            "",
            "The signature may also be one that 'osslsigncode extract-signature' took out of a signed file. It is",
            "checked first: one that does not hold, or is about another file, is not attached.",
            "",
            "Examples:",
            "  countersign attach driver.sys driver.sig -o signed.sys",
            "  countersign attach driver.sys driver.sig --in-place --tsa http://timestamp.example/"
        })
final class AttachCommand implements Callable<Integer> {
    private static final int MAXIMUM_SIGNATURE = 16 << 20;

    private final Shell shell;

    @Parameters(index = "0", paramLabel = "FILE", description = "The file that was digested.")
    private Path file;

    @Parameters(index = "1", paramLabel = "FILE.sig", description = "Its signature; only read.")
    private Path signature;

    @ArgGroup(multiplicity = "1")
    private Outputs outputs = new Outputs();

    @Option(
            names = "--tsa",
            paramLabel = "URL",
            description = "Timestamp it here, with this RFC 3161 authority; several are tried in turn.")
    private List<URI> authorities = List.of();

    @Mixin
    private TsaRoots tsaRoots;

    @ArgGroup
    private SignCommand.Already already = new SignCommand.Already();

    @Mixin
    private Json json;

    AttachCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws Failure, IOException, TimestampUnavailable {
        Path output = outputs.of(List.of(file)).get(0);
        AuthenticodeSignature made;
        try {
            made = AuthenticodeSignature.parse(SmallFile.read(signature, MAXIMUM_SIGNATURE));
        } catch (MalformedSignature e) {
            throw Failure.refused(
                    signature + ": " + e.getMessage(), "give a DER file that 'countersign sign-digest' wrote");
        }
        Optional<PathBuilder> trusted = tsaRoots.forAuthorities(authorities);
        Optional<TimestampSource> timestamps = authorities.isEmpty()
                ? Optional.empty()
                : Optional.of(LocalKeys.remoteTimestamps(authorities, trusted));
        SignedFile signed;
        try {
            signed = new AttachFile(timestamps).attach(file, made, output, already.existing());
        } catch (UnacceptableFile e) {
            throw Failure.unacceptable(file, e);
        }
        SignedFileReport.warn(shell, file, signed);
        boolean stamped = signed.timestamp().isPresent() || !made.timestamps().isEmpty();
        if (json.wanted()) {
            ObjectNode document = Json.document();
            SignedFileReport.describe(document, file, output, signed);
            shell.out().println(Json.text(document.put("timestamped", stamped)));
        } else {
            shell.out()
                    .println("%s -> %s: signed by %s, %s"
                            .formatted(
                                    file,
                                    output,
                                    SignedFileReport.signer(signed),
                                    stamped ? "timestamped" : "no timestamp"));
        }
        return ExitCode.GOOD;
    }
}

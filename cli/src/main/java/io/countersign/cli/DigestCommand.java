package io.countersign.cli;

import io.countersign.file.AtomicFile;
import io.countersign.sign.SignFile;
import io.countersign.sign.ToBeSigned;
import io.countersign.sign.UnacceptableFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code countersign digest}: the first of the two phases, where the file is. */
@Command(
        name = "digest",
        sortOptions = false,
        description = "Write what a key has to sign of a file, small enough to carry to where the key is.",
        footer = {
            "",
            "The to-be-signed file (DER) has the image digest, the signed attributes, and the file's size and SHA-256.",
            "The signed file is the one 'countersign sign' would have written with the same key and options.",
            "",
            "Example:",
            "  countersign digest driver.sys -o driver.tbs        # here",
            "  countersign sign-digest driver.tbs -o driver.sig   # where the key is",
            "  countersign attach driver.sys driver.sig -o signed.sys"
        })
final class DigestCommand implements Callable<Integer> {
    private final Shell shell;

    @Parameters(paramLabel = "FILE", description = "A PE file; only read.")
    private Path file;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE.tbs",
            required = true,
            description = "Where the to-be-signed file goes.")
    private String output;

    @ArgGroup
    private SignCommand.Already already = new SignCommand.Already();

    @Mixin
    private SignatureOptions what;

    @Mixin
    private Json json;

    DigestCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws Failure, IOException {
        Path target = OutputPath.file(OutputPath.typed(output));
        SignFile.Options options = what.with(already.existing());
        ToBeSigned made;
        try {
            made = ToBeSigned.of(file, options);
        } catch (UnacceptableFile e) {
            throw Failure.unacceptable(file, e);
        }
        AtomicFile.write(
                target, temporary -> Files.write(temporary, made.encoded().toByteArray()));
        if (json.wanted()) {
            shell.out()
                    .println(Json.text(Json.document()
                            .put("file", file.toString())
                            .put("output", target.toString())
                            .put(
                                    "imageDigest",
                                    made.content().imageDigest().value().hex())
                            .put("sha256", made.fileSha256().value().hex())));
        } else {
            shell.out()
                    .println(file + " -> " + target + ": to be signed, image digest "
                            + made.content().imageDigest());
        }
        return ExitCode.GOOD;
    }
}

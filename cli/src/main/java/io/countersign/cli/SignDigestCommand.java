package io.countersign.cli;

import io.countersign.cms.AuthenticodeSignature;
import io.countersign.file.AtomicFile;
import io.countersign.home.Configuration;
import io.countersign.home.ConfigurationException;
import io.countersign.hsm.Hsm;
import io.countersign.hsm.KeyPurpose;
import io.countersign.key.KeyUnavailable;
import io.countersign.sign.SignFile;
import io.countersign.sign.ToBeSigned;
import io.countersign.sign.UnacceptableFile;
import io.countersign.timestamp.TimestampUnavailable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code countersign sign-digest}: the second of the two phases, where the key is. */
@Command(
        name = "sign-digest",
        sortOptions = false,
        description = "Sign what 'countersign digest' wrote, with a key of the local token; the file stays away.",
        footer = {
            "",
            "What is signed is shown, and is an Authenticode signature of that image digest, with page hashes if asked for. The",
            "result is a PKCS#7 SignedData in DER with the certificate chain and, unless --no-timestamp, a timestamp.",
            "'countersign attach' puts it into the file; 'countersign digest --help' shows the whole way.",
            "",
            "Example:",
            "  countersign sign-digest driver.tbs -o driver.sig"
        })
final class SignDigestCommand implements Callable<Integer> {
    private final Shell shell;

    @Parameters(paramLabel = "FILE.tbs", description = "What is to be signed; only read.")
    private Path file;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE.sig",
            required = true,
            description = "Where the signature goes.")
    private String output;

    @Option(
            names = "--key",
            paramLabel = "LABEL",
            description = "The key, by its name in countersign.yaml or its label.")
    private Optional<String> key = Optional.empty();

    @ArgGroup
    private SignCommand.Timestamping timestamping = new SignCommand.Timestamping();

    @Mixin
    private TsaRoots tsaRoots;

    @Mixin
    private Json json;

    SignDigestCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws Failure, ConfigurationException, IOException, KeyUnavailable, TimestampUnavailable {
        Path target = OutputPath.file(OutputPath.typed(output));
        ToBeSigned wanted;
        try {
            wanted = ToBeSigned.parse(SmallFile.read(file, ToBeSigned.MAXIMUM_SIZE));
        } catch (UnacceptableFile e) {
            throw Failure.refused(file + ": " + e.getMessage(), "");
        }
        Configuration configuration = shell.configuration();
        LocalKeys keys = new LocalKeys(configuration, Hsm.open(shell.home(), configuration));
        Configuration.Key chosen = keys.choose(key);
        AuthenticodeSignature made = new SignFile(
                        keys.open(chosen, KeyPurpose.CODE_SIGNING), timestamping.sources(keys, tsaRoots))
                .sign(wanted);
        AtomicFile.write(
                target, temporary -> Files.write(temporary, made.encoded().toByteArray()));
        if (json.wanted()) {
            shell.out()
                    .println(Json.text(Json.document()
                            .put("file", file.toString())
                            .put("output", target.toString())
                            .put("key", chosen.name())
                            .put(
                                    "imageDigest",
                                    wanted.content().imageDigest().value().hex())
                            .put("pageHashes", wanted.content().pageHashes().isPresent())
                            .put("fileSize", wanted.fileSize())
                            .put("fileSha256", wanted.fileSha256().value().hex())
                            .put("timestamped", !made.timestamps().isEmpty())));
        } else {
            shell.out()
                    .println("%s -> %s: signed with %s, %s: image digest %s%s of a file of %d bytes, %s"
                            .formatted(
                                    file,
                                    target,
                                    chosen.name(),
                                    made.timestamps().isEmpty() ? "no timestamp" : "timestamped",
                                    wanted.content().imageDigest(),
                                    wanted.content().pageHashes().isPresent() ? " and page hashes" : "",
                                    wanted.fileSize(),
                                    wanted.fileSha256()));
        }
        return ExitCode.GOOD;
    }
}

package io.countersign.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.home.Configuration;
import io.countersign.home.ConfigurationException;
import io.countersign.hsm.Hsm;
import io.countersign.key.KeyUnavailable;
import io.countersign.sign.TimestampByFormat;
import io.countersign.sign.TimestampFile;
import io.countersign.sign.UnacceptableFile;
import io.countersign.timestamp.TimestampSource;
import io.countersign.timestamp.TimestampUnavailable;
import io.countersign.timestamp.Timestamped;
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

/** {@code countersign timestamp}: a timestamp for a file that is signed already, without its key. */
@Command(
        name = "timestamp",
        sortOptions = false,
        description = "Add an RFC 3161 timestamp to files that are signed already, without their key.",
        footer = {
            "",
            "Without --tsa the TSAs of countersign.yaml are used; our own authority runs in this process. With --tsa no",
            "installation is needed. The signature is checked first: a broken one gets no timestamp.",
            "",
            "Examples:",
            "  countersign timestamp signed.sys -o stamped.sys",
            "  countersign timestamp --in-place --tsa http://timestamp.example/ *.dll"
        })
final class TimestampCommand implements Callable<Integer> {
    private final Shell shell;

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "Signed files of any format but catalogs.")
    private List<Path> files = List.of();

    @ArgGroup(multiplicity = "1")
    private Outputs outputs = new Outputs();

    @Option(
            names = "--tsa",
            paramLabel = "URL",
            description = "An RFC 3161 authority; give several to have them tried in turn.")
    private List<URI> authorities = List.of();

    @Mixin
    private TsaRoots tsaRoots;

    @Option(names = "--add", description = "Add another timestamp to a signature that has one.")
    private boolean add;

    @Option(
            names = "--signature",
            paramLabel = "N",
            defaultValue = "0",
            description = "Which signature: 0, the primary (the default), or 1, 2, … nested in it.")
    private int signature;

    @Mixin
    private Json json;

    TimestampCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws Failure, ConfigurationException, IOException, KeyUnavailable, TimestampUnavailable {
        if (signature < 0) {
            throw Failure.usage(
                    "--signature " + signature + " is no signature", "0 is the primary, 1 the first nested");
        }
        List<Path> targets = outputs.of(files);
        TimestampByFormat timestamper = new TimestampByFormat(source());
        TimestampFile.Options options = new TimestampFile.Options(signature, add);
        ObjectNode document = json.wanted() ? Json.document() : null;
        ArrayNode list = document == null ? null : document.putArray("files");
        for (int i = 0; i < files.size(); i++) {
            Timestamped stamp;
            try {
                stamp = timestamper.timestamp(files.get(i), targets.get(i), options);
            } catch (UnacceptableFile e) {
                throw Failure.unacceptable(files.get(i), e).after(document, files.get(i));
            } catch (IOException | TimestampUnavailable e) {
                throw ErrorReport.describe(e).after(document, files.get(i));
            }
            TimestampReport.warn(shell, files.get(i), stamp);
            if (list == null) {
                shell.out()
                        .println("%s -> %s: %s".formatted(files.get(i), targets.get(i), TimestampReport.text(stamp)));
            } else {
                ObjectNode node = list.addObject()
                        .put("file", files.get(i).toString())
                        .put("output", targets.get(i).toString())
                        .put("signature", signature);
                TimestampReport.describe(node.putObject("timestamp"), stamp);
            }
        }
        if (document != null) {
            shell.out().println(Json.text(document));
        }
        return ExitCode.GOOD;
    }

    private TimestampSource source() throws Failure, ConfigurationException, KeyUnavailable, IOException {
        Optional<PathBuilder> trusted = tsaRoots.forAuthorities(authorities);
        if (!authorities.isEmpty()) {
            return LocalKeys.remoteTimestamps(authorities, trusted);
        }
        Configuration configuration = shell.configuration();
        return new LocalKeys(configuration, Hsm.open(shell.home(), configuration)).configuredTimestamps();
    }
}

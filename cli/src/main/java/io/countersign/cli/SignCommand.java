package io.countersign.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.home.Configuration;
import io.countersign.home.ConfigurationException;
import io.countersign.hsm.Hsm;
import io.countersign.hsm.KeyPurpose;
import io.countersign.key.KeyUnavailable;
import io.countersign.key.SigningKey;
import io.countersign.sign.SignByFormat;
import io.countersign.sign.SignFile;
import io.countersign.sign.SignFile.Existing;
import io.countersign.sign.SignedFile;
import io.countersign.sign.UnacceptableFile;
import io.countersign.timestamp.TimestampSource;
import io.countersign.timestamp.TimestampUnavailable;
import io.countersign.trust.TrustFolder;
import io.countersign.trust.UnusableTrust;
import io.countersign.x509.DistinguishedNames;
import io.countersign.x509.PathBuilder;
import io.countersign.x509.Revocation;
import io.countersign.x509.RevocationLists;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code countersign sign}: signs with a key of the local token; no server. */
@Command(
        name = "sign",
        sortOptions = false,
        description = "Sign and timestamp with a key of the local token; needs no server and no network.",
        footer = {
            "",
            "Only keys marked 'local: true' in countersign.yaml sign here; release keys sign through a server's policy.",
            "Without --tsa the TSAs of countersign.yaml are used; our own authority runs in this process.",
            "",
            "Examples:",
            "  countersign sign driver.sys -o signed.sys",
            "  countersign sign --in-place *.dll",
            "  countersign sign setup.msi -o signed/             with signed/ a folder; so for .cab, .cat, .msix, .nupkg, .ps1",
            "  countersign sign --tsa http://timestamp.example/ --description 'My driver' driver.sys -o out/"
        })
final class SignCommand implements Callable<Integer> {
    private final Shell shell;

    @Parameters(
            paramLabel = "FILE",
            arity = "1..*",
            description = "Files of any format that 'countersign formats' lists.")
    private List<Path> files = List.of();

    @ArgGroup(multiplicity = "1")
    private Outputs where = new Outputs();

    @Option(
            names = "--key",
            paramLabel = "LABEL",
            description = "The key, by its name in countersign.yaml or its label.")
    private Optional<String> key = Optional.empty();

    @ArgGroup
    private Timestamping timestamping = new Timestamping();

    @Mixin
    private TsaRoots tsaRoots;

    @ArgGroup
    private Already already = new Already();

    @Mixin
    private SignatureOptions what;

    @Mixin
    private Json json;

    static class Timestamping {
        @Option(
                names = "--tsa",
                paramLabel = "URL",
                description = "An RFC 3161 authority; give several to have them tried in turn.")
        private List<URI> authorities = List.of();

        @Option(names = "--no-timestamp", description = "No timestamp: the signature dies with its certificate.")
        private boolean none;

        /** Those that were named, else those of countersign.yaml; empty if no timestamp is wanted. */
        Optional<TimestampSource> sources(LocalKeys keys, TsaRoots roots) throws Failure, KeyUnavailable, IOException {
            Optional<PathBuilder> trusted = roots.forAuthorities(authorities);
            if (none) {
                return Optional.empty();
            }
            return Optional.of(
                    authorities.isEmpty()
                            ? keys.configuredTimestamps()
                            : LocalKeys.remoteTimestamps(authorities, trusted));
        }
    }

    static final class Already {
        @Option(names = "--append", description = "Add a second signature to a file that has one.")
        private boolean append;

        @Option(names = "--replace", description = "Take existing signatures away first.")
        private boolean replace;

        Existing existing() {
            return append ? Existing.APPEND : replace ? Existing.REPLACE : Existing.REFUSE;
        }
    }

    SignCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws Failure, ConfigurationException, IOException, KeyUnavailable, TimestampUnavailable {
        List<Path> outputs = where.of(files);
        SignFile.Options options = what.with(already.existing()).withOutputSha256(json.wanted());
        Configuration configuration = shell.configuration();
        LocalKeys keys = new LocalKeys(configuration, Hsm.open(shell.home(), configuration));
        Configuration.Key chosen = keys.choose(key);
        SigningKey opened = keys.open(chosen, KeyPurpose.CODE_SIGNING);
        warnOfRevoked(opened.chain());
        SignByFormat signer = new SignByFormat(opened, timestamping.sources(keys, tsaRoots), InstantSource.system());

        ObjectNode document = json.wanted() ? Json.document() : null;
        ArrayNode list = document == null ? null : document.putArray("files");
        for (int i = 0; i < files.size(); i++) {
            SignedFile signed;
            try {
                signed = signer.sign(files.get(i), outputs.get(i), options);
            } catch (UnacceptableFile e) {
                throw Failure.unacceptable(files.get(i), e).after(document, files.get(i));
            } catch (IOException | KeyUnavailable | TimestampUnavailable e) {
                throw ErrorReport.describe(e).after(document, files.get(i));
            }
            SignedFileReport.warn(shell, files.get(i), signed);
            if (list == null) {
                shell.out().println(line(files.get(i), outputs.get(i), chosen, signed));
            } else {
                describe(list.addObject(), files.get(i), outputs.get(i), chosen, signed);
            }
        }
        if (document != null) {
            shell.out().println(Json.text(document));
        }
        return ExitCode.GOOD;
    }

    /** Signing test files with it may be meant; that nobody will trust them should be known. */
    private void warnOfRevoked(List<X509Certificate> chain) throws IOException {
        Instant now = Instant.now();
        try {
            RevocationLists lists = new TrustFolder(shell.home()).revocationLists();
            for (int i = 0; i + 1 < chain.size(); i++) {
                if (lists.of(chain.get(i), chain.get(i + 1), now) instanceof Revocation.Revoked revoked) {
                    shell.progress("countersign: warning: “" + DistinguishedNames.commonName(chain.get(i))
                            + "” is revoked since " + revoked.since() + "; what is signed now is not trusted");
                }
            }
        } catch (UnusableTrust e) {
            shell.progress("countersign: warning: whether the key is revoked is not known: " + e.getMessage());
        }
    }

    private static String line(Path file, Path output, Configuration.Key key, SignedFile signed) {
        String stamped = signed.timestamp().map(t -> TimestampReport.text(t)).orElse("no timestamp");
        return "%s -> %s: signed with %s, %s".formatted(file, output, key.name(), stamped);
    }

    private static void describe(ObjectNode node, Path file, Path output, Configuration.Key key, SignedFile signed) {
        SignedFileReport.describe(node, file, output, signed);
        node.put("key", key.name());
        signed.timestamp().ifPresent(t -> TimestampReport.describe(node.putObject("timestamp"), t));
    }
}

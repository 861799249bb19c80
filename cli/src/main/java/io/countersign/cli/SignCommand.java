package io.countersign.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.home.Configuration;
import io.countersign.home.ConfigurationException;
import io.countersign.hsm.Hsm;
import io.countersign.hsm.KeyPurpose;
import io.countersign.key.DigestAlgorithm;
import io.countersign.key.KeyUnavailable;
import io.countersign.sign.SignFile;
import io.countersign.sign.SignFile.Existing;
import io.countersign.sign.SignedFile;
import io.countersign.sign.UnacceptableFile;
import io.countersign.timestamp.TimestampSource;
import io.countersign.timestamp.TimestampToken;
import io.countersign.timestamp.TimestampUnavailable;
import io.countersign.x509.DistinguishedNames;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

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
            "  countersign sign --tsa http://timestamp.example/ --description 'My driver' driver.sys -o out/"
        })
final class SignCommand implements Callable<Integer> {
    private final Shell shell;

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "PE files: .sys, .exe, .dll and the like.")
    private List<Path> files = List.of();

    @ArgGroup(multiplicity = "1")
    private Outputs where = new Outputs();

    @Option(
            names = "--key",
            paramLabel = "LABEL",
            description = "The key, by its name in countersign.yaml or its label.")
    private Optional<String> key = Optional.empty();

    @Option(
            names = "--digest",
            paramLabel = "ALGORITHM",
            converter = DigestName.class,
            defaultValue = "sha256",
            description = "sha256 (the default), sha384 or sha512.")
    private DigestAlgorithm digest = DigestAlgorithm.SHA256;

    @ArgGroup
    private Timestamping timestamping = new Timestamping();

    @ArgGroup
    private Already already = new Already();

    @Option(
            names = "--page-hashes",
            description = "Sign the SHA-256 of every page too, so that Windows checks pages as they are read.")
    private boolean pageHashes;

    @Option(
            names = "--rmc",
            description =
                    "Have Windows excuse octets in the signature that look like an archive, as signtool's /rmc does;"
                            + " done unasked when there are some.")
    private boolean relaxedMarkerCheck;

    @Option(names = "--description", paramLabel = "TEXT", description = "What Windows shows as the program's name.")
    private Optional<String> description = Optional.empty();

    @Option(names = "--url", paramLabel = "URL", description = "Where to read more about the program.")
    private Optional<URI> url = Optional.empty();

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
        Optional<TimestampSource> sources(LocalKeys keys) throws Failure, KeyUnavailable {
            if (none) {
                return Optional.empty();
            }
            return Optional.of(
                    authorities.isEmpty() ? keys.configuredTimestamps() : LocalKeys.remoteTimestamps(authorities));
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

    static final class DigestName implements ITypeConverter<DigestAlgorithm> {
        @Override
        public DigestAlgorithm convert(String name) {
            return switch (name.toLowerCase(Locale.ROOT)) {
                case "sha256" -> DigestAlgorithm.SHA256;
                case "sha384" -> DigestAlgorithm.SHA384;
                case "sha512" -> DigestAlgorithm.SHA512;
                default ->
                    throw new TypeConversionException(
                            "'" + name + "' is not a digest we sign with; use sha256, sha384 or sha512");
            };
        }
    }

    SignCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws Failure, ConfigurationException, IOException, KeyUnavailable, TimestampUnavailable {
        List<Path> outputs = where.of(files);
        checkUrl(url);
        Configuration configuration = shell.configuration();
        LocalKeys keys = new LocalKeys(configuration, Hsm.open(shell.home(), configuration));
        Configuration.Key chosen = keys.choose(key);
        SignFile signer = new SignFile(keys.open(chosen, KeyPurpose.CODE_SIGNING), timestamping.sources(keys));
        SignFile.Options options = new SignFile.Options(
                digest, already.existing(), description, url.map(URI::toString), pageHashes, relaxedMarkerCheck);

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
            for (String warning : signed.warnings()) {
                shell.progress("countersign: warning: " + files.get(i) + ": " + warning);
            }
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

    static void checkUrl(Optional<URI> url) throws Failure {
        if (url.isPresent() && !url.get().toString().equals(url.get().toASCIIString())) {
            throw Failure.usage(
                    "--url " + url.get() + " is not ASCII, and a signature holds nothing else",
                    "write it as " + url.get().toASCIIString());
        }
    }

    private static String line(Path file, Path output, Configuration.Key key, SignedFile signed) {
        String stamped = signed.timestamp()
                .map(t -> "timestamped " + t.genTime() + " by " + authority(t))
                .orElse("no timestamp");
        return "%s -> %s: signed with %s, %s".formatted(file, output, key.name(), stamped);
    }

    private static void describe(ObjectNode node, Path file, Path output, Configuration.Key key, SignedFile signed) {
        node.put("file", file.toString())
                .put("output", output.toString())
                .put("key", key.name())
                .put("signer", signed.chain().get(0).getSubjectX500Principal().getName())
                .put("sha256Before", signed.input().value().hex())
                .put("sha256After", signed.output().value().hex())
                .put("imageDigest", signed.imageDigestAfter().value().hex());
        ArrayNode warnings = node.putArray("warnings");
        signed.warnings().forEach(warnings::add);
        signed.timestamp()
                .ifPresent(t -> node.putObject("timestamp")
                        .put("time", t.genTime().toString())
                        .put("authority", authority(t)));
    }

    static String authority(TimestampToken token) {
        return token.signerCertificate()
                .map(DistinguishedNames::commonName)
                .orElse("an authority that does not say its name");
    }
}

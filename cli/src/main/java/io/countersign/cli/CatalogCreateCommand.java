package io.countersign.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.catalog.BuildCatalog;
import io.countersign.catalog.Catalog;
import io.countersign.catalog.CatalogVersion;
import io.countersign.catalog.DriverPackage;
import io.countersign.catalog.TargetSystem;
import io.countersign.catalog.UnfitPackage;
import io.countersign.file.AtomicFile;
import io.countersign.home.Configuration;
import io.countersign.home.ConfigurationException;
import io.countersign.hsm.Hsm;
import io.countersign.hsm.KeyPurpose;
import io.countersign.key.DigestAlgorithm;
import io.countersign.key.KeyUnavailable;
import io.countersign.sign.SignCatalog;
import io.countersign.timestamp.TimestampUnavailable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
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

/** {@code countersign catalog create}: what Inf2Cat does, and the signature. */
@Command(
        name = "create",
        sortOptions = false,
        description = "Make the catalog of a driver package, as Inf2Cat does, and sign it.",
        footer = {
            "",
            "The members are the INF and the files of its SourceDisksFiles and CopyFiles: PE files by their Authenticode",
            "digest, others whole. Sign the files in the package first, then make the catalog. Version 2 catalogs (SHA-256,",
            "with SHA-1 beside) are for Windows 8 and later, version 1 (SHA-1) for older ones. The same files and --time",
            "make the same catalog.",
            "",
            "Examples:",
            "  countersign catalog create hello-driver/",
            "  countersign catalog create pkg/ --os 10_X64,10_ARM64,Server2016_X64 --unsigned -o pkg.cat"
        })
final class CatalogCreateCommand implements Callable<Integer> {
    private final Shell shell;

    @Parameters(paramLabel = "FOLDER", description = "The driver package.")
    private Path folder;

    @Option(names = "--inf", paramLabel = "INF", description = "The INF, where the folder has several.")
    private Optional<Path> inf = Optional.empty();

    @Option(
            names = "--os",
            paramLabel = "LIST",
            split = ",",
            converter = SystemName.class,
            defaultValue = "10_X64",
            description = "Versions of Windows as Inf2Cat names them, with commas; 10_X64 without this.")
    private List<TargetSystem> systems = List.of();

    @Option(
            names = "--hash",
            paramLabel = "VERSION",
            converter = VersionName.class,
            defaultValue = "v2",
            description = "v2 (SHA-256, the default) or v1 (SHA-1, for Windows 7 and older).")
    private CatalogVersion version = CatalogVersion.V2;

    @Option(
            names = "--time",
            paramLabel = "TIME",
            converter = Moment.class,
            description = "When the catalog says it was made, instead of now.")
    private Optional<Instant> time = Optional.empty();

    @Option(
            names = "--key",
            paramLabel = "LABEL",
            description = "The key, by its name in countersign.yaml or its label.")
    private Optional<String> key = Optional.empty();

    @ArgGroup
    private Timestamping timestamping = new Timestamping();

    @Mixin
    private TsaRoots tsaRoots;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "CAT",
            description = "Where it goes; without this into the folder, under the name the INF gives.")
    private Optional<Path> output = Optional.empty();

    @Mixin
    private Json json;

    /** As for a file, or not signed at all. */
    static final class Timestamping extends SignCommand.Timestamping {
        @Option(names = "--unsigned", description = "No signature at all, as Inf2Cat leaves it; needs no token.")
        private boolean unsigned;
    }

    static final class SystemName implements ITypeConverter<TargetSystem> {
        @Override
        public TargetSystem convert(String id) {
            return TargetSystem.of(id)
                    .orElseThrow(() -> new TypeConversionException("'" + id
                            + "' is no version of Windows; use one of " + TargetSystem.known()
                            + " followed by _X86, _X64 or _ARM64"));
        }
    }

    static final class VersionName implements ITypeConverter<CatalogVersion> {
        @Override
        public CatalogVersion convert(String name) {
            return switch (name.toLowerCase(Locale.ROOT)) {
                case "v1" -> CatalogVersion.V1;
                case "v2" -> CatalogVersion.V2;
                default -> throw new TypeConversionException("'" + name + "' is no catalog version; use v1 or v2");
            };
        }
    }

    CatalogCreateCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws Failure, ConfigurationException, IOException, KeyUnavailable, TimestampUnavailable {
        if (!Files.isDirectory(folder)) {
            throw Failure.usage(folder + " is not a folder", "name the folder of the driver package");
        }
        Catalog catalog;
        Path target;
        try {
            DriverPackage source = DriverPackage.read(folder, inf, systems);
            target = OutputPath.file(output.orElse(folder.resolve(source.catalogName())));
            catalog = BuildCatalog.of(source, version, time.orElseGet(Instant::now));
        } catch (UnfitPackage e) {
            throw Failure.refused(e.getMessage(), "");
        }
        if (timestamping.unsigned) {
            byte[] octets = catalog.encoded().toByteArray();
            AtomicFile.write(target, temporary -> Files.write(temporary, octets));
        } else {
            catalog = sign(catalog, target);
        }
        report(catalog, target);
        return ExitCode.GOOD;
    }

    private Catalog sign(Catalog catalog, Path target)
            throws Failure, ConfigurationException, IOException, KeyUnavailable, TimestampUnavailable {
        Configuration configuration = shell.configuration();
        LocalKeys keys = new LocalKeys(configuration, Hsm.open(shell.home(), configuration));
        Configuration.Key chosen = keys.choose(key);
        return new SignCatalog(keys.open(chosen, KeyPurpose.CODE_SIGNING), timestamping.sources(keys, tsaRoots))
                .sign(catalog, target, DigestAlgorithm.SHA256);
    }

    private void report(Catalog catalog, Path target) {
        long files =
                catalog.members().stream().filter(m -> m.content().isPresent()).count();
        String signature = CatalogShowCommand.signature(catalog);
        if (json.wanted()) {
            ObjectNode document = Json.document().put("output", target.toString());
            CatalogShowCommand.describe(document, catalog);
            shell.out().println(Json.text(document));
        } else {
            shell.out().println("%s: %d files, %s".formatted(target, files, signature));
        }
    }
}

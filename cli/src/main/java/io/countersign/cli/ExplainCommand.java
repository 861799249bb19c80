package io.countersign.cli;

import io.countersign.trust.ListKind;
import io.countersign.trust.Trust;
import io.countersign.trust.TrustFolder;
import io.countersign.trust.UnusableTrust;
import io.countersign.windows.FileReading;
import io.countersign.windows.GatherEvidence;
import io.countersign.windows.Machine;
import io.countersign.windows.NamedCatalog;
import io.countersign.windows.Role;
import io.countersign.windows.TrustAnchors;
import io.countersign.windows.TrustAnchors.Anchor;
import io.countersign.windows.packages.GatherPackage;
import io.countersign.x509.PemCertificates;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code countersign explain}: what Windows would say of a file, and why. */
@Command(
        name = "explain",
        sortOptions = false,
        description = "Say whether Windows would load a driver, what each of its checkers would report, and why.",
        footer = {
            "",
            "SPEC is a version of Windows, then settings: arch, secureboot, testsigning, hvci, upgraded, sha2, blocklist,",
            "driver-policy, allow-listed, app-control, start. What is not said and has no default is unknown; if the answer",
            "depends on it, that is the answer. CHECKER is loader, signtool, pa, kp, sigcheck, sigcheck-old or sigverif;",
            "loader accepts if that of every machine loads the file. Of a driver package, package accepts if every machine",
            "installs it, loader if it loads the .sys files it would install, the others if they accept every PE file in",
            "it; its catalogs count as installed.",
            "",
            "Judged by the roots and lists of the home ('countersign trust list') and those given here; Microsoft's own",
            "roots are recognised by thumbprint. No network, no Windows: this is the documented behaviour, rule by rule,",
            "'countersign rules' lists them. Ends with 0 whatever the answers are, unless --require asks for some.",
            "",
            "Details (--timeline, --layout, --asn1) come with --json too; --sarif has no place for them.",
            "",
            "Examples:",
            "  countersign explain driver.sys",
            "  countersign explain --machine windows-7,sha2=yes --machine windows-11-24h2,secureboot=on,hvci=on driver.sys",
            "  countersign explain --catalog driver.cat --require loader,kp --json driver.sys",
            "  countersign explain --require package,loader driver-package.cab",
            "  countersign explain --timeline --timeline-svg driver.svg driver.sys",
            "  countersign explain --layout --asn1 driver.sys"
        })
final class ExplainCommand implements Callable<Integer> {
    private static final String MACHINE = "windows-11-24h2,secureboot=on";

    private final Shell shell;

    @Parameters(
            paramLabel = "FILE",
            arity = "1..*",
            description = "Drivers, other PE files, driver packages (a folder, ZIP or CAB); only read.")
    private List<Path> files = List.of();

    @Option(
            names = "--machine",
            paramLabel = "SPEC",
            converter = MachineSpec.class,
            defaultValue = MACHINE,
            description = "Judge for this machine; may be repeated. Default: ${DEFAULT-VALUE}.")
    private List<Machine> machines = List.of();

    @Option(
            names = "--at",
            paramLabel = "TIME",
            converter = Moment.class,
            description = "Judge as of this time instead of now: 2030-01-01 (UTC) or 2030-01-01T12:00:00Z.")
    private Optional<Instant> at = Optional.empty();

    @Option(names = "--roots", paramLabel = "PEM", description = "Roots in the machine's store, beside the home's.")
    private List<Path> roots = List.of();

    @Option(names = "--tsa-roots", paramLabel = "PEM", description = "The same for timestamps.")
    private List<Path> tsaRoots = List.of();

    @Option(
            names = "--catalog",
            paramLabel = "CAT",
            description = "A catalog installed on the machine; may be repeated.")
    private List<Path> catalogs = List.of();

    @Option(
            names = "--require",
            paramLabel = "CHECKER",
            split = ",",
            description = "End with 1 unless each of these accepts every file; what is unknown is no yes.")
    private List<String> required = List.of();

    @Option(names = "--table", description = "Print one table instead, with a column for each file.")
    private boolean table;

    @Option(names = "--sarif", description = "Print who does not accept the files, and why, as a SARIF 2.1.0 log.")
    private boolean sarif;

    @Mixin
    private ExplainDetails details;

    @Mixin
    private Json json;

    ExplainCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException, Failure, UnusableTrust {
        for (String name : required) {
            if (!Explanation.names().contains(name)) {
                throw Failure.usage(
                        "'" + Printable.text(name) + "' is no checker",
                        "use one of " + String.join(", ", Explanation.names()));
            }
        }
        if (sarif && json.wanted()) {
            throw Failure.usage("--json and --sarif are two documents", "ask for one of them");
        }
        if (table && (sarif || json.wanted() || details.wanted())) {
            throw Failure.usage("--table is for people, and alone", "leave it out, or the other form of answer");
        }
        details.check(files, sarif);
        Trust trust = new TrustFolder(shell.home()).read();
        TrustAnchors anchors = anchors(trust);
        GatherEvidence gathering = new GatherEvidence(
                anchors,
                trust.denyLists(),
                trust.revocationLists(),
                at.orElseGet(() -> Instant.now().truncatedTo(ChronoUnit.SECONDS)));
        List<NamedCatalog> named = named();
        ExplainOutput output = output(missing(trust, anchors));
        List<String> unmet = new ArrayList<>();
        InOrder.each(files, file -> answer(file, gathering, named), answer -> {
            answer.tell(output);
            unmet.addAll(answer.unmet(required));
        });
        output.end(unmet);
        unmet.forEach(u -> shell.progress("countersign: required: " + Printable.text(u)));
        return unmet.isEmpty() ? ExitCode.GOOD : ExitCode.NO;
    }

    private ExplainOutput output(List<String> missing) {
        if (json.wanted()) {
            return ExplainOutput.Document.begin(shell.out(), missing);
        }
        if (sarif) {
            return new ExplainOutput.Sarif(shell.out(), new ExplainSarif(required));
        }
        return table
                ? new ExplainOutput.Table(shell.out(), missing)
                : new ExplainOutput.Text(shell.out(), details, missing);
    }

    /** What is said of one of the files. */
    private interface Answer {
        void tell(ExplainOutput output);

        List<String> unmet(List<String> required);
    }

    private record OfFile(Explanation explanation, FileDetails more) implements Answer {
        @Override
        public void tell(ExplainOutput output) {
            output.add(explanation, more);
        }

        @Override
        public List<String> unmet(List<String> required) {
            return explanation.unmet(required);
        }
    }

    private record OfPackage(PackageExplanation explanation) implements Answer {
        @Override
        public void tell(ExplainOutput output) {
            output.add(explanation);
        }

        @Override
        public List<String> unmet(List<String> required) {
            return explanation.unmet(required);
        }
    }

    private Answer answer(Path file, GatherEvidence gathering, List<NamedCatalog> named) throws IOException, Failure {
        if (GatherPackage.isPackage(file)) {
            details.checkPackage(file);
            GatherPackage packages = new GatherPackage(gathering, named);
            return new OfPackage(PackageExplanation.of(file, packages.gather(file), machines));
        }
        FileReading reading = FileReading.of(file);
        return new OfFile(
                Explanation.of(file, gathering.gather(reading, named), machines),
                details.of(file, reading, gathering, named, machines));
    }

    private TrustAnchors anchors(Trust trust) throws IOException {
        List<Anchor> anchors = new ArrayList<>(trust.anchors().anchors());
        for (Path file : roots) {
            PemCertificates.read(file).forEach(c -> anchors.add(Anchor.of(c)));
        }
        for (Path file : tsaRoots) {
            PemCertificates.read(file).forEach(c -> anchors.add(new Anchor(c, Role.TIMESTAMP_ROOT)));
        }
        return new TrustAnchors(anchors);
    }

    private List<NamedCatalog> named() throws IOException, Failure {
        List<NamedCatalog> named = new ArrayList<>();
        for (Path catalog : catalogs) {
            String name = Printable.text(catalog.getFileName().toString());
            named.add(new NamedCatalog(name, CatalogShowCommand.read(catalog)));
        }
        return named;
    }

    /** What the answers would be better founded with. */
    private static List<String> missing(Trust trust, TrustAnchors anchors) {
        Stream<String> roles =
                Stream.of(Role.values()).filter(r -> anchors.in(r).isEmpty()).map(Role::label);
        Stream<String> lists = Stream.of(ListKind.DISALLOWED, ListKind.DRIVER_REVOCATION, ListKind.DRIVER_BLOCK_LIST)
                .filter(k -> trust.list(k).isEmpty())
                .map(ListKind::label);
        Stream<String> crls =
                trust.crls().isEmpty() && trust.ocspResponses().isEmpty() ? Stream.of("crl") : Stream.empty();
        return Stream.of(roles, lists, crls).flatMap(s -> s).toList();
    }
}

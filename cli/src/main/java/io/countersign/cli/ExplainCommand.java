package io.countersign.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.trust.ListKind;
import io.countersign.trust.Trust;
import io.countersign.trust.TrustFolder;
import io.countersign.trust.UnusableTrust;
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
        List<String> missing = missing(trust, anchors);
        List<String> unmet = new ArrayList<>();
        List<Explanation> compared = new ArrayList<>();
        ObjectNode document = json.wanted() ? Json.document() : null;
        ArrayNode list = document == null ? null : ExplainJson.begin(document, missing);
        ExplainSarif log = sarif ? new ExplainSarif(required) : null;
        GatherPackage packages = new GatherPackage(gathering, named);
        for (Path file : files) {
            if (GatherPackage.isPackage(file)) {
                details.checkPackage(file);
                PackageExplanation explanation = PackageExplanation.of(file, packages.gather(file), machines);
                if (document != null) {
                    PackageJson.describe(document.withArray("packages").addObject(), explanation);
                } else if (log != null) {
                    PackageSarif.add(log, explanation);
                } else {
                    PackageText.of(explanation, details.rules()).forEach(shell.out()::println);
                    explanation.images().forEach(i -> print(i, FileDetails.NONE));
                }
                unmet.addAll(explanation.unmet(required));
                continue;
            }
            Explanation explanation = Explanation.of(file, gathering.gather(file, named), machines);
            FileDetails more = details.of(file, gathering, named, machines);
            if (list != null) {
                ObjectNode node = list.addObject();
                ExplainJson.describe(node, explanation);
                more.describe(node);
            } else if (log != null) {
                log.add(explanation);
            } else if (table) {
                compared.add(explanation);
            } else {
                print(explanation, more);
            }
            required.stream()
                    .filter(name -> !explanation.accepts(name))
                    .forEach(name -> unmet.add(name + " does not accept " + file));
        }
        if (document != null) {
            unmet.forEach(document.putArray("unmet")::add);
            shell.out().println(Json.text(document));
        } else if (log != null) {
            shell.out().println(Json.text(log.document()));
        } else {
            if (table) {
                ExplainTable.of(compared).forEach(shell.out()::println);
            }
            missing(missing, table ? ExplainTable.WIDTH : Columns.WIDTH).forEach(shell.out()::println);
        }
        unmet.forEach(u -> shell.progress("countersign: required: " + Printable.text(u)));
        return unmet.isEmpty() ? ExitCode.GOOD : ExitCode.NO;
    }

    private void print(Explanation explanation, FileDetails more) {
        List<String> lines = new ArrayList<>(ExplainText.of(explanation));
        lines.addAll(more.text());
        lines.addAll(details.trail(explanation));
        lines.add("");
        lines.forEach(shell.out()::println);
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

    private static List<String> missing(List<String> missing, int width) {
        return missing.isEmpty()
                ? List.of()
                : Columns.beside(
                        "Not supplied: ",
                        width,
                        String.join(", ", missing) + "; 'countersign trust import' takes what you have.");
    }
}

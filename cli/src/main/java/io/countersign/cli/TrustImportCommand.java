package io.countersign.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.trust.ListKind;
import io.countersign.trust.TrustImport;
import io.countersign.trust.TrustImport.Imported;
import io.countersign.trust.UnusableTrust;
import io.countersign.windows.Role;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** {@code countersign trust import}: more to judge files with. */
@Command(
        name = "import",
        sortOptions = false,
        description = "Take roots, Microsoft's lists, block lists and revocation lists into the home.",
        footer = {
            "",
            "What a file is, its content says: certificates (PEM, DER, PKCS#7), revocation lists (CRL), OCSP",
            "responses, Microsoft's authroot.stl, disallowedcert.stl and Driver.STL, a driver block list (App Control XML,",
            "or our YAML). Nothing is fetched, and nothing is installed in Windows. The same file twice changes nothing;",
            "of each kind of list there is one, which another replaces.",
            "",
            "Roles: user-root (in the machine's store), timestamp-root (the same for timestamps), microsoft-root and",
            "code-verification-root. The kernel knows the last two by thumbprint: Microsoft's own are recognised, and only",
            "a root whose name says LAB may stand for one.",
            "",
            "Examples:",
            "  countersign trust import company-root.pem",
            "  countersign trust import tsa-root.p7b --as timestamp-root",
            "  countersign trust import disallowedcert.stl SiPolicy_Enforced.xml"
        })
final class TrustImportCommand implements Callable<Integer> {
    private final Shell shell;

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "Files of any of these kinds; only read.")
    private List<Path> files = List.of();

    @ArgGroup
    private Meaning meaning = new Meaning();

    @Mixin
    private Json json;

    /** A root has a role, a list a kind. */
    static final class Meaning {
        @Option(
                names = "--as",
                paramLabel = "ROLE",
                converter = RoleName.class,
                description = "What the roots are to Windows; without this what it knows them as, else user-root.")
        private Optional<Role> role = Optional.empty();

        @Option(
                names = "--list",
                paramLabel = "KIND",
                converter = KindName.class,
                description = "Refuse files that are not this list: root-program, disallowed, driver-revocation or"
                        + " driver-block-list.")
        private Optional<ListKind> list = Optional.empty();
    }

    static final class RoleName implements ITypeConverter<Role> {
        @Override
        public Role convert(String label) {
            return Arrays.stream(Role.values())
                    .filter(r -> r.label().equals(label))
                    .findFirst()
                    .orElseThrow(() -> new TypeConversionException("'" + label + "' is no role; use one of "
                            + Arrays.stream(Role.values()).map(Role::label).collect(Collectors.joining(", "))));
        }
    }

    static final class KindName implements ITypeConverter<ListKind> {
        @Override
        public ListKind convert(String label) {
            return ListKind.named(label)
                    .orElseThrow(() -> new TypeConversionException("'" + label + "' is no kind of list; use one of "
                            + Arrays.stream(ListKind.values())
                                    .map(ListKind::label)
                                    .collect(Collectors.joining(", "))));
        }
    }

    TrustImportCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException, Failure {
        TrustImport trust = new TrustImport(shell.home(), meaning.role, meaning.list);
        ObjectNode document = json.wanted() ? Json.document() : null;
        ArrayNode list = document == null ? null : document.putArray("imported");
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        for (Path file : files) {
            if (files.size() > 1) {
                shell.progress("countersign: reading " + printable(file));
            }
            try {
                for (Imported one : trust.take(file, now)) {
                    tell(list, file, one);
                }
            } catch (UnusableTrust e) {
                throw Failure.refused(e.getMessage(), e.hint()).after(document, file);
            }
        }
        if (document != null) {
            shell.out().println(Json.text(document));
        }
        return ExitCode.GOOD;
    }

    private void tell(ArrayNode list, Path file, Imported one) {
        String state = one.state().name().toLowerCase(Locale.ROOT).replace('_', ' ');
        if (list != null) {
            list.add(Json.tree(one).put("file", file.toString()).put("state", state));
            return;
        }
        shell.out()
                .println("%s: %s%s%s%n    %s"
                        .formatted(
                                state,
                                one.name(),
                                one.role().isEmpty() ? "" : " as " + one.role(),
                                one.note().isEmpty() ? "" : "; " + one.note(),
                                one.thumbprint()));
    }

    private static String printable(Path file) {
        return file.toString().replaceAll("\\p{C}", "?");
    }
}

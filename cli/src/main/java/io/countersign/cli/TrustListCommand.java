package io.countersign.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.trust.ListKind;
import io.countersign.trust.Origin;
import io.countersign.trust.Trust;
import io.countersign.trust.TrustFolder;
import io.countersign.trust.TrustedList;
import io.countersign.trust.TrustedRoot;
import io.countersign.trust.UnusableTrust;
import io.countersign.windows.MicrosoftList;
import io.countersign.windows.MicrosoftList.SignatureVerdict;
import io.countersign.x509.DistinguishedNames;
import io.countersign.x509.Purpose;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509CRL;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code countersign trust list}: what there is to judge files with. */
@Command(
        name = "list",
        description = "Show the roots, each with what it is to Windows, and the lists of what is denied.",
        footer = {
            "",
            "Roots of the lab say LAB. A list that was not supplied leaves answers that depend on it unknown.",
            "",
            "Example:",
            "  countersign trust list --json"
        })
final class TrustListCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    private Json json;

    TrustListCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException, UnusableTrust {
        Trust trust = new TrustFolder(shell.home()).read();
        if (json.wanted()) {
            shell.out().println(Json.text(document(trust)));
        } else {
            print(trust);
        }
        return ExitCode.GOOD;
    }

    private void print(Trust trust) {
        line("Roots:%s", trust.roots().isEmpty() ? " none" : "");
        for (TrustedRoot root : trust.roots()) {
            line(
                    "  %-23s %s%s, until %s",
                    root.role().label(),
                    root.isLab() ? "LAB  " : "",
                    DistinguishedNames.commonName(root.certificate()),
                    root.certificate().getNotAfter().toInstant());
            line(
                    "      %s, %s%s",
                    root.thumbprint(),
                    root.ofThisHome() ? "of this home's own lab" : from(root.origin()),
                    trust.inProgram(root).map(p -> ", " + inProgram(p)).orElse(""));
        }
        line("");
        line("Lists:");
        for (ListKind kind : ListKind.values()) {
            Optional<TrustedList> list = trust.list(kind);
            if (list.isEmpty()) {
                line("  %-23s not supplied (%s)", kind.label(), kind.title());
            } else {
                line("  %-23s %s", kind.label(), describe(trust, list.get()));
                line("      %s", from(list.get().origin()));
            }
        }
        trust.crls()
                .forEach((file, crl) -> line(
                        "  %-23s of %s, made %s%n      %s",
                        "crl",
                        DistinguishedNames.commonName(crl.getIssuerX500Principal()),
                        crl.getThisUpdate().toInstant(),
                        sha256(file)));
        trust.ocspResponses()
                .forEach((file, response) -> line(
                        "  %-23s of %d, produced %s%n      %s",
                        "ocsp", response.size(), response.producedAt(), sha256(file)));
    }

    private static String describe(Trust trust, TrustedList list) {
        StringBuilder text = new StringBuilder(entries(list) + (entries(list) == 1 ? " entry" : " entries"));
        list.microsoft()
                .ifPresent(m -> text.append(", made ").append(m.content().thisUpdate()));
        trust.signature(list).ifPresent(s -> text.append(", ").append(s.reason()));
        return text.append(list.changed() ? ", CHANGED since it was imported" : "")
                .toString();
    }

    private static int entries(TrustedList list) {
        return list.microsoft()
                .map(m -> m.content().subjects().size())
                .orElse(list.denies().entries().size());
    }

    private static String inProgram(MicrosoftList.Root root) {
        boolean code = root.isFor(Purpose.CODE_SIGNING);
        boolean time = root.isFor(Purpose.TIME_STAMPING);
        return "in Microsoft's program for "
                + (code && time
                        ? "code signing and time stamping"
                        : code ? "code signing" : time ? "time stamping" : "neither");
    }

    private static String from(Optional<Origin> origin) {
        return origin.map(o -> "from " + o.from() + ", SHA-256 " + o.sha256().hex() + ", imported " + o.imported())
                .orElse("put there by hand: where it came from is not noted");
    }

    /** The name in the folder, which is how it is removed. */
    private static String sha256(Path file) {
        return file.getFileName().toString().replaceFirst("\\.(crl|ocsp)$", "").replaceAll("\\p{C}", "?");
    }

    private static ObjectNode document(Trust trust) {
        ObjectNode document = Json.document();
        ArrayNode roots = document.putArray("roots");
        for (TrustedRoot root : trust.roots()) {
            ObjectNode node = roots.addObject()
                    .put("thumbprint", root.thumbprint())
                    .put("name", DistinguishedNames.commonName(root.certificate()))
                    .put("role", root.role().label())
                    .put("lab", root.isLab())
                    .put("ofThisHome", root.ofThisHome())
                    .put(
                            "notAfter",
                            root.certificate().getNotAfter().toInstant().toString());
            describe(node, root.file(), root.origin());
            trust.inProgram(root)
                    .ifPresent(p -> node.putObject("program")
                            .put("codeSigning", p.isFor(Purpose.CODE_SIGNING))
                            .put("timeStamping", p.isFor(Purpose.TIME_STAMPING)));
        }
        ArrayNode lists = document.putArray("lists");
        for (TrustedList list : trust.lists()) {
            ObjectNode node = lists.addObject().put("kind", list.kind().label()).put("entries", entries(list));
            list.microsoft()
                    .ifPresent(m -> node.put("made", m.content().thisUpdate().toString()));
            Optional<SignatureVerdict> signature = trust.signature(list);
            signature.ifPresent(s -> node.put("signatureTrusted", s.trusted()).put("signature", s.reason()));
            describe(node.put("changed", list.changed()), list.file(), list.origin());
        }
        ArrayNode crls = document.putArray("revocationLists");
        for (Map.Entry<Path, X509CRL> crl : trust.crls().entrySet()) {
            crls.addObject()
                    .put("sha256", sha256(crl.getKey()))
                    .put("issuer", DistinguishedNames.commonName(crl.getValue().getIssuerX500Principal()))
                    .put("made", crl.getValue().getThisUpdate().toInstant().toString());
        }
        ArrayNode responses = document.putArray("ocspResponses");
        trust.ocspResponses()
                .forEach((file, response) -> responses
                        .addObject()
                        .put("sha256", sha256(file))
                        .put("certificates", response.size())
                        .put("produced", response.producedAt().toString()));
        ArrayNode missing = document.putArray("notSupplied");
        for (ListKind kind : ListKind.values()) {
            if (trust.list(kind).isEmpty()) {
                missing.add(kind.label());
            }
        }
        return document;
    }

    private static void describe(ObjectNode node, Path file, Optional<Origin> origin) {
        node.put("file", file.toString());
        origin.ifPresent(o -> node.put("from", o.from())
                .put("sha256", o.sha256().hex())
                .put("imported", o.imported().toString()));
    }

    private void line(String format, Object... values) {
        shell.out().printf(format + "%n", values);
    }
}

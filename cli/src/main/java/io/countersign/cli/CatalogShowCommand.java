package io.countersign.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.catalog.Catalog;
import io.countersign.catalog.CatalogAttribute;
import io.countersign.catalog.CatalogMember;
import io.countersign.catalog.CatalogVersion;
import io.countersign.catalog.MalformedCatalog;
import io.countersign.cms.CatalogSignature;
import io.countersign.key.Bytes;
import io.countersign.timestamp.MalformedTimestamp;
import io.countersign.timestamp.TimestampToken;
import io.countersign.x509.DistinguishedNames;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code countersign catalog show}: what is in a catalog. */
@Command(
        name = "show",
        description = "Show what a catalog says: its members, their digests and attributes, and who signed it.",
        footer = {
            "",
            "Shows only: the signer is named, not judged. A file that is no catalog ends with 1.",
            "",
            "Example:",
            "  countersign catalog show hello.cat"
        })
final class CatalogShowCommand implements Callable<Integer> {
    private final Shell shell;

    @Parameters(paramLabel = "FILE", description = "A catalog, signed or not; only read.")
    private Path file;

    @Mixin
    private Json json;

    CatalogShowCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException, Failure {
        Catalog catalog = read(file);
        if (json.wanted()) {
            ObjectNode document = Json.document();
            describe(document, catalog);
            shell.out().println(Json.text(document));
        } else {
            print(catalog);
        }
        return ExitCode.GOOD;
    }

    static Catalog read(Path file) throws IOException, Failure {
        try {
            return Catalog.read(file);
        } catch (MalformedCatalog e) {
            throw Failure.refused(file + ": " + e.getMessage(), "");
        }
    }

    private void print(Catalog catalog) {
        line(
                "%s: catalog version %s, list %s, made %s",
                file, number(catalog), catalog.listId().hex(), catalog.time());
        line("  %s", signature(catalog));
        for (CatalogAttribute attribute : catalog.attributes()) {
            line("  %s = %s", Printable.text(attribute.name()), Printable.text(attribute.text()));
        }
        for (CatalogMember member : catalog.members()) {
            line("");
            line("  %s", member.file().map(Printable::text).orElse("(no file name)"));
            line("    %-11s %s", "tag", Printable.text(member.tagText()));
            member.content().ifPresent(c -> line("    %-11s %s %s", "digest", c.digest(), kind(c)));
            member.info()
                    .ifPresent(i -> line("    %-11s %s 0x%x", "subject", Printable.text(i.subject()), i.version()));
            for (CatalogAttribute attribute : member.attributes()) {
                if (!attribute.name().equalsIgnoreCase("File")) {
                    line("    %-11s %s", Printable.text(attribute.name()), Printable.text(attribute.text()));
                }
            }
        }
    }

    private void line(String format, Object... values) {
        shell.out().println(String.format(Locale.ROOT, format, values));
    }

    static String signature(Catalog catalog) {
        return catalog.signature().map(CatalogShowCommand::signature).orElse("not signed");
    }

    private static String signature(CatalogSignature signature) {
        String signer = signature
                .signerCertificate()
                .map(DistinguishedNames::commonName)
                .orElse("(certificate not inside)");
        String stamped = signature.timestamps().isEmpty()
                ? "no timestamp"
                : "timestamped " + time(signature.timestamps().get(0));
        return "signed by " + Printable.text(signer) + ", "
                + (signature.holds() ? "the signature holds" : "THE SIGNATURE DOES NOT HOLD") + ", " + stamped;
    }

    private static String time(Bytes token) {
        try {
            return TimestampToken.parse(token.toByteArray()).genTime().toString();
        } catch (MalformedTimestamp e) {
            return "by a token that cannot be read";
        }
    }

    private static String kind(CatalogMember.Content content) {
        return switch (content.kind()) {
            case PE_IMAGE -> "of the PE image";
            case FILE -> "of the file";
            case OTHER -> "of something else";
        };
    }

    private static int number(Catalog catalog) {
        return catalog.version() == CatalogVersion.V1 ? 1 : 2;
    }

    static void describe(ObjectNode document, Catalog catalog) {
        document.put("version", number(catalog))
                .put("listId", catalog.listId().hex())
                .put("time", catalog.time().toString());
        catalog.signature().ifPresent(s -> {
            ObjectNode signature = document.putObject("signature").put("holds", s.holds());
            s.signerCertificate()
                    .ifPresent(c ->
                            signature.put("signer", c.getSubjectX500Principal().getName()));
            ArrayNode timestamps = signature.putArray("timestamps");
            s.timestamps().forEach(t -> timestamps.add(time(t)));
        });
        attributes(document.putArray("attributes"), catalog.attributes());
        ArrayNode members = document.putArray("members");
        for (CatalogMember member : catalog.members()) {
            ObjectNode node = members.addObject().put("tag", member.tagText());
            member.file().ifPresent(f -> node.put("file", f));
            member.content()
                    .ifPresent(c -> node.putObject("digest")
                            .put("of", c.kind().name().toLowerCase(Locale.ROOT))
                            .put("algorithm", c.digest().algorithm().label())
                            .put("value", c.digest().value().hex()));
            member.info()
                    .ifPresent(i ->
                            node.putObject("info").put("subject", i.subject()).put("version", i.version()));
            attributes(node.putArray("attributes"), member.attributes());
        }
    }

    private static void attributes(ArrayNode list, Iterable<CatalogAttribute> attributes) {
        attributes.forEach(a -> list.addObject().put("name", a.name()).put("value", a.text()));
    }
}

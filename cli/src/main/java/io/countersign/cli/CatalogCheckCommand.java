package io.countersign.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.catalog.Catalog;
import io.countersign.catalog.CatalogCheck;
import io.countersign.catalog.CatalogCheck.Outcome;
import io.countersign.catalog.CatalogCheck.Result;
import io.countersign.cms.CatalogSignature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code countersign catalog check}: does a catalog cover these files. */
@Command(
        name = "check",
        sortOptions = false,
        description = "Say which files a catalog covers, and what went wrong with those it does not.",
        footer = {
            "",
            "Ends with 1 unless every file is covered and the catalog's own signature, if it has one, holds; whether its",
            "signer is trusted is not judged. In a folder every member must be there and right; other files are told and",
            "do no harm.",
            "",
            "Examples:",
            "  countersign catalog check hello.cat hello.sys hello.inf",
            "  countersign catalog check hello-driver/hello.cat hello-driver/"
        })
final class CatalogCheckCommand implements Callable<Integer> {
    private final Shell shell;

    @Parameters(index = "0", paramLabel = "CAT", description = "A catalog, signed or not; only read.")
    private Path cat;

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "FILE|FOLDER", description = "Files, or one folder.")
    private List<Path> paths = List.of();

    @Mixin
    private Json json;

    CatalogCheckCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException, Failure {
        Catalog catalog = CatalogShowCommand.read(cat);
        boolean folder = Files.isDirectory(paths.get(0));
        if (folder && paths.size() > 1) {
            throw Failure.usage("a folder is checked by itself", "name one folder, or files");
        }
        List<Path> files = folder ? filesIn(paths.get(0)) : paths;
        CatalogCheck check = new CatalogCheck(catalog);
        List<Result> results = new ArrayList<>();
        for (Path file : files) {
            results.add(check.check(file));
        }
        List<String> missing = folder ? check.membersWithout(files) : List.of();
        boolean holds = catalog.signature().map(CatalogSignature::holds).orElse(true);
        boolean good = holds
                && missing.isEmpty()
                && results.stream()
                        .allMatch(r -> r.outcome() == Outcome.COVERED
                                || (folder && (r.outcome() == Outcome.ABSENT || r.outcome() == Outcome.NOT_JUDGED)));
        if (json.wanted()) {
            shell.out().println(Json.text(describe(catalog, results, missing, good)));
        } else {
            results.forEach(r -> shell.out().println(r.file() + ": " + label(r.outcome()) + ": " + r.message()));
            missing.forEach(m -> shell.out()
                    .println(Printable.text(m) + ": missing: a member of the catalog that is not in the" + " folder"));
            shell.out().println(cat + ": " + CatalogShowCommand.signature(catalog));
        }
        return good ? ExitCode.GOOD : ExitCode.NO;
    }

    private List<Path> filesIn(Path folder) throws IOException {
        Path self = cat.toRealPath();
        List<Path> files = new ArrayList<>();
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path file : all.filter(Files::isRegularFile).sorted().toList()) {
                if (!file.toRealPath().equals(self)) {
                    files.add(file);
                }
            }
        }
        return files;
    }

    private static String label(Outcome outcome) {
        return outcome.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static ObjectNode describe(Catalog catalog, List<Result> results, List<String> missing, boolean good) {
        ObjectNode document = Json.document().put("good", good);
        catalog.signature().ifPresent(s -> document.put("signatureHolds", s.holds()));
        ArrayNode files = document.putArray("files");
        results.forEach(r -> files.addObject()
                .put("file", r.file().toString())
                .put("outcome", label(r.outcome()))
                .put("message", r.message()));
        ArrayNode list = document.putArray("missing");
        missing.forEach(list::add);
        return document;
    }
}

package io.countersign.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.pe.ByteRange;
import io.countersign.sign.DiffFile;
import io.countersign.sign.DiffFile.NamedRange;
import io.countersign.sign.UnacceptableFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code countersign diff}: proves that a signed file is the unsigned one and a signature. */
@Command(
        name = "diff",
        description = "Prove that a signed file is the unsigned one plus a signature, byte by byte.",
        footer = {
            "",
            "Signing may change the checksum, the security directory entry, up to 7 bytes of zero padding and the",
            "certificate table. Ends with 1 and the first other difference if there is any. Whether the signature",
            "holds is what 'countersign verify' says. UNSIGNED may itself be signed, if SIGNED was made from it by",
            "signing it again or by adding a timestamp.",
            "",
            "Example:",
            "  countersign diff driver.sys signed.sys"
        })
final class DiffCommand implements Callable<Integer> {
    private final Shell shell;

    @Parameters(index = "0", paramLabel = "UNSIGNED", description = "The file as it was submitted; only read.")
    private Path unsigned;

    @Parameters(index = "1", paramLabel = "SIGNED", description = "The file as it came back; only read.")
    private Path signed;

    @Mixin
    private Json json;

    DiffCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException, UnacceptableFile {
        DiffFile.Result result = DiffFile.compare(unsigned, signed);
        if (json.wanted()) {
            shell.out().println(Json.text(describe(result)));
        } else {
            print(result);
        }
        return result.isProven() ? ExitCode.GOOD : ExitCode.NO;
    }

    private void print(DiffFile.Result result) {
        shell.out()
                .println(unsigned + " -> " + signed + ": "
                        + (result.isProven() ? "the same file, signed" : "NOT the same file, signed"));
        result.difference()
                .ifPresent(d -> shell.out()
                        .println("  first other difference at 0x%x, in %s: %s"
                                .formatted(d.offset(), d.where(), d.reason())));
        for (NamedRange range : result.ranges()) {
            shell.out()
                    .println("  %-25s %-20s %6d bytes, %s"
                            .formatted(
                                    range.part().label(),
                                    range.inSigned(),
                                    range.inSigned().length(),
                                    range.changed() ? "changed" : "unchanged"));
        }
        if (result.isProven()) {
            shell.out().println("  all other " + result.otherBytes() + " bytes are equal");
        }
    }

    private ObjectNode describe(DiffFile.Result result) {
        ObjectNode document = Json.document()
                .put("unsigned", unsigned.toString())
                .put("signed", signed.toString())
                .put("proven", result.isProven())
                .put("otherBytes", result.otherBytes());
        for (NamedRange range : result.ranges()) {
            ObjectNode node = document.withArray("ranges")
                    .addObject()
                    .put("name", range.part().label());
            describe(node.putObject("unsigned"), range.inUnsigned());
            describe(node.putObject("signed"), range.inSigned());
            node.put("changed", range.changed());
        }
        result.difference()
                .ifPresent(d -> document.putObject("difference")
                        .put("offset", d.offset())
                        .put("where", d.where())
                        .put("reason", d.reason()));
        return document;
    }

    private static void describe(ObjectNode node, ByteRange range) {
        node.put("offset", range.offset()).put("length", range.length());
    }
}

package io.countersign.cli;

import io.countersign.sign.StripFile;
import io.countersign.sign.UnacceptableFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code countersign strip}: takes signatures away. */
@Command(
        name = "strip",
        description = "Take the signatures away, giving the submitted file back bit by bit where we signed it.",
        footer = {
            "",
            "Signing pads a file and changes its checksum. Countersign's signatures keep what it was before; other",
            "people's do not, so there the length and the checksum may differ from the original: this says which."
        })
final class StripCommand implements Callable<Integer> {
    private final Shell shell;

    @Parameters(paramLabel = "FILE", description = "A signed file; only read.")
    private Path file;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "OUT",
            required = true,
            description = "Where the unsigned file goes.")
    private String output;

    @Mixin
    private Json json;

    StripCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws Failure, IOException {
        Path target = OutputPath.file(OutputPath.typed(output));
        StripFile.Result result;
        try {
            result = StripFile.strip(file, target);
        } catch (UnacceptableFile e) {
            throw Failure.unacceptable(file, e);
        }
        String line = switch (result) {
            case RESTORED -> "the submitted file, bit by bit";
            case LENGTH_AND_CHECKSUM_UNKNOWN ->
                "unsigned; its original length and checksum are not known, so padding and checksum may differ";
            case PARTS_KEPT -> "unsigned; all but the signature's own parts are as they were";
        };
        shell.out()
                .println(
                        json.wanted()
                                ? Json.text(Json.document()
                                        .put("file", file.toString())
                                        .put("output", target.toString())
                                        .put("restored", result == StripFile.Result.RESTORED))
                                : target + ": " + line);
        return ExitCode.GOOD;
    }
}

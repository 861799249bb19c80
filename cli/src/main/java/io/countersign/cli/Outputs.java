package io.countersign.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** {@code -o} or {@code --in-place}: where the changed form of each file goes. */
final class Outputs {
    @Option(
            names = {"-o", "--output"},
            paramLabel = "OUT",
            description = "Where the signed file goes; a folder if there are several.")
    private Optional<String> output = Optional.empty();

    @Option(names = "--in-place", description = "Replace each file by its signed form, atomically.")
    private boolean inPlace;

    /** One for each file, checked before anything is asked of a token or a TSA. */
    List<Path> of(List<Path> files) throws Failure {
        for (Path file : files) {
            if (!Files.isRegularFile(file)) {
                throw Failure.usage(
                        Files.exists(file) ? file + " is not a file" : "there is no file " + file, "check the path");
            }
        }
        if (inPlace) {
            return files;
        }
        Path target = OutputPath.typed(output.orElseThrow());
        if (Files.isDirectory(target)) {
            List<Path> outputs =
                    files.stream().map(f -> target.resolve(f.getFileName())).toList();
            if (outputs.stream().distinct().count() < outputs.size()) {
                throw Failure.usage(
                        "two of the files have the same name in " + target, "sign them into different folders");
            }
            for (Path file : outputs) {
                OutputPath.file(file);
            }
            return outputs;
        }
        if (files.size() > 1) {
            throw Failure.usage(
                    "there are " + files.size() + " files, and -o " + target + " is not a folder",
                    "name an existing folder, or give --in-place");
        }
        return List.of(OutputPath.file(target));
    }
}

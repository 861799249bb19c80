package io.countersign.cli;

import io.countersign.x509.PathBuilder;
import io.countersign.x509.PemCertificates;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What the authorities that {@code --tsa} names are judged by before a token of theirs is used. */
final class TsaRoots {
    @Option(
            names = "--tsa-roots",
            paramLabel = "PEM",
            description = "Take no token whose authority does not end in one of these roots, but ask the next --tsa.")
    private Optional<Path> file = Optional.empty();

    /**
     * Empty if whoever verifies the file is to judge.
     *
     * @param named the authorities to be judged
     */
    Optional<PathBuilder> forAuthorities(List<URI> named) throws Failure, IOException {
        if (file.isEmpty()) {
            return Optional.empty();
        }
        if (named.isEmpty()) {
            throw Failure.usage(
                    "--tsa-roots judges the authorities that --tsa names, and none is named",
                    "name one with --tsa, or leave --tsa-roots out");
        }
        return Optional.of(new PathBuilder(PemCertificates.read(file.get())));
    }
}

package io.countersign.cli;

import io.countersign.windows.FileReading;
import io.countersign.windows.GatherEvidence;
import io.countersign.windows.Machine;
import io.countersign.windows.NamedCatalog;
import io.countersign.windows.timeline.Timeline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** What {@code explain} tells of a file beside its answers, on demand. */
final class ExplainDetails {
    @Option(names = "--rules", description = "Also show every rule that was looked at, with its source.")
    private boolean rules;

    @Option(names = "--transcript", description = "Also show what each checker would print.")
    private boolean transcript;

    @Option(
            names = "--timeline",
            description = "Also show how the answers change as time passes: certificates, timestamp, revocation.")
    private boolean timeline;

    @Option(
            names = "--timeline-svg",
            paramLabel = "SVG",
            description = "Draw the same as a picture into this file; for one FILE.")
    private Optional<String> picture = Optional.empty();

    @Option(names = "--layout", description = "Also show the file's parts by offset, and which of them are signed.")
    private boolean layout;

    @Option(names = "--asn1", description = "Also show the signature's ASN.1, with names; of a catalog too.")
    private boolean asn1;

    /**
     * Before a file is read.
     *
     * @param sarif whether a SARIF log is wanted, which has no place for details
     */
    void check(List<Path> files, boolean sarif) throws IOException, Failure {
        if (sarif && (timeline || layout || asn1)) {
            throw Failure.usage(
                    "a SARIF log has no place for --timeline, --layout and --asn1",
                    "leave them out, or ask for --json");
        }
        if (picture.isEmpty()) {
            return;
        }
        if (files.size() > 1) {
            throw Failure.usage(
                    "--timeline-svg draws one file, here are " + files.size(), "call it once for each of them");
        }
        Path target = target();
        if (Files.exists(target) && Files.exists(files.get(0)) && Files.isSameFile(target, files.get(0))) {
            throw Failure.usage(target + " is the file to explain", "name another file for the picture");
        }
    }

    /** Whether anything is asked for. */
    boolean wanted() {
        return rules || transcript || timeline || layout || asn1 || picture.isPresent();
    }

    /** Whether every rule is asked for. */
    boolean rules() {
        return rules;
    }

    /** Before a package is read. */
    void checkPackage(Path file) throws Failure {
        if (timeline || layout || asn1 || picture.isPresent()) {
            throw Failure.usage(
                    Printable.text(file.toString()) + " is a package, which has no timeline, layout or ASN.1",
                    "unpack it, and name one of its files");
        }
    }

    private Path target() throws Failure {
        return OutputPath.file(OutputPath.typed(picture.orElseThrow()));
    }

    /** Rules and transcripts, which JSON has anyway. */
    List<String> trail(Explanation explanation) {
        return Stream.concat(
                        rules ? RuleTrail.rules(explanation).stream() : Stream.empty(),
                        transcript ? RuleTrail.transcripts(explanation).stream() : Stream.empty())
                .toList();
    }

    /** What is asked for of one file; draws the picture. Layout and ASN.1 read the file again. */
    FileDetails of(
            Path file,
            FileReading reading,
            GatherEvidence gathering,
            List<NamedCatalog> catalogs,
            List<Machine> machines)
            throws IOException, Failure {
        Optional<Timeline> made = Optional.empty();
        String name = Printable.text(String.valueOf(file.getFileName()));
        if (timeline || picture.isPresent()) {
            made = Optional.of(Timeline.of(gathering, reading, name, catalogs, machines, Explanation.CHECKERS));
        }
        if (picture.isPresent()) {
            TimelineSvg.write(target(), name, made.orElseThrow());
        }
        return new FileDetails(
                made.filter(t -> timeline),
                layout ? Optional.of(FileDetails.Layout.of(file)) : Optional.empty(),
                asn1 ? Optional.of(FileDetails.Structures.of(file)) : Optional.empty());
    }
}

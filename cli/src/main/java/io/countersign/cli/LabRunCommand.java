package io.countersign.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.cli.lab.Lab;
import io.countersign.cli.lab.Lab.Step;
import io.countersign.cli.lab.LabCommand;
import io.countersign.cli.lab.LabCommand.Outcome;
import io.countersign.cli.lab.LabFile;
import io.countersign.cli.lab.Making;
import io.countersign.cli.lab.UnusableLab;
import io.countersign.cli.lab.Workbench;
import io.countersign.key.KeyUnavailable;
import io.countersign.sign.UnacceptableFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code countersign lab run}: one lab, step by step. */
@Command(
        name = "run",
        sortOptions = false,
        description = "Run a lab: make its files, run its commands, and compare what they say with what is expected.",
        footer = {
            "",
            "Everything stays in the folder, so that the commands can be tried by hand. Certificates and timestamps in it",
            "are of any past: they are made with keys thrown away at once, and say LAB-PAST. No key of the home is used.",
            "Ends with 1 unless everything is as expected.",
            "",
            "Examples:",
            "  countersign lab run teacup",
            "  countersign lab run one-byte -o /tmp/one-byte --json"
        })
final class LabRunCommand implements Callable<Integer> {
    private static final int WIDTH = 100;
    private static final String INDENT = "  ";
    private static final Pattern FIRST_COLUMN = Pattern.compile(" *(\\S+ {2,})?");

    private final Shell shell;

    @Parameters(paramLabel = "NAME", description = "The lab; 'countersign lab list' shows which there are.")
    private String name = "";

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FOLDER",
            description = "Where its files go, new or empty. Default: ./countersign-lab-NAME.")
    private Optional<String> output = Optional.empty();

    @Mixin
    private Json json;

    LabRunCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException, Failure, UnusableLab, UnacceptableFile, KeyUnavailable {
        Lab lab = LabFile.read(LabVerb.folder(shell), name);
        Path sample = shell.sampleDriver();
        Path folder = emptyFolder(OutputPath.folder(output.orElse("countersign-lab-" + lab.name())));
        Workbench bench = Workbench.in(folder, sample);
        say(() -> introduce(lab, folder));
        ObjectNode document = Json.document()
                .put("lab", lab.name())
                .put("title", lab.title())
                .put("folder", folder.toAbsolutePath().normalize().toString());
        ArrayNode steps = document.putArray("steps");
        int differing = 0;
        for (int i = 0; i < lab.steps().size(); i++) {
            Step step = lab.steps().get(i);
            String title = "Step %d of %d: ".formatted(i + 1, lab.steps().size());
            say(() -> paragraphs(title, step.say()));
            ObjectNode node = steps.addObject().put("say", step.say());
            make(bench, step.make(), node);
            if (step.run().isPresent() && !run(bench, step.run().get(), node)) {
                differing++;
            }
            step.after().ifPresent(a -> say(() -> paragraphs("", a)));
        }
        boolean asExpected = differing == 0;
        document.put("asExpected", asExpected);
        if (json.wanted()) {
            shell.out().println(Json.text(document));
        }
        String end = asExpected ? "Everything was as expected." : "Steps that were NOT as expected: " + differing + ".";
        say(() -> lines(end + " The files are in " + folder + "; to try more there, or to see a step again:"));
        say(() -> repeat(folder));
        return asExpected ? ExitCode.GOOD : ExitCode.NO;
    }

    private static Path emptyFolder(Path folder) throws IOException, Failure {
        if (Files.isDirectory(folder)) {
            try (Stream<Path> content = Files.list(folder)) {
                if (content.findAny().isPresent()) {
                    throw Failure.usage(
                            folder + " is not empty", "remove it, or name another folder with -o: a lab begins afresh");
                }
            }
        }
        return Files.createDirectories(folder);
    }

    private void introduce(Lab lab, Path folder) {
        lines(lab.title() + " (lab " + lab.name() + ", about " + lab.minutes() + " minutes)");
        lines("");
        lines("You will learn:");
        lab.learn().forEach(l -> Columns.beside("  - ", WIDTH, l).forEach(this::line));
        lines("");
        paragraphs("", lab.story());
        lines("Its files go to " + folder + ". Certificates and timestamps say LAB-PAST: their keys are thrown away.");
        lines("");
    }

    private void repeat(Path folder) {
        line(INDENT + "cd " + folder + " && export COUNTERSIGN_HOME=$PWD/home");
        shell.variable("COUNTERSIGN_ROOT")
                .ifPresent(root -> line(INDENT + "alias countersign=" + root + "/countersign"));
    }

    private void make(Workbench bench, List<Making> makings, ObjectNode node)
            throws IOException, UnacceptableFile, KeyUnavailable {
        ArrayNode made = node.putArray("made");
        for (Making making : makings) {
            bench.make(making);
            made.add(making.words());
            say(() -> Columns.beside(INDENT + "made ", WIDTH, making.words()).forEach(this::line));
        }
        if (!makings.isEmpty()) {
            say(() -> line(""));
        }
    }

    /** Runs it as the command line would, in the lab's folder and with its home; true if all is as expected. */
    private boolean run(Workbench bench, LabCommand command, ObjectNode node) {
        ByteArrayOutputStream both = new ByteArrayOutputStream();
        PrintStream stream = new PrintStream(both, true, StandardCharsets.UTF_8);
        Map<String, String> environment =
                Map.of("COUNTERSIGN_HOME", bench.home().toString());
        int exitCode = Countersign.run(
                new Shell(environment, stream, stream),
                bench.found(command.words()).toArray(new String[0]));
        Outcome outcome = new Outcome(exitCode, bench.asSeenFromHere(both.toString(StandardCharsets.UTF_8)));
        List<String> differences = command.differences(outcome);
        node.put("command", command.typed()).put("exitCode", exitCode).put("output", outcome.output());
        differences.forEach(node.putArray("differences")::add);
        say(() -> {
            typed(command).forEach(this::line);
            command.shown(outcome).forEach(this::indented);
            judge(command, differences);
            line("");
        });
        return differences.isEmpty();
    }

    /** In lines a shell takes as one. */
    private static List<String> typed(LabCommand command) {
        List<String> lines = Columns.beside(INDENT + "$ ", WIDTH, command.typed());
        for (int i = 0; i < lines.size() - 1; i++) {
            lines.set(i, lines.get(i) + " \\");
        }
        return lines;
    }

    /** As it is if it fits, else broken, its further lines below what follows its first column. */
    private void indented(String text) {
        if (INDENT.length() + text.length() <= WIDTH) {
            line((INDENT + text).stripTrailing());
        } else {
            Matcher first = FIRST_COLUMN.matcher(text);
            int begin = first.lookingAt() ? first.end() : 0;
            Columns.beside(INDENT + text.substring(0, begin), WIDTH, text.substring(begin))
                    .forEach(this::line);
        }
    }

    private void judge(LabCommand command, List<String> differences) {
        if (differences.isEmpty()) {
            Columns.beside(INDENT + "expected: ", WIDTH, command.expectation() + " - as expected")
                    .forEach(this::line);
        }
        differences.forEach(
                d -> Columns.beside(INDENT + "NOT as expected: ", WIDTH, d).forEach(this::line));
    }

    /** For people; a machine gets the document. */
    private void say(Runnable words) {
        if (!json.wanted()) {
            words.run();
        }
    }

    private void paragraphs(String title, String text) {
        String label = title;
        for (String paragraph : text.strip().split("\n\\s*\n", -1)) {
            lines(label + paragraph.strip().replaceAll("\\s+", " "));
            lines("");
            label = "";
        }
    }

    private void lines(String text) {
        Columns.beside("", WIDTH, text).forEach(this::line);
    }

    private void line(String line) {
        shell.out().println(line);
    }
}

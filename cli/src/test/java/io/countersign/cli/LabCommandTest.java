package io.countersign.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class LabCommandTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Path LABS = ROOT.resolve("samples/labs");

    @TempDir
    private Path folder;

    private Transcript lab(Path sources, Object... arguments) {
        return Transcript.of(
                folder.resolve("home"),
                Map.of("COUNTERSIGN_ROOT", sources.toString()),
                Stream.concat(Stream.of("lab"), Stream.of(arguments)).toArray());
    }

    private Transcript lab(Object... arguments) {
        return lab(ROOT, arguments);
    }

    static Stream<String> labs() throws IOException {
        try (Stream<Path> all = Files.list(LABS)) {
            return all.map(f -> f.getFileName().toString()).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("labs")
    void everyLabIsAsExpected(String name) throws IOException {
        Path made = folder.resolve("made");

        Transcript run = lab("run", name, "-o", made);

        assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
        assertThat(run.out())
                .contains("Everything was as expected. The files are in " + made)
                .doesNotContain("NOT as expected");
        assertThat(run.out().lines())
                .filteredOn(l -> !l.contains(folder.toString()))
                .allSatisfy(l -> assertThat(l).hasSizeLessThanOrEqualTo(100));
        assertThat(folder.resolve("home")).as("no home is made").doesNotExist();
        assertThat(privateKeys(made)).isEmpty();
    }

    private static List<Path> privateKeys(Path made) throws IOException {
        try (Stream<Path> all = Files.walk(made)) {
            return all.filter(f -> !f.toString().matches(".*(\\.sys|\\.cat|/pki/lab[a-z-]*-root\\.pem)"))
                    .filter(Files::isRegularFile)
                    .toList();
        }
    }

    @Test
    void theTeacupsTableIsOneScreen() throws IOException {
        Transcript run = lab("run", "teacup", "--json", "-o", folder.resolve("made"));

        JsonNode table = run.json().path("steps").path(1).path("output");
        assertThat(table.asText().lines())
                .hasSizeLessThanOrEqualTo(40)
                .allSatisfy(l -> assertThat(l).hasSizeLessThanOrEqualTo(100));
        assertThat(table.asText())
                .containsPattern(" +vpn\\.sys +ev-only\\.sys\n")
                .containsPattern("kernel loader +loads +blocked\n +LOAD_ATTESTED +LOAD_NO_MS_ROOT\n")
                .containsPattern("signtool verify /v /kp +accepts +refuses\n")
                .containsPattern("sigcheck -i \\(old reading\\) +warns +warns\n +SIGCHECK_TIMESTAMP_FLAG +SIGCHECK")
                .containsPattern("sigverif +accepts +refuses\n")
                .contains("sigcheck-old: as told in the story; no version of sigcheck was seen to do so");
    }

    @Test
    void byHandTheHomeInTheFolderGivesTheSameAnswer() throws IOException {
        Path made = folder.resolve("made");
        JsonNode step =
                lab("run", "expired", "--json", "-o", made).json().path("steps").path(2);

        Transcript byHand = Transcript.of(
                made.resolve("home"),
                Stream.of(step.path("command").asText().split(" "))
                        .skip(1)
                        .map(w -> w.endsWith(".sys") ? made.resolve(w).toString() : w)
                        .toArray());

        assertThat(byHand.out()).isEqualTo(step.path("output").asText());
    }

    @Test
    void theListHasThemAll() throws IOException {
        assertThat(lab("list").out().lines())
                .hasSameSizeAs(labs().toList())
                .contains("teacup         5 min  The storm in a teacup");
        assertThat(lab("list", "--json").json().path("labs").findValuesAsText("name"))
                .containsExactlyElementsOf(labs().toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"../labs/teacup", "/etc", "teacup/", ".", "tea cup", "TEACUP", "nosuch", "a\u001b[2J"})
    void whatIsNoLabsNameIsRefused(String name) {
        Transcript run = lab("run", name, "-o", folder.resolve("made"))
                .fails(2, "there is no lab '", "there are expired, one-byte, teacup")
                .saysNothingOnOut();
        assertThat(run.err()).doesNotContain("\u001b");
        assertThat(folder.resolve("made")).doesNotExist();
    }

    @Test
    void aFolderWithSomethingInItIsLeftAlone() throws IOException {
        Files.writeString(folder.resolve("mine.txt"), "mine");

        lab("run", "teacup", "-o", folder).fails(2, folder + " is not empty", "-o");
        lab("run", "teacup", "-o", folder.resolve("mine.txt")).fails(2, "mine.txt is a file");

        assertThat(folder).isDirectoryContaining(f -> f.endsWith("mine.txt"));
        assertThat(folder.resolve("home")).doesNotExist();
    }

    private Path sources(String steps) throws IOException {
        Path sources = folder.resolve("sources");
        Path sample = Path.of("samples/hello-driver/prebuilt/hello.sys");
        Files.createDirectories(sources.resolve(sample).getParent());
        Files.copy(ROOT.resolve(sample), sources.resolve(sample));
        Path lab = Files.createDirectories(sources.resolve("samples/labs/mine"));
        String head = "title: Mine\nminutes: 1\nlearn: [something]\nstory: Once.\nsteps:\n";
        Files.writeString(lab.resolve("lab.yaml"), head + steps);
        return sources;
    }

    @Test
    void whatIsNotAsExpectedIsToldAndEndsWithOne() throws IOException {
        Path sources = sources("""
                  - say: Sign.
                    make:
                      - { driver: a.sys, signed: whql, issued: "2026-01-01", expires: "2027-01-01" }
                    run: countersign explain --at 2026-06-01 --machine windows-7,sha2=yes a.sys
                    expect: { exit: 1, says: [LOAD_WHQL, LOAD_ATTESTED], never: [would load] }
                """);

        Transcript run = lab(sources, "run", "mine", "-o", folder.resolve("made"));

        assertThat(run.exitCode()).isOne();
        assertThat(run.out())
                .contains("NOT as expected: exit code 1 was expected, and it is 0")
                .contains("NOT as expected: it does not say: LOAD_ATTESTED")
                .contains("NOT as expected: it does say: would load")
                .contains("Steps that were NOT as expected: 1.")
                .doesNotContain("does not say: LOAD_WHQL");
    }

    @Test
    void everyProblemOfALabIsToldWithItsLineAndNothingIsMade() throws IOException {
        Path sources = sources("""
                  - say: Sign.
                    make:
                      - { driver: ../a.sys, signed: me, issued: "2027-01-01", expires: "2026-01-01" }
                      - { change: b.sys, of: c.sys, where: heart }
                    run: countersign sign --in-place /etc/a.sys ../b.sys @c.sys --roots=/d.pem
                    expect: { exit: 9 }
                  - say: Run.
                    run: rm -r home
                """);

        lab(sources, "run", "mine", "-o", folder.resolve("made"))
                .fails(2, "lab.yaml:8: 'driver' in make[0] is '../a.sys', not a plain name that ends with .sys")
                .fails(2, "'signed' in make[0] is 'me', not one of attested, whql, ev, cross-signed")
                .fails(2, "it expires before it is issued", "'c.sys' has not been made before", "'heart'")
                .fails(2, "lab.yaml:10: 'countersign sign --in-place", "is no command for a lab")
                .fails(2, "'/etc/a.sys' may lead out", "'../b.sys' may lead out", "'@c.sys' may lead out")
                .fails(2, "'--roots=/d.pem' may lead out", "exit", "a step has both 'run' and 'expect'")
                .saysNothingOnOut();
        assertThat(folder.resolve("made")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"strip -oOUT a.sys", "strip -o=OUT a.sys", "strip --output=OUT a.sys", "strip -o OUT a.sys"})
    void aCommandWritesNothingOutsideTheFolder(String command) throws IOException {
        Path outside = folder.resolve("outside.sys");
        Path sources = sources(signedAnd(command.replace("OUT", outside.toString())));

        lab(sources, "run", "mine", "-o", folder.resolve("made")).fails(2, "may lead out of the lab's folder", "space");

        assertThat(outside).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"strip --output OUT a.sys", "strip -o OUT a.sys", "explain --timeline-svg OUT a.sys"})
    void whatACommandWritesIsInTheFolderNotWhereTheLabWasStarted(String command) throws IOException {
        Path made = folder.resolve("made");
        String name = "lab-output-" + folder.getFileName();
        Path here = Path.of(name);
        try {
            lab(sources(signedAnd(command.replace("OUT", name))), "run", "mine", "-o", made);

            assertThat(made.resolve(name)).isNotEmptyFile();
            assertThat(here).doesNotExist();
        } finally {
            Files.deleteIfExists(here);
        }
    }

    @Test
    void aFileWhereTheLabWasStartedIsNotRead() throws IOException {
        assertThat(Path.of("pom.xml")).exists();

        Transcript run = lab(sources(signedAnd("explain pom.xml")), "run", "mine", "-o", folder.resolve("made"));

        assertThat(run.exitCode()).isOne();
        assertThat(run.out()).contains("there is no file pom.xml");
    }

    private static String signedAnd(String command) {
        return """
                  - say: Sign.
                    make:
                      - { driver: a.sys, signed: whql, issued: "2026-01-01", expires: "2027-01-01" }
                    run: countersign %s
                    expect: { exit: 0 }
                """.formatted(command);
    }
}

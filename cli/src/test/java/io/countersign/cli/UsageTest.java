package io.countersign.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class UsageTest {
    @TempDir
    private Path folder;

    static Stream<Arguments> wrongLines() {
        return Stream.of(
                Arguments.of("", "missing required subcommand", "--help"),
                Arguments.of("sing x.sys", "not understood: sing x.sys", "did you mean sign"),
                Arguments.of("hsm", "hsm needs a command: init, renew or status", "hsm --help"),
                Arguments.of("sign x.sys", "-o=OUT | --in-place", "sign --help"),
                Arguments.of("sign -o y.sys", "missing required parameter", "sign --help"),
                Arguments.of("sign x.sys -o y.sys --in-place", "mutually exclusive", "sign --help"),
                Arguments.of("sign x.sys -o y.sys --append --replace", "mutually exclusive", "sign --help"),
                Arguments.of("sign x.sys -o y.sys --tsa http://a --no-timestamp", "mutually exclusive", "sign --help"),
                Arguments.of("sign x.sys -o y.sys --digest md5", "'md5' is not a digest we sign with", "sign --help"),
                Arguments.of("sign x.sys -o y.sys --page-hash", "not understood: --page-hash", "sign --help"),
                Arguments.of("verify x.sys --at yesterday", "'yesterday' is not a time", "2026-11-23T10:00:00Z"),
                Arguments.of("explain", "missing required parameter", "explain --help"),
                Arguments.of(
                        "explain x.sys --machine dos", "“dos” is no version known; known are windows-vista", "--help"),
                Arguments.of("explain x.sys --require all", "'all' is no checker", "use one of loader, signtool"),
                Arguments.of("timestamp x.sys", "-o=OUT | --in-place", "timestamp --help"),
                Arguments.of("digest x.sys", "--output=FILE.tbs", "digest --help"),
                Arguments.of("sign-digest x.tbs", "--output=FILE.sig", "sign-digest --help"),
                Arguments.of("attach x.sys -o y.sys", "missing required parameter", "attach --help"),
                Arguments.of("diff x.sys", "missing required parameter", "diff --help"),
                Arguments.of("strip x.sys", "--output=OUT", "strip --help"),
                Arguments.of("submit x.sys --policy p", "--project=SLUG", "submit --help"),
                Arguments.of("verify-provenance x.sys", "--provenance=FILE", "verify-provenance --help"),
                Arguments.of("lab", "lab needs a command: list or run", "lab --help"),
                Arguments.of("lab run", "missing required parameter", "lab run --help"),
                Arguments.of("explain x.sys --table --rules", "--table is for people, and alone", "leave it out"),
                Arguments.of("policy", "policy needs a command: lint, explain or dry-run", "policy --help"),
                Arguments.of("policy dry-run x.sys", "--submitter=NAME", "policy dry-run --help"),
                Arguments.of("token", "token needs a command: create, list or revoke", "token --help"),
                Arguments.of("token create", "--name=TEXT", "token create --help"),
                Arguments.of("token revoke 7", "'7' is no token's id", "take it from 'countersign token list'"),
                Arguments.of("ca", "ca needs a command: issue, list, revoke or refresh", "ca --help"),
                Arguments.of(
                        "ca issue --enrolment e.yaml -o c.pem", "Neither --csr nor --key is given", "ca issue --help"),
                Arguments.of("ca revoke 12 --reason angry", "'angry' is no reason; use one of", "ca revoke --help"),
                Arguments.of("ca revoke 12", "--reason=R", "ca revoke --help"),
                Arguments.of("trust", "trust needs a command: list, import, remove or export-kit", "trust --help"),
                Arguments.of("trust import", "missing required parameter", "trust import --help"),
                Arguments.of("trust import a --as root", "'root' is no role; use one of microsoft-root", "--help"),
                Arguments.of("trust import a --list all", "'all' is no kind of list; use one of root-", "--help"),
                Arguments.of("trust import a --as user-root --list disallowed", "mutually exclusive", "--help"),
                Arguments.of("trust remove", "missing required parameter", "trust remove --help"),
                Arguments.of("trust export-kit", "--output=FOLDER", "trust export-kit --help"),
                Arguments.of("up --port many", "'many'", "up --help"));
    }

    @ParameterizedTest
    @MethodSource("wrongLines")
    void aWrongLineEndsWithTwoAndSaysWhatIsWrongAndWhereToRead(String line, String message, String hint) {
        Object[] words = line.isEmpty() ? new Object[0] : line.split(" ");
        Transcript.of(folder, words)
                .fails(2, message, "countersign: hint: ", hint)
                .saysNothingOnOut();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sign missing.sys -o y.sys",
                "verify missing.sys",
                "explain missing.sys",
                "explain --catalog missing.cat missing.sys",
                "timestamp missing.sys -o y.sys",
                "digest missing.sys -o y.tbs",
                "sign-digest missing.tbs -o y.sig",
                "attach missing.sys y.sig -o y.sys",
                "strip missing.sys -o y.sys",
                "diff missing.sys missing.exe",
                "submit missing.sys --project p --policy q",
                "verify-provenance missing.sys --provenance missing.jsonl --evidence missing.pem",
                "trust import missing.pem"
            })
    void aMissingFileIsNamed(String line) {
        Transcript.of(folder, (Object[]) line.split(" "))
                .fails(2, "there is no file missing.")
                .saysNothingOnOut();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "demo",
                "up",
                "lab",
                "lab list",
                "lab run",
                "sign",
                "submit",
                "strip",
                "verify",
                "explain",
                "rules",
                "diff",
                "verify-provenance",
                "hsm",
                "hsm init",
                "hsm renew",
                "catalog",
                "catalog show",
                "catalog create",
                "catalog check",
                "trust",
                "trust list",
                "trust import",
                "trust remove",
                "trust export-kit"
            })
    void everyVerbHasHelpOnStandardOutputThatFitsATerminal(String verb) {
        Transcript run =
                Transcript.of(folder, (Object[]) (verb + " --help").strip().split(" "));

        assertThat(run.exitCode()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).contains("Usage: countersign " + verb);
        assertThat(run.out().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(110));
    }

    @Test
    void helpListsTheVerbsInGroupsAndTheExitCodes() {
        String help = Transcript.of(folder, "--help").out();

        assertThat(help)
                .containsSubsequence(
                        "Try it:", "demo", "Sign:", "submit", "Check:", "verify", "Keys and trust:", "hsm", "trust");
        assertThat(help).containsSubsequence("Exit codes:", "  0 ", "  1 ", "  2 ", "  3 ");
    }

    @Test
    void severalFilesNeedAFolder() throws Exception {
        Path a = Files.writeString(folder.resolve("a.sys"), "a");
        Path b = Files.writeString(folder.resolve("b.sys"), "b");

        Transcript.of(folder, "sign", a, b, "-o", folder.resolve("c.sys"))
                .fails(2, "there are 2 files", "is not a folder", "--in-place");
    }

    /** A home SoftHSM refuses: no keys are made, but the folder is, and before this fails. */
    @Test
    void aHomeTheDemoMakesIsItsOwnersOnly() throws Exception {
        Path sample = folder.resolve("root/samples/hello-driver/prebuilt/hello.sys");
        Files.createDirectories(sample.getParent());
        Files.writeString(sample, "MZ");
        Path home = folder.resolve("home#");

        Transcript.of(home, Map.of("COUNTERSIGN_ROOT", folder.resolve("root").toString()), "demo")
                .fails(3, "SoftHSM cannot keep tokens in");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home)))
                .isEqualTo("rwx------");
    }

    @Test
    void withoutAnInstallationTheWayToMakeOneIsSaid() throws Exception {
        Path file = Files.writeString(folder.resolve("a.sys"), "a");
        Path home = folder.resolve("nowhere");

        Transcript.of(home, "sign", file, "-o", folder.resolve("b.sys"))
                .fails(3, "there is no installation at " + home, "countersign hsm init");
        assertThat(home).doesNotExist();
    }
}

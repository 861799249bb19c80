package io.countersign.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.countersign.fixture.PeSample;
import io.countersign.fixture.Tool;
import io.countersign.home.Home;
import io.countersign.hsm.Ceremony;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Signing with a real token, the one home of the test run. */
class SignCommandTest {
    private static final Path HOME = Path.of(System.getProperty("countersign.test.home"));

    @TempDir
    private Path folder;

    @BeforeAll
    static void makeHome() throws Exception {
        Ceremony.run(new Home(HOME), line -> {});
    }

    private Path driver() {
        return PeSample.plus().overlay(5).writeTo(folder.resolve("driver.sys"));
    }

    @Test
    void aDriverIsSignedAndTimestampedOfflineAndOsslsigncodeAgrees() {
        Path signed = folder.resolve("signed.sys");

        Transcript run = Transcript.of(HOME, "sign", driver(), "-o", signed);

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("signed with publisher, timestamped 20", " by Countersign LAB Timestamp Authority");
        assertThat(Transcript.of(HOME, "verify", signed).exitCode()).isZero();
        Tool.Run judged = Tool.named("osslsigncode", "osslsigncode")
                .run(
                        "verify",
                        "-ignore-crl",
                        "-CAfile",
                        HOME.resolve("pki/lab-root.pem"),
                        "-TSA-CAfile",
                        HOME.resolve("pki/lab-timestamp-root.pem"),
                        "-in",
                        signed);
        assertThat(judged.exitCode()).as(judged.output()).isZero();
    }

    @Test
    void pageHashesAreSignedWhenAskedForAndVerified() {
        Path signed = folder.resolve("signed.sys");

        assertThat(Transcript.of(HOME, "sign", "--page-hashes", driver(), "-o", signed)
                        .exitCode())
                .isZero();

        assertThat(Transcript.of(HOME, "verify", signed).out()).contains("pe.page-hashes: the SHA-256 of every page");
    }

    @Test
    void whatWindowsMayHoldAgainstASignatureIsWarnedOfAndNotPartOfTheResult() throws Exception {
        Path signed = folder.resolve("signed.sys");

        Transcript run =
                Transcript.of(HOME, "sign", "--url", "https://example.org/EGGA", driver(), "-o", signed, "--json");

        assertThat(run.exitCode()).isZero();
        assertThat(run.err()).contains("countersign: warning: ", "contained “EGGA”", "signtool /rmc");
        assertThat(run.json().path("files").path(0).path("warnings")).hasSize(2);
        assertThat(Transcript.of(HOME, "sign", "--rmc", driver(), "-o", signed).err())
                .isEmpty();
    }

    @Test
    void jsonTellsWhatWasMade() throws Exception {
        Path signed = folder.resolve("signed.sys");

        JsonNode file = Transcript.of(HOME, "sign", driver(), "-o", signed, "--json", "--digest", "sha384")
                .json()
                .path("files")
                .path(0);

        assertThat(file.path("key").asText()).isEqualTo("publisher");
        assertThat(file.path("imageDigest").asText()).hasSize(96);
        assertThat(file.path("timestamp").path("authority").asText()).isEqualTo("Countersign LAB Timestamp Authority");
        assertThat(file.path("timestamp").path("source").asText()).isEqualTo("lab");
        assertThat(file.path("timestamp").path("failures")).isEmpty();
    }

    @Test
    void severalFilesGoIntoAFolderAndASignedOneIsRefusedUnlessAskedFor() throws Exception {
        Path first = driver();
        Path second = Files.copy(first, folder.resolve("second.sys"));
        Path out = Files.createDirectory(folder.resolve("out"));

        assertThat(Transcript.of(HOME, "sign", first, second, "-o", out).exitCode())
                .isZero();
        assertThat(out.resolve("second.sys")).isRegularFile();
        byte[] once = Files.readAllBytes(out.resolve("second.sys"));
        Transcript.of(HOME, "sign", "--in-place", out.resolve("second.sys")).fails(1, "signed");
        assertThat(out.resolve("second.sys")).hasBinaryContent(once);
        assertThat(Transcript.of(HOME, "sign", "--in-place", "--replace", out.resolve("second.sys"))
                        .exitCode())
                .isZero();
    }

    @Test
    void theKeyIsNotUsedWhereTheOutputCannotGo() throws Exception {
        Path journal = HOME.resolve("log/key-use.jsonl");
        byte[] before = Files.exists(journal) ? Files.readAllBytes(journal) : new byte[0];
        Path out = Files.createDirectories(folder.resolve("out/driver.sys")).getParent();

        Transcript.of(HOME, "sign", driver(), "-o", "/nonexistent/x.sys")
                .fails(2, "there is no folder /nonexistent for /nonexistent/x.sys");
        Transcript.of(HOME, "sign", driver(), "-o", folder + "/newdir/")
                .fails(2, "there is no folder " + folder + "/newdir/");
        Transcript.of(HOME, "sign", driver(), "-o", out).fails(2, out + "/driver.sys is a folder");
        assertThat(folder.resolve("newdir")).doesNotExist();
        assertThat(Files.exists(journal) ? Files.readAllBytes(journal) : new byte[0])
                .isEqualTo(before);
    }

    @Test
    void aUrlOutsideAsciiIsWrongUsageAndItsAsciiFormIsSaid() {
        Transcript.of(HOME, "sign", driver(), "-o", folder.resolve("signed.sys"), "--url", "http://ex/\u00e9")
                .fails(2, "is not ASCII", "hint: write it as http://ex/%C3%A9");
    }

    @Test
    void jsonTellsWhichFilesWereDoneAndWhichFailed() throws Exception {
        Path good = driver();
        Path bad = Files.writeString(folder.resolve("empty.sys"), "");

        JsonNode document = Transcript.of(HOME, "sign", "--in-place", "--no-timestamp", "--json", good, bad, good)
                .fails(1, bad + ": ", "nor of another format that can be signed")
                .json();

        assertThat(document.path("files").findValuesAsText("file")).containsExactly(good.toString());
        assertThat(document.path("failed").asText()).isEqualTo(bad.toString());
        assertThat(document.path("error").asText()).startsWith(bad + ": ");
    }

    @Test
    void aTimestampIsAddedLaterAndASecondOnlyWhereAskedFor() throws Exception {
        Path signed = folder.resolve("signed.sys");
        Path stamped = folder.resolve("stamped.sys");
        assertThat(Transcript.of(HOME, "sign", "--no-timestamp", driver(), "-o", signed)
                        .exitCode())
                .isZero();

        Transcript run = Transcript.of(HOME, "timestamp", signed, "-o", stamped);

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).contains("timestamped 20", " by Countersign LAB Timestamp Authority");
        assertThat(Transcript.of(HOME, "verify", stamped).exitCode()).isZero();
        Transcript.of(HOME, "timestamp", "--in-place", stamped).fails(1, "has a timestamp already");
        JsonNode again = Transcript.of(HOME, "timestamp", "--in-place", "--add", "--json", stamped)
                .json();
        assertThat(again.findPath("timestamp").path("authority").asText())
                .isEqualTo("Countersign LAB Timestamp Authority");
        assertThat(Transcript.of(HOME, "verify", stamped).exitCode()).isZero();
        Transcript.of(HOME, "timestamp", driver(), "-o", stamped).fails(1, "no signature to timestamp");
        Transcript.of(HOME, "timestamp", "--signature", "-1", signed, "-o", stamped)
                .fails(2, "--signature -1");
    }

    @Test
    void notAPeIsRefusedAndNothingIsWritten() throws Exception {
        Path text = Files.writeString(folder.resolve("readme.txt"), "not a PE at all, only text");
        Path signed = folder.resolve("signed.sys");

        Transcript.of(HOME, "sign", text, "-o", signed).fails(1, "not a PE").saysNothingOnOut();
        assertThat(signed).doesNotExist();
    }

    @Test
    void aKeyThatIsNotLocalIsRefused() {
        Transcript.of(HOME, "sign", driver(), "-o", folder.resolve("signed.sys"), "--key", "evidence")
                .fails(1, "key 'evidence' is not marked 'local: true'", "countersign submit");
    }

    @Test
    void anUnknownKeyNamesTheKnownOnes() {
        Transcript.of(HOME, "sign", driver(), "-o", folder.resolve("signed.sys"), "--key", "nope")
                .fails(2, "has no key 'nope'", "publisher (local)");
    }

    @Test
    void aTsaThatIsNotThereEndsWithThreeAndLeavesNothing() throws Exception {
        int free;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }
        Path signed = folder.resolve("signed.sys");

        Transcript.of(HOME, "sign", driver(), "-o", signed, "--tsa", "http://127.0.0.1:" + free + "/")
                .fails(3, "127.0.0.1:" + free);
        assertThat(signed).doesNotExist();
    }

    @Test
    void rootsWithoutAnAuthorityToJudgeByThemAreWrongUsage() {
        Transcript.of(
                        HOME,
                        "sign",
                        driver(),
                        "-o",
                        folder.resolve("signed.sys"),
                        "--tsa-roots",
                        HOME.resolve("pki/lab-timestamp-root.pem"))
                .fails(2, "--tsa");
    }

    @Test
    void anAuthorityOutsideTheGivenRootsIsPassedOverAndSaidWhy() throws Exception {
        try (LoopbackAuthorities two = LoopbackAuthorities.start()) {
            Transcript run = Transcript.of(
                    HOME,
                    "sign",
                    driver(),
                    "-o",
                    folder.resolve("signed.sys"),
                    "--json",
                    "--tsa",
                    two.url(0),
                    "--tsa",
                    two.url(1),
                    "--tsa-roots",
                    two.rootOf(1, folder.resolve("root.pem")));

            assertThat(run.exitCode()).as(run.err()).isZero();
            assertThat(run.err()).contains("warning: ", two.url(0) + " failed: ", "not trusted for timestamps");
            JsonNode timestamp = run.json().at("/files/0/timestamp");
            assertThat(timestamp.path("source").asText()).isEqualTo(two.url(1));
            assertThat(timestamp.at("/failures/0/source").asText()).isEqualTo(two.url(0));
            assertThat(timestamp.at("/failures/0/reason").asText()).contains("not trusted for timestamps");
        }
    }

    @Test
    void aUrlThatIsNoTsaIsWrongUsage() {
        Transcript.of(HOME, "sign", driver(), "-o", folder.resolve("signed.sys"), "--tsa", "ftp://example")
                .fails(2, "is no URL of a timestamp authority");
    }

    @Test
    void statusProvesEveryKey() throws Exception {
        JsonNode status = Transcript.of(HOME, "hsm", "status", "--json").json();

        assertThat(status.path("problems")).isEmpty();
        assertThat(status.findValuesAsText("signs"))
                .hasSizeGreaterThanOrEqualTo(3)
                .containsOnly("true");
        assertThat(Transcript.of(HOME, "hsm", "status").out())
                .contains("born in the token, cannot leave it", "days left");
    }

    /** SoftHSM serves one home a process, so these run in processes of their own. */
    @Test
    void aWrongPinAndAMissingTokenEndWithThreeAndNeverShowThePin() throws Exception {
        Path home = folder.resolve("home");
        copy(HOME, home);
        assertThat(Transcript.of(HOME, "hsm", "init").exitCode()).isZero();
        assertThat(inAProcess(home, "hsm", "init").exitCode()).isZero();
        Path pin = home.resolve("secrets/countersign-signing.pin");
        Files.writeString(pin, "99999999\n");

        Transcript wrong = inAProcess(home, "sign", driver(), "-o", folder.resolve("signed.sys"));
        wrong.fails(3, "PIN");
        assertThat(wrong.err()).doesNotContain("99999999");

        delete(home.resolve("tokens"));
        Files.createDirectory(home.resolve("tokens"));
        inAProcess(home, "sign", driver(), "-o", folder.resolve("signed.sys")).fails(3, "no token with label");
        assertThat(folder.resolve("signed.sys")).doesNotExist();
    }

    private Transcript inAProcess(Path home, Object... words) throws Exception {
        Path out = folder.resolve("out.txt");
        Path err = folder.resolve("err.txt");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED", // as the manifest of the packaged jar says
                "-cp",
                System.getProperty("java.class.path"),
                "io.countersign.cli.Countersign"));
        Stream.of(words).map(Object::toString).forEach(command::add);
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().put("COUNTERSIGN_HOME", home.toString());
        builder.environment().put("SOFTHSM2_CONF", home.resolve("softhsm2.conf").toString());
        int exitCode = builder.start().waitFor();
        return new Transcript(
                exitCode, Files.readString(out, StandardCharsets.UTF_8), Files.readString(err, StandardCharsets.UTF_8));
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file :
                    files.filter(f -> !f.toString().contains("/state/")).toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}

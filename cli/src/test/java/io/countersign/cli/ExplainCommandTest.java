package io.countersign.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import io.countersign.fixture.CheckerSample;
import io.countersign.fixture.PeSample;
import io.countersign.fixture.SoftwareKey;
import io.countersign.fixture.TestPki;
import io.countersign.fixture.WindowsPki;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExplainCommandTest {
    private static final String THEN = "2026-10-01T00:00:00Z";
    private static final String TEACUP = "windows-11-24h2,secureboot=on,hvci=on,driver-policy=enforced";
    private static final byte[] DRIVER =
            WindowsPki.withRightChecksum(PeSample.plus().toByteArray());
    private static final Path SCHEMA = Path.of("../docs/explain.schema.json");

    @TempDir
    private Path folder;

    private Path home;

    @BeforeEach
    void makeHome() throws IOException {
        home = LabHome.in(folder);
    }

    private Transcript explain(Object... arguments) {
        return Transcript.of(
                home,
                Stream.concat(Stream.of("explain", "--at", WindowsPki.NOW), Stream.of(arguments))
                        .toArray());
    }

    private Path file(String name, byte[] content) throws IOException {
        return Files.write(folder.resolve(name), content);
    }

    private Path signed(SoftwareKey key) throws IOException {
        return file("driver.sys", WindowsPki.sign(DRIVER, key, THEN));
    }

    private Path catalog(SoftwareKey key) throws IOException {
        return file(
                "driver.cat", WindowsPki.catalog(DRIVER, key, THEN).encoded().toByteArray());
    }

    /** One word a row of the matrix. */
    private static List<String> verdicts(Transcript run) {
        return run.out()
                .lines()
                .dropWhile(l -> !l.startsWith("  kernel loader"))
                .takeWhile(l -> !l.startsWith("  machine"))
                .filter(l -> l.matches("  \\S.*"))
                .map(l -> l.substring(29, 37).strip())
                .toList();
    }

    @Test
    void theStormInATeacupIsOneScreen() throws IOException {
        Path file = signed(WindowsPki.ATTESTED);
        Path catalog = catalog(WindowsPki.ATTESTED);

        Transcript run = explain("--machine", TEACUP, "--catalog", catalog, file);

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).startsWith(file + ": Windows 11 24H2 would load this driver.\n");
        assertThat(verdicts(run))
                .containsExactly("loads", "accepts", "accepts", "accepts", "accepts", "warns", "accepts");
        assertThat(run.out())
                .contains("LOAD_ATTESTED: primary signature: ")
                .contains("SIGCHECK_TIMESTAMP_FLAG: ")
                .contains("sigcheck-old: as told in the story; no version of sigcheck was seen to do so")
                .contains("sigcheck-old: nothing: whose timestamp it is decides neither")
                .contains("LAB-PAST Hardware Publisher ← LAB-PAST Third Party Component CA 2014 ←");
        assertThat(run.out().lines().toList())
                .hasSizeLessThanOrEqualTo(40)
                .allSatisfy(l -> assertThat(l).hasSizeLessThanOrEqualTo(110));
    }

    @Test
    void besideItTheDriverThatIsOnlyItsPublishers() throws IOException {
        Path file = signed(WindowsPki.CURRENT_EV);

        Transcript run = explain("--machine", TEACUP, file);

        assertThat(run.out()).startsWith(file + ": Windows 11 24H2 would not load this driver.\n");
        assertThat(verdicts(run))
                .containsExactly("blocked", "refuses", "accepts", "refuses", "accepts", "warns", "refuses");
        assertThat(run.out())
                .contains("  kp: submit the driver to Microsoft's hardware portal for attestation\n")
                .contains("0xC0000428", "STATUS_INVALID_IMAGE_HASH", "Code Integrity event 3004");
    }

    @Test
    void unsignedMalformedAndOtherFiles() throws IOException {
        Path unsigned = file("unsigned.sys", DRIVER);
        Path text = file("text.txt", "no program".getBytes(StandardCharsets.UTF_8));
        Path empty = file("empty", new byte[0]);
        Path cut = file("cut.sys", Arrays.copyOf(DRIVER, 200));

        Transcript run = explain(unsigned, text, empty, cut);

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out())
                .contains(unsigned + ": Windows 11 24H2 would not load this driver.")
                .contains("SIGNTOOL_NO_SIGNATURE, 0x800B0100 TRUST_E_NOSIGNATURE: no signature")
                .contains("Signatures, as of 2026-11-01T12:00:00Z:\n  none\n")
                .contains(text + ": Windows 11 24H2 would not load this file.")
                .contains(empty + ": Windows 11 24H2 would not load this file.")
                .contains(cut + ": Windows 11 24H2 would not load this file.");
    }

    @Test
    void whatWasChangedAfterSigningIsBroken() throws IOException {
        byte[] changed = WindowsPki.sign(DRIVER, WindowsPki.WHQL, THEN);
        changed[changed.length / 4] ^= 1;

        Transcript run = explain(file("changed.sys", changed));

        assertThat(run.out())
                .contains("would not load this driver.\n", "LOAD_BAD_DIGEST", "BROKEN", "0x80096010 TRUST_E_BAD_DIGEST")
                .contains("sign the file again, last of all changes");
        assertThat(verdicts(run)).startsWith("blocked", "refuses", "refuses", "refuses", "refuses", "refuses");
    }

    @Test
    void severalMachinesAreJudgedEachByItself() throws IOException {
        Path file = file("old.sys", WindowsPki.sign(DRIVER, WindowsPki.CROSS_SIGNED_2013, "2014-01-01T00:00:00Z"));

        Transcript run = explain(
                "--machine", "windows-7,sha2=yes", "--machine", TEACUP, "--require", "loader", "--require", "kp", file);

        assertThat(run.out())
                .startsWith(file + ": Windows 7 would load this driver; Windows 11 24H2 would not load this driver.\n")
                .contains("  kernel loader 1", "  kernel loader 2", "LOAD_DRIVER_POLICY");
        assertThat(run.exitCode()).isOne();
        assertThat(run.err())
                .contains("required: loader does not accept " + file)
                .doesNotContain("kp does not");
    }

    @Test
    void whatIsUnknownIsNoYes() throws IOException {
        Path file = file("old.sys", WindowsPki.sign(DRIVER, WindowsPki.CROSS_SIGNED_2013, "2014-01-01T00:00:00Z"));

        Transcript run = explain("--require", "loader,pa", file);

        assertThat(run.out())
                .startsWith(file + ": Windows 11 24H2 might load this driver.\n")
                .contains("It depends on the Windows Driver Policy of 2026.", "driver-policy=enforced it is");
        assertThat(run.exitCode()).isOne();
        assertThat(explain("--require", "pa", file).exitCode()).isZero();
        explain("--require", "loader,signtol", file)
                .fails(2, "'signtol' is no checker", "use one of loader, signtool, pa");
    }

    @Test
    void theDocumentFitsItsSchema() throws IOException {
        byte[] broken = WindowsPki.sign(DRIVER, WindowsPki.WHQL, THEN);
        broken[broken.length / 4] ^= 1;
        Transcript run = explain(
                "--json",
                "--require",
                "loader,kp",
                "--catalog",
                catalog(WindowsPki.WHQL),
                signed(WindowsPki.ATTESTED),
                file("broken.sys", broken),
                file("old.sys", WindowsPki.sign(DRIVER, WindowsPki.CROSS_SIGNED_2013, "2014-01-01T00:00:00Z")),
                file("untimed.sys", CheckerSample.signUnchecked(DRIVER, CheckerSample.TLS_SERVER)),
                file("text.txt", "text".getBytes(StandardCharsets.UTF_8)));

        JsonNode document = run.json();
        assertThat(schema().validate(document)).isEmpty();
        assertThat(run.exitCode()).isOne();
        JsonNode attested = document.path("files").path(0);
        assertThat(attested.path("loader").path(0).path("answer").asText()).isEqualTo("loads");
        assertThat(attested.path("loader").path(0).path("rule").asText()).isEqualTo("LOAD_ATTESTED");
        assertThat(attested.path("signatures").path(0).path("class").asText()).isEqualTo("attested");
        assertThat(document.path("notSupplied")).extracting(JsonNode::asText).contains("driver-block-list", "crl");
        assertThat(document.path("unmet")).isNotEmpty();
        assertThat(attested.path("checkers"))
                .extracting(c -> c.path("id").asText())
                .containsExactlyElementsOf(Explanation.names().subList(1, 7));
    }

    private static JsonSchema schema() throws IOException {
        return JsonSchemaFactory.getInstance(VersionFlag.V202012).getSchema(Files.readString(SCHEMA));
    }

    @Test
    void aSarifLogHasAResultForEachWhoDoesNotAccept() throws IOException {
        Path ev = file("ev driver.sys", WindowsPki.sign(DRIVER, WindowsPki.CURRENT_EV, THEN));
        Path old = file("old.sys", WindowsPki.sign(DRIVER, WindowsPki.CROSS_SIGNED_2013, "2014-01-01T00:00:00Z"));

        Transcript run = explain("--sarif", "--require", "kp", ev, old);

        assertThat(run.exitCode()).isOne();
        JsonNode log = run.json();
        assertThat(log.path("version").asText()).isEqualTo("2.1.0");
        JsonNode results = log.path("runs").path(0).path("results");
        assertThat(results)
                .extracting(
                        r -> r.path("level").asText() + " " + r.path("ruleId").asText())
                .containsExactly(
                        "error LOAD_NO_MS_ROOT",
                        "warning SIGNTOOL_DRIVER_NOT_MICROSOFT",
                        "error SIGNTOOL_KP_NOT_MICROSOFT_ROOT",
                        "note SIGCHECK_TIMESTAMP_FLAG",
                        "warning SIGVERIF_NOT_IN_CATALOG",
                        "warning LOAD_DRIVER_POLICY",
                        "warning SIGNTOOL_DRIVER_NOT_MICROSOFT",
                        "note SIGCHECK_TIMESTAMP_FLAG",
                        "warning SIGVERIF_NOT_IN_CATALOG");
        assertThat(results.findValuesAsText("uri"))
                .hasSize(9)
                .startsWith(ev.toUri().toString())
                .endsWith(old.toUri().toString());
        List<String> described = log.path("runs")
                .path(0)
                .path("tool")
                .path("driver")
                .path("rules")
                .findValuesAsText("id");
        assertThat(described).doesNotHaveDuplicates().containsAll(results.findValuesAsText("ruleId"));
        explain("--sarif", "--json", ev).fails(2, "--json and --sarif are two documents");
    }

    @Test
    void detailsAreShownOnDemand() throws IOException {
        Path file = signed(WindowsPki.ATTESTED);

        assertThat(explain("--rules", file).out())
                .contains("Rules of the kernel loader, on windows-11-24h2, arch=x64", "Rules of signtool verify /v /kp")
                .contains("  allows   LOAD_ATTESTED, primary signature: ")
                .contains("documented: ");
        assertThat(explain("--transcript", file).out())
                .contains("What signtool verify /v /pa prints:", "Successfully verified: driver.sys", "(exit code 0)")
                .contains("\tVerified:\tSigned");
    }

    @Test
    void aHostileNameReachesNoTerminal() throws IOException {
        Path file = file("bad\u001b[2J\nname.sys", WindowsPki.sign(DRIVER, WindowsPki.CURRENT_EV, THEN));
        Path catalog = Files.move(catalog(WindowsPki.WHQL), folder.resolve("evil\u001b[1m.cat"));

        Transcript run = explain("--rules", "--transcript", "--require", "kp", "--catalog", catalog, file);

        assertThat(run.out()).contains("bad?[2J?name.sys: Windows").doesNotContain("\u001b");
        assertThat(run.err()).contains("bad?[2J?name.sys").doesNotContain("\u001b");
        assertThat(explain("--json", file).out()).doesNotContain("\u001b").contains("bad\\u001B[2J\\nname.sys");
    }

    @Test
    void withoutAHomeWhatIsMissingIsSaid() throws IOException {
        Path file = signed(WindowsPki.ATTESTED);

        Transcript run = Transcript.of(folder.resolve("nowhere"), "explain", "--at", WindowsPki.NOW, file);

        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).startsWith(file + ": Windows 11 24H2 would not load this driver.");
        assertThat(run.out().replaceAll("\\s+", " "))
                .contains(
                        "Not supplied: microsoft-root, code-verification-root, user-root, timestamp-root, disallowed,")
                .contains("driver-revocation, driver-block-list, crl; 'countersign trust import'");

        Path root = TestPki.pem(folder.resolve("root.pem"), WindowsPki.EV_ROOT.certificate());
        Path tsa = TestPki.pem(folder.resolve("tsa.pem"), WindowsPki.TIMESTAMP_ROOT.certificate());
        Path ev = file("ev.sys", WindowsPki.sign(DRIVER, WindowsPki.CURRENT_EV, THEN));
        Object[] given = {"explain", "--at", "2030-01-01", "--require", "pa", "--roots", root, "--tsa-roots", tsa, ev};
        assertThat(Transcript.of(folder.resolve("nowhere"), given).exitCode()).isZero();
    }
}

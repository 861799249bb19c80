package io.countersign.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import io.countersign.catalog.Catalog;
import io.countersign.fixture.PackageSample;
import io.countersign.fixture.PeSample;
import io.countersign.fixture.WindowsPki;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExplainPackageTest {
    private static final String WINDOWS_11 = "windows-11-24h2,secureboot=on,hvci=on,driver-policy=enforced";
    private static final byte[] UNSIGNED =
            WindowsPki.withRightChecksum(PeSample.plus().toByteArray());
    private static final byte[] SIGNED = WindowsPki.sign(UNSIGNED, WindowsPki.WHQL, PackageSample.THEN);

    @TempDir
    private Path folder;

    private Path home;
    private PackageSample sample;

    @BeforeEach
    void makeHome() throws IOException {
        home = LabHome.in(folder);
        sample = PackageSample.in(folder, SIGNED);
    }

    private Transcript explain(Object... arguments) {
        return Transcript.of(
                home,
                Stream.concat(
                                Stream.of("explain", "--at", WindowsPki.NOW, "--machine", WINDOWS_11),
                                Stream.of(arguments))
                        .toArray());
    }

    private Path orderMistake() {
        sample.write("lab.sys", UNSIGNED);
        Catalog flat = sample.flatCatalog("10_X64");
        return sample.write("lab.sys", SIGNED).signed(flat, WindowsPki.WHQL).zip();
    }

    @Test
    void aGoodPackageAndItsDriverAreAccepted() {
        Path cabinet = sample.catalogued(WindowsPki.WHQL, "10_X64").cabinet();

        Transcript run = explain("--require", "package,loader,kp,sigverif", cabinet, sample.folder());

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out())
                .startsWith(cabinet + ": Windows 11 24H2 would install this driver package and load its driver.\n")
                .contains("  installer                  accepts   every rule holds\n")
                .contains(cabinet.resolve("lab.sys") + ": Windows 11 24H2 would load this driver.\n")
                .contains(sample.folder() + ": Windows 11 24H2 would install")
                .contains("catalog lab.cat");
        assertThat(run.out().lines().filter(l -> !l.contains(folder.toString())))
                .allSatisfy(l -> assertThat(l).hasSizeLessThanOrEqualTo(110));
    }

    @Test
    void theOrderMistakeIsNamedWithItsRemedy() {
        Path zip = orderMistake();

        Transcript run = explain("--require", "package,loader", zip);

        assertThat(run.exitCode()).isOne();
        assertThat(run.err())
                .contains("required: package does not accept " + zip)
                .doesNotContain("loader does not");
        assertThat(run.out())
                .startsWith(zip + ": Windows 11 24H2 would not install this driver package.\n"
                        + "  lab.sys: was signed after the catalog was made: ")
                .contains("  breaks   PKG_SIGNED_AFTER_CATALOG, lab.sys: was signed after the catalog was made")
                .contains("PKG_SIGNED_AFTER_CATALOG, SetupAPI 0xE000024B")
                .contains("  lab.sys: sign the .sys before making the catalog");
    }

    @Test
    void thePublishersQuestionAndADriverThatDoesNotLoadAreInTheFirstLine() {
        sample.write("lab.sys", WindowsPki.sign(UNSIGNED, WindowsPki.CURRENT_EV, PackageSample.THEN))
                .catalogued(WindowsPki.CURRENT_EV, "10_X64");

        assertThat(explain(sample.folder()).out())
                .startsWith(
                        sample.folder() + ": Windows 11 24H2 would ask about the publisher of this driver package and"
                                + " would not load its driver.\n");
    }

    @Test
    void machinesAreJudgedEachByItself() {
        sample.catalogued(WindowsPki.WHQL, "10_X64");

        Transcript run = explain("--machine", "windows-11-24h2,arch=arm64", "--rules", sample.folder());

        assertThat(run.out())
                .contains("  installer 1", "  installer 2", "PKG_INF_TARGET, lab.inf (machine 2): ")
                .contains("documented: windows-driver-docs: install/");
    }

    @Test
    void theDocumentFitsItsSchema() throws IOException {
        Path bad = Files.writeString(folder.resolve("bad.cab"), "MSCF, and nothing else");

        Transcript run = explain("--json", "--require", "package,kp", orderMistake(), bad, sample.folder());

        JsonNode document = run.json();
        assertThat(JsonSchemaFactory.getInstance(VersionFlag.V202012)
                        .getSchema(Files.readString(Path.of("../docs/explain.schema.json")))
                        .validate(document))
                .isEmpty();
        JsonNode packages = document.path("packages");
        assertThat(packages.path(0).path("installer").path(0).path("rule").asText())
                .isEqualTo("PKG_SIGNED_AFTER_CATALOG");
        assertThat(packages.path(0).path("images").path(0).path("signatures")).isNotEmpty();
        assertThat(packages.path(0).path("members"))
                .extracting(JsonNode::asText)
                .containsExactly("lab.cat", "lab.inf", "lab.sys");
        assertThat(packages.path(1).path("unreadable").asText()).contains("the cabinet ends inside its header");
        assertThat(document.path("unmet"))
                .extracting(JsonNode::asText)
                .contains("package does not accept " + bad, "kp does not accept " + bad);
        assertThat(run.exitCode()).isOne();
    }

    @Test
    void aSarifLogHasThePackagesFindings() throws IOException {
        JsonNode results =
                explain("--sarif", orderMistake()).json().path("runs").path(0).path("results");

        assertThat(results.path(0).path("ruleId").asText()).isEqualTo("PKG_SIGNED_AFTER_CATALOG");
        assertThat(results.path(0).path("level").asText()).isEqualTo("error");
        assertThat(results.findValuesAsText("uri").get(0)).endsWith("package.zip/lab.sys");
    }

    @Test
    void hostileNamesReachNoTerminalAndAreNotFollowed() throws IOException {
        sample.catalogued(WindowsPki.WHQL, "10_X64").write("evil\u001b[2J.txt", new byte[1]);

        assertThat(explain("--rules", sample.folder()).out())
                .contains("evil?[2J.txt")
                .doesNotContain("\u001b");

        Files.createSymbolicLink(sample.folder().resolve("link.sys"), Path.of("/etc/hostname"));
        Transcript run = explain("--require", "loader", sample.folder());
        assertThat(run.exitCode()).isOne();
        assertThat(run.out()).contains("PKG_READABLE").doesNotContain("would load");
    }

    @Test
    void aFileIsNoPackageAndAnotherFormatOfZipIsAFile() throws IOException {
        Path driver = Files.write(folder.resolve("driver.sys"), SIGNED);
        assertThat(explain("--require", "package", driver).exitCode()).isOne();

        Path text = Files.write(folder.resolve("text.zip"), "PK?".getBytes(StandardCharsets.UTF_8));
        assertThat(explain(text).out()).startsWith(text + ": Windows 11 24H2 would not load this file.");
        assertThat(List.of(explain(folder.resolve("nothing")).exitCode())).containsExactly(2);
    }
}

package io.countersign.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.countersign.fixture.Tool;
import io.countersign.home.Home;
import io.countersign.hsm.Ceremony;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The catalog of samples/hello-driver, signed with a real token. */
class CatalogCommandTest {
    private static final Path HOME = Path.of(System.getProperty("countersign.test.home"));

    @TempDir
    private Path folder;

    private Path cat;

    @BeforeAll
    static void makeHome() throws Exception {
        Ceremony.run(new Home(HOME), line -> {});
    }

    @BeforeEach
    void copyPackage() throws IOException {
        Path sample = Path.of("../samples/hello-driver");
        Files.copy(sample.resolve("hello.inf"), folder.resolve("hello.inf"));
        Files.copy(sample.resolve("prebuilt/hello.sys"), folder.resolve("hello.sys"));
        cat = folder.resolve("hello.cat");
    }

    @Test
    void aPackageGetsASignedAndTimestampedCatalogAndOsslsigncodeAgrees() {
        Transcript run = Transcript.of(HOME, "catalog", "create", folder);

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).contains("hello.cat: 2 files, signed by ", "the signature holds, timestamped 20");
        Tool.Run judged = Tool.named("osslsigncode", "osslsigncode")
                .run(
                        "verify",
                        "-ignore-crl",
                        "-CAfile",
                        HOME.resolve("pki/lab-root.pem"),
                        "-TSA-CAfile",
                        HOME.resolve("pki/lab-timestamp-root.pem"),
                        "-catalog",
                        cat,
                        "-in",
                        folder.resolve("hello.sys"));
        assertThat(judged.exitCode()).as(judged.output()).isZero();
    }

    @Test
    void showTellsMembersAndAttributes() throws Exception {
        Transcript.of(HOME, "catalog", "create", folder, "--unsigned", "--time", "2026-11-23", "--hash", "v1");

        String text = Transcript.of(HOME, "catalog", "show", cat).out();
        assertThat(text)
                .contains("catalog version 1", "made 2026-11-23T00:00:00Z", "not signed", "OS = _v100_X64")
                .contains("hello.sys", "hello.inf", "of the PE image", "of the file", "2:10.0", "{C689AAB8");
        JsonNode json = Transcript.of(HOME, "catalog", "show", "--json", cat).json();
        assertThat(json.path("version").asInt()).isEqualTo(1);
        assertThat(json.path("members").findValuesAsText("file")).containsExactlyInAnyOrder("hello.sys", "hello.inf");
        assertThat(json.has("signature")).isFalse();
    }

    @Test
    void theSameTimeMakesTheSameCatalog() throws Exception {
        String[] line = {"catalog", "create", folder.toString(), "--no-timestamp", "--time", "2026-11-23", "-o"};
        Path other = folder.resolve("other.cat");
        assertThat(Transcript.of(HOME, (Object[]) with(line, cat.toString())).exitCode())
                .isZero();
        assertThat(Transcript.of(HOME, (Object[]) with(line, other.toString())).exitCode())
                .isZero();

        assertThat(other).hasSameBinaryContentAs(cat);
    }

    private static String[] with(String[] line, String last) {
        String[] whole = Arrays.copyOf(line, line.length + 1);
        whole[line.length] = last;
        return whole;
    }

    @Test
    void whatIsMissingIsNamedAndNothingIsWritten() throws Exception {
        Files.delete(folder.resolve("hello.sys"));
        Transcript.of(HOME, "catalog", "create", folder).fails(1, "not in the package: hello.sys");
        assertThat(cat).doesNotExist();
        Transcript.of(HOME, "catalog", "create", folder.resolve("none")).fails(2, "is not a folder");
        Transcript.of(HOME, "catalog", "create", folder, "--os", "95_X86")
                .fails(2, "'95_X86' is no version of Windows");
        Transcript.of(HOME, "catalog", "show", folder.resolve("hello.inf")).fails(1, "hello.inf", "not well");
        Transcript.of(HOME, "catalog").fails(2, "catalog needs a command");
    }

    @Test
    void checkTellsWhatIsCoveredChangedMissingAndForeign() throws Exception {
        assertThat(Transcript.of(HOME, "catalog", "create", folder).exitCode()).isZero();
        Path driver = folder.resolve("hello.sys");
        Path readme = Files.writeString(folder.resolve("readme.txt"), "not in the INF");

        Transcript folderRun = Transcript.of(HOME, "catalog", "check", cat, folder);
        assertThat(folderRun.exitCode()).as(folderRun.out()).isZero();
        assertThat(folderRun.out()).contains("hello.sys: covered", "hello.inf: covered", "readme.txt: absent");
        assertThat(Transcript.of(HOME, "catalog", "check", cat, readme).exitCode())
                .isOne();

        assertThat(Transcript.of(HOME, "sign", "--in-place", driver).exitCode()).isZero();
        Transcript signed = Transcript.of(HOME, "catalog", "check", cat, driver);
        assertThat(signed.exitCode()).isZero();
        assertThat(signed.out()).contains("leaves its embedded signature out");

        Files.writeString(folder.resolve("hello.inf"), "; changed");
        Files.delete(driver);
        Transcript broken = Transcript.of(HOME, "catalog", "check", cat, folder, "--json");
        assertThat(broken.exitCode()).isOne();
        assertThat(broken.json().path("good").asBoolean()).isFalse();
        assertThat(broken.json().path("missing").path(0).asText()).isEqualTo("hello.sys");
        assertThat(broken.out()).contains("changed since the catalog was made");
        Transcript.of(HOME, "catalog", "check", cat, folder, readme).fails(2, "a folder is checked by itself");
        Transcript.of(HOME, "catalog", "check", cat, driver).fails(2, "there is no file");
    }
}

package io.countersign.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.countersign.fixture.FormatSample;
import io.countersign.fixture.Tool;
import io.countersign.format.FileFormat;
import io.countersign.home.Configuration;
import io.countersign.home.ConfigurationFile;
import io.countersign.home.Home;
import io.countersign.hsm.Ceremony;
import io.countersign.x509.PemCertificates;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Every format from the command line, with an RSA-3072 key of a real token. */
class FormatsCommandTest {
    private static final Path HOME = Path.of(System.getProperty("countersign.test.home"));
    private static String publisher;

    @TempDir
    private Path folder;

    @BeforeAll
    static void makeHome() throws Exception {
        Home home = new Home(HOME);
        Ceremony.run(home, line -> {});
        Configuration.Key key = ConfigurationFile.read(home).key("publisher").orElseThrow();
        publisher = PemCertificates.read(key.chain().get(0))
                .get(0)
                .getSubjectX500Principal()
                .getName();
    }

    @Test
    void everyFormatIsListed() throws Exception {
        Transcript run = Transcript.of(folder, "formats");
        assertThat(run.exitCode()).isZero();
        for (FileFormat format : FileFormat.values()) {
            assertThat(run.out())
                    .contains(format.id(), "." + format.extensions().get(0), format.note());
        }
        JsonNode list = Transcript.of(folder, "formats", "--json").json().path("formats");
        assertThat(list).hasSize(FileFormat.values().length);
        assertThat(list.get(0).path("id").asText()).isEqualTo("pe");
        assertThat(list.get(0).path("secondSignature").asBoolean()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(
            mode = Mode.EXCLUDE,
            names = {"PE", "CATALOG"})
    void aFileIsSignedVerifiedTimestampedAgainAndStripped(FileFormat format) {
        Path input = FormatSample.write(format, folder, publisher.replace("\"", "&quot;"));
        Path signed = folder.resolve("signed." + format.extensions().get(0));

        Transcript run = Transcript.of(HOME, "sign", input, "-o", signed);
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).contains("signed with publisher, timestamped 20");
        Transcript verified = Transcript.of(HOME, "verify", signed);
        assertThat(verified.exitCode()).as(verified.out()).isZero();
        assertThat(Transcript.of(HOME, "timestamp", "--add", signed, "--in-place")
                        .exitCode())
                .isZero();
        assertThat(Transcript.of(HOME, "verify", signed).exitCode()).isZero();

        Path stripped = folder.resolve("stripped." + format.extensions().get(0));
        assertThat(Transcript.of(HOME, "strip", signed, "-o", stripped).out()).contains("as they were");
        assertThat(Transcript.of(HOME, "verify", stripped).out()).contains("not signed");
        Transcript.of(HOME, "sign", "--page-hashes", stripped, "-o", signed)
                .fails(1, "page hashes belong to PE files", format.title());
    }

    @Test
    void osslsigncodeAgreesAboutAnInstallerPackage() {
        Path signed = folder.resolve("signed.msi");
        Transcript.of(HOME, "sign", FormatSample.write(FileFormat.INSTALLER, folder, ""), "-o", signed);
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
    void aCatalogIsSignedAndVerifiedToo() throws Exception {
        Path sample = Path.of("../samples/hello-driver");
        Files.copy(sample.resolve("hello.inf"), folder.resolve("hello.inf"));
        Files.copy(sample.resolve("prebuilt/hello.sys"), folder.resolve("hello.sys"));
        Transcript made = Transcript.of(
                HOME, "catalog", "create", folder, "--os", "10_X64", "--unsigned", "-o", folder.resolve("hello.cat"));
        assertThat(made.exitCode()).as(made.err()).isZero();
        Path cat = folder.resolve("hello.cat");

        assertThat(Transcript.of(HOME, "verify", cat).out()).contains("not signed");
        Transcript run = Transcript.of(HOME, "sign", cat, "--in-place");
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(Transcript.of(HOME, "verify", cat).exitCode()).isZero();
        Transcript.of(HOME, "diff", cat, cat).fails(1, "PE files are what this compares");
    }
}

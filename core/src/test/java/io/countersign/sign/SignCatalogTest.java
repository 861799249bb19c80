package io.countersign.sign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.catalog.BuildCatalog;
import io.countersign.catalog.Catalog;
import io.countersign.catalog.CatalogVersion;
import io.countersign.catalog.DriverPackage;
import io.countersign.catalog.TargetSystem;
import io.countersign.fixture.SoftwareKey;
import io.countersign.fixture.TestPki;
import io.countersign.fixture.Tool;
import io.countersign.key.DigestAlgorithm;
import io.countersign.timestamp.TimestampAuthority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The catalog of samples/hello-driver, judged by programs we did not write. */
class SignCatalogTest {
    private static SoftwareKey root;
    private static SoftwareKey leaf;
    private static SoftwareKey tsaRoot;
    private static TimestampAuthority tsa;

    @TempDir
    private Path folder;

    private Path cat;

    @BeforeAll
    static void makeKeys() {
        root = TestPki.root("LAB root");
        leaf = TestPki.issue(root, "LAB publisher", TestPki.Kind.CODE_SIGNING);
        tsaRoot = TestPki.root("LAB timestamp root");
        tsa = new TimestampAuthority(
                "lab", TestPki.issue(tsaRoot, "LAB tsa", TestPki.Kind.TIME_STAMPING), InstantSource.system());
    }

    @BeforeEach
    void copyPackage() throws IOException {
        Path sample = Path.of("../samples/hello-driver");
        Files.copy(sample.resolve("hello.inf"), folder.resolve("hello.inf"));
        Files.copy(sample.resolve("prebuilt/hello.sys"), folder.resolve("hello.sys"));
        cat = folder.resolve("hello.cat");
    }

    private Catalog build(CatalogVersion version) throws Exception {
        DriverPackage source = DriverPackage.read(
                folder, Optional.empty(), List.of(TargetSystem.of("10_X64").orElseThrow()));
        assertThat(source.catalogName()).isEqualTo("hello.cat");
        return BuildCatalog.of(source, version, Instant.parse("2026-11-23T10:00:00Z"));
    }

    private Tool.Run osslsigncode(String member) {
        return Tool.named("osslsigncode", "osslsigncode")
                .run(
                        "verify",
                        "-CAfile",
                        TestPki.pem(folder.resolve("root.pem"), root.certificate()),
                        "-TSA-CAfile",
                        TestPki.pem(folder.resolve("tsa.pem"), tsaRoot.certificate()),
                        "-catalog",
                        cat,
                        "-in",
                        folder.resolve(member));
    }

    @Test
    void osslsigncodeFindsTheDriverInASignedAndTimestampedCatalogOfEitherVersion() throws Exception {
        for (CatalogVersion version : CatalogVersion.values()) {
            Catalog signed = new SignCatalog(leaf, Optional.of(tsa)).sign(build(version), cat, DigestAlgorithm.SHA256);

            assertThat(signed.signature().orElseThrow().timestamps()).hasSize(1);
            assertThat(Catalog.read(cat).encoded()).isEqualTo(signed.encoded());
            Tool.Run run = osslsigncode("hello.sys");
            assertThat(run.exitCode()).as(run.output()).isZero();
            assertThat(run.output()).contains("Succeeded", "LAB publisher", "LAB tsa");
        }
    }

    @Test
    void osslsigncodeDoesNotFindAChangedDriver() throws Exception {
        new SignCatalog(leaf, Optional.empty()).sign(build(CatalogVersion.V2), cat, DigestAlgorithm.SHA256);
        byte[] driver = Files.readAllBytes(folder.resolve("hello.sys"));
        driver[driver.length - 1] ^= 1;
        Files.write(folder.resolve("hello.sys"), driver);

        assertThat(osslsigncode("hello.sys").exitCode()).isNotZero();
    }

    @Test
    void opensslReadsTheSignerAndTheWholeChainButTheRoot() throws Exception {
        new SignCatalog(leaf, Optional.of(tsa)).sign(build(CatalogVersion.V2), cat, DigestAlgorithm.SHA384);

        Tool.Run run = Tool.named("openssl", "openssl").run("pkcs7", "-inform", "DER", "-in", cat, "-print");

        assertThat(run.exitCode()).as(run.output()).isZero();
        assertThat(run.output()).contains("LAB publisher", "sha384").doesNotContain("subject: CN=LAB root");
    }

    @Test
    void theSameInputGivesTheSameOctets() throws Exception {
        SignCatalog signer = new SignCatalog(leaf, Optional.empty());
        Catalog once = signer.sign(build(CatalogVersion.V2), cat, DigestAlgorithm.SHA256);
        Catalog twice = signer.sign(build(CatalogVersion.V2), cat, DigestAlgorithm.SHA256);

        assertThat(twice.encoded()).isEqualTo(once.encoded());
        assertThatThrownBy(() -> signer.sign(once, cat, DigestAlgorithm.SHA256))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("already signed");
    }

    @Test
    void aCatalogThatOsslsigncodeSignedIsRead() throws Exception {
        Catalog built = build(CatalogVersion.V2);
        Path unsigned =
                Files.write(folder.resolve("unsigned.cat"), built.encoded().toByteArray());
        Path key = folder.resolve("key.pem");
        Path certificate = folder.resolve("certificate.pem");
        Tool.named("openssl", "openssl")
                .mustRun(
                        "req",
                        "-x509",
                        "-newkey",
                        "rsa:2048",
                        "-nodes",
                        "-subj",
                        "/CN=LAB other",
                        "-keyout",
                        key,
                        "-out",
                        certificate);
        Tool.named("osslsigncode", "osslsigncode")
                .mustRun("sign", "-h", "sha256", "-certs", certificate, "-key", key, "-in", unsigned, "-out", cat);

        Catalog read = Catalog.read(cat);

        assertThat(read.signature())
                .hasValueSatisfying(s -> assertThat(s.holds()).isTrue());
        assertThat(read.trustList()).isEqualTo(built.trustList());
    }
}

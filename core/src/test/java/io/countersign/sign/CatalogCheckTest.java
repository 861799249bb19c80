package io.countersign.sign;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.catalog.BuildCatalog;
import io.countersign.catalog.Catalog;
import io.countersign.catalog.CatalogCheck;
import io.countersign.catalog.CatalogCheck.Outcome;
import io.countersign.catalog.CatalogCheck.Result;
import io.countersign.catalog.CatalogMember;
import io.countersign.catalog.CatalogVersion;
import io.countersign.catalog.DriverPackage;
import io.countersign.catalog.TargetSystem;
import io.countersign.fixture.PeSample;
import io.countersign.fixture.TestPki;
import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The order of signing and cataloguing, with files really signed. */
class CatalogCheckTest {
    @TempDir
    private Path folder;

    private Path driver;

    @BeforeEach
    void makePackage() throws Exception {
        Files.writeString(folder.resolve("x.inf"), "[Version]\nCatalogFile=x.cat\n[SourceDisksFiles]\na.sys=1\n");
        driver = PeSample.plus().overlay(5).writeTo(folder.resolve("a.sys"));
    }

    private Catalog catalog(CatalogVersion version) throws Exception {
        return BuildCatalog.of(
                DriverPackage.read(
                        folder,
                        Optional.empty(),
                        List.of(TargetSystem.of("10_X64").orElseThrow())),
                version,
                Instant.EPOCH);
    }

    /** As a tool makes it that hashes every file whole. */
    private Catalog naive() throws Exception {
        Digest flat = DigestAlgorithm.SHA256.digest(Files.readAllBytes(driver));
        return new Catalog(
                Bytes.of(),
                Instant.EPOCH,
                CatalogVersion.V2,
                List.of(new CatalogMember(
                        flat.value(),
                        Optional.of(new CatalogMember.Content(CatalogMember.Kind.FILE, flat)),
                        Optional.empty(),
                        catalog(CatalogVersion.V2).members().stream()
                                .filter(m -> m.file().filter("a.sys"::equals).isPresent())
                                .findFirst()
                                .orElseThrow()
                                .attributes())),
                List.of(),
                Optional.empty());
    }

    private void signDriver() throws Exception {
        new SignFile(
                        TestPki.issue(TestPki.root("LAB root"), "LAB publisher", TestPki.Kind.CODE_SIGNING),
                        Optional.empty())
                .sign(driver, driver, SignFile.Options.defaults());
    }

    @Test
    void signingADriverAfterItsCatalogWasMadeLeavesItCovered() throws Exception {
        for (CatalogVersion version : CatalogVersion.values()) {
            PeSample.plus().overlay(5).writeTo(driver);
            Catalog catalog = catalog(version);
            assertThat(new CatalogCheck(catalog).check(driver).message()).contains("no embedded signature");

            signDriver();

            Result result = new CatalogCheck(catalog).check(driver);
            assertThat(result.outcome()).isEqualTo(Outcome.COVERED);
            assertThat(result.message()).contains("leaves its embedded signature out");
        }
    }

    @Test
    void aDriverHashedWholeIsNotFoundAndSigningItAfterwardsIsNamed() throws Exception {
        CatalogCheck check = new CatalogCheck(naive());
        assertThat(check.check(driver).outcome()).isEqualTo(Outcome.WRONG_DIGEST);

        signDriver();

        Result result = check.check(driver);
        assertThat(result.outcome()).isEqualTo(Outcome.SIGNED_AFTER);
        assertThat(result.message()).contains("was signed after the catalog was made");
    }

    @Test
    void aChangedFileIsToldWithBothDigestsAndAnUnknownOneIsAbsent() throws Exception {
        CatalogCheck check = new CatalogCheck(catalog(CatalogVersion.V2));
        Path inf = Files.writeString(folder.resolve("x.inf"), "; changed");

        Result result = check.check(inf);

        assertThat(result.outcome()).isEqualTo(Outcome.CHANGED);
        assertThat(result.message())
                .contains(
                        "changed since the catalog was made",
                        DigestAlgorithm.SHA256.digest(Files.readAllBytes(inf)).toString());
        Path other = Files.writeString(folder.resolve("other.txt"), "other");
        assertThat(check.check(other).outcome()).isEqualTo(Outcome.ABSENT);
        assertThat(check.membersWithout(List.of(inf))).containsExactly("a.sys");
    }
}

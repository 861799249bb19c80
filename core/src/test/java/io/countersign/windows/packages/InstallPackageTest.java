package io.countersign.windows.packages;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.catalog.Catalog;
import io.countersign.catalog.CatalogMember;
import io.countersign.fixture.PackageSample;
import io.countersign.fixture.PeSample;
import io.countersign.fixture.WindowsPki;
import io.countersign.windows.DenyLists;
import io.countersign.windows.FileEvidence;
import io.countersign.windows.GatherEvidence;
import io.countersign.windows.KernelLoader;
import io.countersign.windows.LoadAnswer;
import io.countersign.windows.Machine;
import io.countersign.windows.UnfitMachine;
import io.countersign.windows.checker.CheckerFinding.Outcome;
import io.countersign.windows.checker.CheckerVerdict;
import io.countersign.x509.RevocationLists;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstallPackageTest {
    private static final String WINDOWS_11 = "windows-11-24h2,secureboot=on,hvci=on,driver-policy=enforced";
    private static final byte[] UNSIGNED =
            WindowsPki.withRightChecksum(PeSample.plus().toByteArray());
    private static final byte[] DRIVER = WindowsPki.sign(UNSIGNED, WindowsPki.WHQL, PackageSample.THEN);
    private static final GatherPackage GATHERING = new GatherPackage(
            new GatherEvidence(WindowsPki.anchors(), DenyLists.none(), RevocationLists.none(), WindowsPki.NOW),
            List.of());

    @TempDir
    private Path folder;

    private PackageSample sample;

    @BeforeEach
    void makePackage() {
        sample = PackageSample.in(folder, DRIVER);
    }

    private static Machine machine(String spec) {
        try {
            return Machine.parse(spec);
        } catch (UnfitMachine e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static PackageReport judge(Path path, String machine) throws IOException {
        return InstallPackage.judge(GATHERING.gather(path), machine(machine));
    }

    private PackageReport judge() throws IOException {
        return judge(sample.folder(), WINDOWS_11);
    }

    private static List<String> found(PackageReport report, Outcome outcome) {
        return report.findings().stream()
                .filter(f -> f.outcome() == outcome)
                .map(f -> f.rule().id() + " " + f.subject())
                .toList();
    }

    private static List<String> broken(PackageReport report) {
        return found(report, Outcome.BREAKS);
    }

    @Test
    void aCertifiedPackageInstallsAndEveryRuleHolds() throws IOException {
        sample.catalogued(WindowsPki.WHQL, "10_X64");

        PackageReport report = judge();

        assertThat(report.findings()).allSatisfy(f -> assertThat(f.outcome()).isEqualTo(Outcome.HOLDS));
        assertThat(report.verdict()).isEqualTo(CheckerVerdict.ACCEPTED);
        assertThat(report.installed()).containsExactly("lab.sys");
        assertThat(report.findings())
                .extracting(f -> f.rule().id())
                .contains("PKG_OSATTR", "PKG_CATALOG_TRUST", "PKG_MEMORY_INTEGRITY", "PKG_PUBLISHER");
    }

    @Test
    void folderZipAndCabinetGiveTheSameAnswer() throws IOException {
        sample.catalogued(WindowsPki.WHQL, "10_X64").write("readme.txt", new byte[100_000]);

        PackageReport report = judge();

        assertThat(found(report, Outcome.NOTE)).containsExactly("PKG_FILE_NOT_NAMED ");
        assertThat(judge(sample.zip(), WINDOWS_11).findings()).isEqualTo(report.findings());
        assertThat(judge(sample.cabinet(), WINDOWS_11).findings()).isEqualTo(report.findings());
    }

    @Test
    void nothingIsLeftOfAnArchiveThatWasTakenApart() throws IOException {
        sample.catalogued(WindowsPki.WHQL, "10_X64");
        Path zip = sample.zip();
        long before = leftovers();

        judge(zip, WINDOWS_11);
        judge(Files.writeString(folder.resolve("bad.zip"), "PK\3\4"), WINDOWS_11);

        assertThat(leftovers()).isEqualTo(before);
    }

    private static long leftovers() throws IOException {
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return files.filter(f -> f.getFileName().toString().startsWith("countersign-package-"))
                    .count();
        }
    }

    @Test
    void signingAfterACatalogOfWholeFilesIsNamed() throws IOException {
        sample.write("lab.sys", UNSIGNED);
        Catalog flat = sample.flatCatalog("10_X64");
        sample.write("lab.sys", DRIVER).signed(flat, WindowsPki.WHQL);

        PackageReport report = judge();

        assertThat(broken(report)).containsExactly("PKG_SIGNED_AFTER_CATALOG lab.sys");
        PackageFinding finding = report.decisive().orElseThrow();
        assertThat(finding.message()).startsWith("was signed after the catalog was made");
        assertThat(finding.remedy()).startsWith("sign the .sys before making the catalog");
        assertThat(finding.seen()).contains("0xE000024B");
    }

    @Test
    void aDriverBuiltAnewAfterTheCatalogIsNamed() throws IOException {
        sample.catalogued(WindowsPki.WHQL, "10_X64")
                .write(
                        "lab.sys",
                        WindowsPki.sign(
                                WindowsPki.withRightChecksum(
                                        PeSample.plus().overlay(8).toByteArray()),
                                WindowsPki.WHQL,
                                PackageSample.THEN));

        PackageReport report = judge();

        assertThat(broken(report)).containsExactly("PKG_MEMBER_DIGEST lab.sys");
        assertThat(report.decisive().orElseThrow().remedy()).contains("the .sys signed first");
    }

    @Test
    void signingAfterACatalogOfImageDigestsDoesNoHarm() throws IOException {
        sample.write("lab.sys", UNSIGNED).catalogued(WindowsPki.WHQL, "10_X64").write("lab.sys", DRIVER);

        assertThat(judge().verdict()).isEqualTo(CheckerVerdict.ACCEPTED);
    }

    @Test
    void aCatalogOfWholeFilesIsNotFoundEvenWithoutSigning() throws IOException {
        sample.signed(sample.flatCatalog("10_X64"), WindowsPki.WHQL);

        assertThat(broken(judge())).containsExactly("PKG_FLAT_DIGEST lab.sys");
    }

    @Test
    void aMissingForeignUnsignedOrBrokenCatalogIsTold() throws IOException {
        assertThat(broken(judge())).containsExactly("PKG_CATALOG_PRESENT lab.inf");

        PackageSample other = PackageSample.in(folder.resolve("other"), UNSIGNED)
                .write(
                        "lab.sys",
                        WindowsPki.withRightChecksum(PeSample.plus().overlay(8).toByteArray()))
                .write(
                        "lab.inf",
                        (PackageSample.INF.formatted("NTamd64") + "; other\n").getBytes(StandardCharsets.UTF_8));
        Catalog foreign = other.catalog("10_X64");
        Catalog nameless = new Catalog(
                foreign.listId(),
                foreign.time(),
                foreign.version(),
                foreign.members().stream()
                        .map(m -> new CatalogMember(m.tag(), m.content(), m.info(), List.of()))
                        .toList(),
                foreign.attributes(),
                Optional.empty());
        sample.signed(nameless, WindowsPki.WHQL);
        assertThat(broken(judge())).containsExactly("PKG_CATALOG_OTHER_PACKAGE lab.cat");

        sample.write("lab.cat", sample.catalog("10_X64").encoded().toByteArray());
        assertThat(broken(judge())).containsExactly("PKG_CATALOG_SIGNED lab.cat");

        sample.write("lab.cat", "no catalog".getBytes(StandardCharsets.UTF_8));
        assertThat(broken(judge())).containsExactly("PKG_CATALOG_PRESENT lab.cat");
    }

    @Test
    void membersAndFilesThatDoNotMeetAreTold() throws IOException {
        sample.catalogued(WindowsPki.WHQL, "10_X64");
        Files.delete(sample.folder().resolve("lab.sys"));
        sample.write("other.sys", UNSIGNED);

        PackageReport report = judge();

        assertThat(broken(report)).containsExactly("PKG_FILE_MISSING lab.inf");
        assertThat(found(report, Outcome.WARNS))
                .containsExactly("PKG_MEMBER_MISSING lab.cat", "PKG_FILE_NOT_NAMED other.sys");
    }

    @Test
    void theInfIsForTheMachine() throws IOException {
        sample.catalogued(WindowsPki.WHQL, "10_X64", "7_X64");

        assertThat(broken(judge(sample.folder(), "windows-11-24h2,arch=arm64")))
                .containsExactly("PKG_INF_TARGET lab.inf");
        assertThat(judge(sample.folder(), "windows-7,sha2=yes").verdict()).isEqualTo(CheckerVerdict.ACCEPTED);
        assertThat(judge(sample.folder(), "windows-10-22h2,arch=unknown").verdict())
                .isEqualTo(CheckerVerdict.UNKNOWN);

        sample.write(
                        "lab.inf",
                        PackageSample.INF.formatted("NTamd64.10.0...22000").getBytes(StandardCharsets.UTF_8))
                .catalogued(WindowsPki.WHQL, "10_X64");
        assertThat(judge().verdict()).isEqualTo(CheckerVerdict.ACCEPTED);
        assertThat(broken(judge(sample.folder(), "windows-10-22h2"))).containsExactly("PKG_INF_TARGET lab.inf");
    }

    @Test
    void aDriverForAnotherArchitectureThanItsInfSaysIsTold() throws IOException {
        sample.write("lab.inf", PackageSample.INF.formatted("NTarm64").getBytes(StandardCharsets.UTF_8))
                .catalogued(WindowsPki.WHQL, "10_ARM64");

        assertThat(broken(judge(sample.folder(), "windows-11-24h2,arch=arm64")))
                .containsExactly("PKG_ARCHITECTURE lab.sys");
    }

    @Test
    void osAttrDecidesWhichWindowsTakesTheSignature() throws IOException {
        sample.catalogued(WindowsPki.WHQL, "7_X64", "8_X64");

        PackageReport report = judge();

        assertThat(broken(report)).containsExactly("PKG_OSATTR lab.cat");
        assertThat(report.decisive().orElseThrow().message()).isEqualTo("OSAttr is 2:6.1,2:6.2, which lacks 2:10.0");
        assertThat(report.decisive().orElseThrow().seen()).contains("0xE0000244");
        assertThat(judge(sample.folder(), "windows-8").verdict()).isEqualTo(CheckerVerdict.ACCEPTED);

        sample.catalogued(WindowsPki.CURRENT_EV, "7_X64");
        assertThat(found(judge(), Outcome.UNKNOWN)).containsExactly("PKG_OSATTR lab.cat");
    }

    @Test
    void aPublishersOwnCatalogAsks() throws IOException {
        sample.catalogued(WindowsPki.CURRENT_EV, "10_X64");

        PackageReport report = judge();

        assertThat(report.verdict()).isEqualTo(CheckerVerdict.WARNED);
        assertThat(report.decisive().orElseThrow().seen()).contains("0xE0000242");

        sample.catalogued(WindowsPki.SELF_SIGNED, "10_X64");
        assertThat(broken(judge())).containsExactly("PKG_CATALOG_TRUST lab.cat");
        assertThat(judge().decisive().orElseThrow().seen()).contains("0x800B0109");

        sample.catalogued(WindowsPki.ofUnsuppliedRoot(), "10_X64");
        assertThat(judge().verdict()).isEqualTo(CheckerVerdict.UNKNOWN);
    }

    @Test
    void anInfThatNamesNoCatalogOrLeadsOutIsTold() throws IOException {
        String inf = PackageSample.INF.formatted("NTamd64");
        sample.write("lab.inf", inf.replace("CatalogFile", ";").getBytes(StandardCharsets.UTF_8));
        assertThat(broken(judge())).containsExactly("PKG_CATALOG_NAMED lab.inf");

        sample.write("lab.inf", inf.replace("lab.sys = 1", "..\\lab.sys = 1").getBytes(StandardCharsets.UTF_8));
        assertThat(broken(judge())).containsExactly("PKG_INF_READABLE lab.inf");

        sample.write(
                "lab.inf",
                inf.replace("CatalogFile", "CatalogFile.NTarm64 = arm.cat\nCatalogFile.NTamd64")
                        .getBytes(StandardCharsets.UTF_8));
        sample.catalogued(WindowsPki.WHQL, "10_X64");
        assertThat(judge().verdict()).isEqualTo(CheckerVerdict.ACCEPTED);

        Files.delete(sample.folder().resolve("lab.inf"));
        assertThat(broken(judge())).containsExactly("PKG_INF ");
    }

    @Test
    void aPackageMayHaveAFolderForEachDriver() throws IOException {
        sample.catalogued(WindowsPki.WHQL, "10_X64");
        PackageSample arm = PackageSample.in(folder.resolve("arm"), DRIVER)
                .write("lab.inf", PackageSample.INF.formatted("NTarm64").getBytes(StandardCharsets.UTF_8));
        Path both = Files.createDirectory(folder.resolve("both"));
        Files.move(sample.folder(), both.resolve("x64"));
        Files.move(arm.folder(), both.resolve("arm64"));

        PackageReport report = judge(both, WINDOWS_11);

        assertThat(report.verdict()).isEqualTo(CheckerVerdict.ACCEPTED);
        assertThat(found(report, Outcome.NOTE)).containsExactly("PKG_INF_TARGET arm64/lab.inf");
        assertThat(report.installed()).containsExactly("x64/lab.sys");
        assertThat(broken(judge(both, "windows-11-24h2,arch=arm64"))).contains("PKG_CATALOG_PRESENT arm64/lab.inf");
    }

    @Test
    void anImageThatMemoryIntegrityRefusesIsMentioned() throws IOException {
        sample.write(
                        "lab.sys",
                        WindowsPki.withRightChecksum(
                                PeSample.plus().sectionAlignment(0x200).toByteArray()))
                .catalogued(WindowsPki.WHQL, "10_X64");

        assertThat(found(judge(), Outcome.WARNS)).containsExactly("PKG_MEMORY_INTEGRITY lab.sys");
    }

    @Test
    void linksDevicesAndNamesThatWindowsCannotTellApartAreNoPackage() throws IOException {
        sample.catalogued(WindowsPki.WHQL, "10_X64");
        Path link = Files.createSymbolicLink(sample.folder().resolve("readme.txt"), Path.of("/etc/hostname"));
        assertThat(judge().decisive().orElseThrow().message()).contains("readme.txt is a link or a device");
        Files.delete(link);

        sample.write("LAB.SYS", UNSIGNED);
        assertThat(judge().decisive().orElseThrow().message()).contains("are one file for Windows");
    }

    @Test
    void aThousandFilesAreOneSentence() throws IOException {
        sample.catalogued(WindowsPki.WHQL, "10_X64");
        for (int i = 0; i < 1000; i++) {
            sample.write("docs/" + i, new byte[0]);
        }

        assertThat(judge().findings())
                .hasSizeLessThan(20)
                .last()
                .satisfies(f -> assertThat(f.message())
                        .startsWith("no INF of the package names docs/0, docs/1, ")
                        .endsWith(" and 990 more"));
    }

    /** Every fifth octet of the INF and every 37th of the driver. */
    @Test
    void aChangedMemberNeverLeavesAGoodVerdict() throws IOException {
        sample.catalogued(WindowsPki.WHQL, "10_X64");
        assertThat(isGood()).isTrue();
        for (String name : List.of("lab.inf", "lab.sys")) {
            byte[] right = Files.readAllBytes(sample.folder().resolve(name));
            for (int i = 0; i < right.length; i += name.endsWith("inf") ? 5 : 37) {
                byte[] changed = right.clone();
                changed[i] ^= 1;
                sample.write(name, changed);
                assertThat(isGood()).as("octet %d of %s", i, name).isFalse();
            }
            sample.write(name, right);
        }
    }

    private boolean isGood() throws IOException {
        PackageEvidence evidence = GATHERING.gather(sample.folder());
        Machine machine = machine(WINDOWS_11);
        return InstallPackage.judge(evidence, machine).verdict() == CheckerVerdict.ACCEPTED
                && evidence instanceof PackageEvidence.Contents contents
                && contents.images().values().stream().allMatch(i -> loads(i, machine));
    }

    private static boolean loads(FileEvidence image, Machine machine) {
        return new KernelLoader().judge(image, machine) instanceof LoadAnswer.Loads;
    }
}

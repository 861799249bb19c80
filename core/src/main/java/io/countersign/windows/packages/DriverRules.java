package io.countersign.windows.packages;

import io.countersign.catalog.InfTarget.Fit;
import io.countersign.catalog.TargetSystem.Architecture;
import io.countersign.verify.Confidence;
import io.countersign.windows.FileEvidence;
import io.countersign.windows.Machine;
import io.countersign.windows.Setting;
import io.countersign.windows.Setting.Value;
import io.countersign.windows.packages.InstallPackage.Asked;
import io.countersign.windows.packages.PackageEvidence.Contents;
import io.countersign.windows.packages.PackageEvidence.Driver;
import io.countersign.windows.packages.PackageEvidence.Item;
import io.countersign.windows.packages.PackageEvidence.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** What an INF says, against the machine and the files it installs. */
final class DriverRules {
    private static final String DOCS = "windows-driver-docs: install/";
    private static final String VERSION_SECTION = DOCS + "inf-version-section.md, CatalogFile";

    private static final PackageRule READABLE = PackageRule.of(
                    "PKG_INF_READABLE",
                    "An INF keeps to the syntax of INFs and names nothing outside its package.",
                    DOCS + "general-syntax-rules-for-inf-files.md",
                    Confidence.DOCUMENTED)
            .remedy("mend the INF; InfVerif of the Windows Driver Kit shows the line");

    private static final PackageRule TARGET = PackageRule.of(
                    "PKG_INF_TARGET",
                    "The INF has models, or a default install, for the machine's architecture and version of Windows;"
                            + " without an architecture they are for x86.",
                    DOCS + "combining-platform-extensions-with-operating-system-versions.md; " + DOCS
                            + "inf-manufacturer-section.md",
                    Confidence.DOCUMENTED)
            .caveat(
                    "the first of these documents lets models without an architecture be for any; since Windows Server 2003"
                            + " SP1, says the second, all but x86 must be named")
            .remedy(
                    "decorate [Manufacturer] and the models for the system (NTamd64, NTarm64, NTx86), or take the package"
                            + " that is for it");

    private static final PackageRule CATALOG_NAMED = PackageRule.of(
                    "PKG_CATALOG_NAMED",
                    "The INF names a catalog for the architecture; without one the package counts as unsigned.",
                    VERSION_SECTION,
                    Confidence.DOCUMENTED)
            .seen("SetupAPI 0xE000022F ERROR_NO_CATALOG_FOR_OEM_INF")
            .remedy(
                    "write CatalogFile = name.cat into [Version], then make the catalog anew: the INF is one of its members");

    private static final PackageRule CATALOG_PRESENT = PackageRule.of(
                    "PKG_CATALOG_PRESENT",
                    "The catalog the INF names stands beside it and can be read.",
                    VERSION_SECTION,
                    Confidence.DOCUMENTED)
            .seen("SetupAPI 0xE000022F ERROR_NO_CATALOG_FOR_OEM_INF")
            .caveat("the document says where Windows looks for it, not with which code it reports that it is missing")
            .remedy(
                    "make the catalog ('countersign catalog create', Inf2Cat) and sign it, or have the hardware portal do"
                            + " both; put it beside the INF");

    private static final PackageRule FILE_MISSING = PackageRule.of(
                    "PKG_FILE_MISSING",
                    "Every file the INF installs is in the package.",
                    DOCS + "inf-sourcedisksfiles-section.md; " + DOCS + "inf-copyfiles-directive.md",
                    Confidence.DOCUMENTED)
            .remedy("add the file, or take it out of the INF; then make the catalog anew");

    private static final PackageRule ARCHITECTURE = PackageRule.of(
                    "PKG_ARCHITECTURE",
                    "A driver installed on an architecture is an image for it.",
                    "win32: Debug/pe-format.md, Machine Types; " + DOCS
                            + "creating-inf-files-for-multiple-platforms-and-operating-systems.md",
                    Confidence.DOCUMENTED)
            .remedy(
                    "build the .sys for the architecture, or name it in the sections of its own; then make the catalog anew");

    private static final PackageRule MEMORY_INTEGRITY = PackageRule.of(
                    "PKG_MEMORY_INTEGRITY",
                    "With memory integrity, drivers have sections aligned to pages, none writable and executable; page"
                            + " hashes are not asked for.",
                    "windows-driver-docs: Driver Verifier, code integrity checking, codes 0x2000 to 0x2005",
                    Confidence.DOCUMENTED)
            .caveat("the package installs all the same; it is the loader that refuses the image")
            .remedy("link with /ALIGN:4096 or more and without sections that are writable and executable");

    static final List<PackageRule> RULES =
            List.of(READABLE, TARGET, CATALOG_NAMED, CATALOG_PRESENT, FILE_MISSING, ARCHITECTURE, MEMORY_INTEGRITY);

    private DriverRules() {}

    static List<PackageFinding> judge(Contents contents, List<Asked> asked, Machine machine) {
        List<PackageFinding> findings = new ArrayList<>();
        boolean one = asked.stream().anyMatch(a -> a.fit() != Fit.NOT);
        for (Asked a : asked) {
            Driver driver = a.driver();
            if (driver.flaw().isPresent()) {
                findings.add(READABLE.breaks(driver.inf(), driver.flaw().get()));
                continue;
            }
            findings.add(READABLE.holds(driver.inf(), "it can be read"));
            findings.add(target(a, machine, one));
            for (Architecture architecture : a.architectures()) {
                Part part = driver.parts().get(architecture);
                findings.add(catalog(contents, driver, part, architecture));
                findings.add(missing(driver, part));
                for (Item item : part.files()) {
                    Optional.ofNullable(contents.images().get(item.path())).ifPresent(image -> {
                        findings.add(architecture(item.path(), image, architecture));
                        memoryIntegrity(item.path(), image, machine).ifPresent(findings::add);
                    });
                }
            }
        }
        return findings.stream().distinct().toList();
    }

    private static PackageFinding target(Asked asked, Machine machine, boolean one) {
        String inf = asked.driver().inf();
        String wanted = machine.version().title() + ", "
                + machine.get(Setting.ARCH).map(Value::toString).orElse("architecture not known");
        String has = asked.driver().targets().isEmpty()
                ? "it has nothing for any system"
                : "it is for "
                        + asked.driver().targets().stream()
                                .map(Object::toString)
                                .collect(Collectors.joining(", "));
        return switch (asked.fit()) {
            case FITS -> TARGET.holds(inf, has);
            case OPEN ->
                TARGET.unknown(inf, has + "; whether that is " + wanted + ", depends on what is not known of it");
            case NOT ->
                one
                        ? TARGET.note(inf, has + ", not for " + wanted + "; another INF of the package is")
                        : TARGET.breaks(inf, has + ", not for " + wanted);
        };
    }

    private static PackageFinding catalog(Contents contents, Driver driver, Part part, Architecture architecture) {
        if (part.catalogName().isEmpty()) {
            return CATALOG_NAMED.breaks(driver.inf(), "[Version] has no CatalogFile for NT" + architecture.extension());
        }
        String name = part.catalogName().get();
        if (part.catalog().isEmpty()) {
            return CATALOG_PRESENT.breaks(driver.inf(), "it names " + name + ", which is not beside it");
        }
        return contents.catalogs()
                .get(part.catalog().get())
                .flaw()
                .map(f -> CATALOG_PRESENT.breaks(part.catalog().get(), "it is no catalog: " + f))
                .orElseGet(() -> CATALOG_PRESENT.holds(driver.inf(), "it names " + name + ", which is there"));
    }

    private static PackageFinding missing(Driver driver, Part part) {
        List<String> missing =
                part.files().stream().filter(i -> !i.there()).map(Item::path).toList();
        return missing.isEmpty()
                ? FILE_MISSING.holds(driver.inf(), "all " + part.files().size() + " files are there")
                : FILE_MISSING.breaks(driver.inf(), "it installs what is not in the package: " + SomeNames.of(missing));
    }

    private static PackageFinding architecture(String path, FileEvidence evidence, Architecture architecture) {
        String wanted = "the INF installs it for NT" + architecture.extension();
        boolean driver = isDriver(path);
        if (evidence instanceof FileEvidence.NotAnImage none) {
            String found = "it is no PE image: " + none.reason();
            return driver ? ARCHITECTURE.breaks(path, found) : ARCHITECTURE.note(path, found);
        }
        int machine = ((FileEvidence.Image) evidence).facts().machine();
        if (machine == architecture.imageMachine()) {
            return ARCHITECTURE.holds(path, wanted + ", which it is an image for");
        }
        String found = String.format(
                Locale.ROOT,
                "it is an image for machine 0x%x, and %s, which is 0x%x",
                machine,
                wanted,
                architecture.imageMachine());
        return driver ? ARCHITECTURE.breaks(path, found) : ARCHITECTURE.note(path, found);
    }

    private static Optional<PackageFinding> memoryIntegrity(String path, FileEvidence evidence, Machine machine) {
        if (!isDriver(path)
                || !(evidence instanceof FileEvidence.Image image)
                || machine.get(Setting.HVCI).filter(Value.ON::equals).isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(image.facts()
                .unfitForMemoryIntegrity()
                .map(flaw -> MEMORY_INTEGRITY.warns(path, flaw))
                .orElseGet(() -> MEMORY_INTEGRITY.holds(path, "its sections are as memory integrity wants them")));
    }

    /** What the kernel loads; other images may be for another architecture, as those of 32-bit programs are. */
    private static boolean isDriver(String path) {
        return path.toLowerCase(Locale.ROOT).endsWith(".sys");
    }
}

package io.countersign.windows.packages;

import io.countersign.catalog.InfTarget.Fit;
import io.countersign.catalog.TargetSystem.Architecture;
import io.countersign.verify.Confidence;
import io.countersign.windows.Machine;
import io.countersign.windows.Setting;
import io.countersign.windows.packages.PackageEvidence.Contents;
import io.countersign.windows.packages.PackageEvidence.Driver;
import io.countersign.windows.packages.PackageEvidence.Item;
import io.countersign.windows.packages.PackageEvidence.Part;
import io.countersign.windows.packages.PackageEvidence.Unreadable;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Whether Windows' installer takes a driver package on a machine. Installing is not loading: of that the kernel's loader says its
 * own. Pure: the same evidence gives the same report.
 */
public final class InstallPackage {
    private static final PackageRule READABLE = PackageRule.of(
                    "PKG_READABLE",
                    "A package is a folder, a ZIP archive or a cabinet of plain files, each with a name of its own that"
                            + " stays inside.",
                    "[MS-CAB] section 2; APPNOTE.TXT 6.3.10 section 4.3; windows-driver-docs: install/driver-packages.md",
                    Confidence.MODELLED)
            .caveat("what is not read here, within bounds of its own, Windows may read")
            .remedy("make the archive again, of plain files, or name the folder it was made of");

    private static final PackageRule HAS_INF = PackageRule.of(
                    "PKG_INF",
                    "A driver package has an INF.",
                    "windows-driver-docs: install/components-of-a-driver-package.md",
                    Confidence.DOCUMENTED)
            .remedy("put the INF into the package; a driver without one is judged as a file");

    /** In the order they are looked at. */
    public static final List<PackageRule> RULES = Stream.of(
                    List.of(READABLE, HAS_INF), DriverRules.RULES, CatalogRules.RULES, FileListRules.RULES)
            .flatMap(List::stream)
            .toList();

    private InstallPackage() {}

    /**
     * A driver and what counts of it on a machine.
     *
     * @param fit whether its INF has something for the machine
     * @param architectures those to look at: the machine's, or those the INF is for
     */
    record Asked(Driver driver, Fit fit, List<Architecture> architectures) {
        List<Part> parts() {
            return architectures.stream()
                    .filter(driver.parts()::containsKey)
                    .map(driver.parts()::get)
                    .toList();
        }
    }

    /** What the machine's installer would do. */
    public static PackageReport judge(PackageEvidence evidence, Machine machine) {
        if (evidence instanceof Unreadable unreadable) {
            return PackageReport.of(List.of(READABLE.breaks("", unreadable.reason())), Set.of());
        }
        Contents contents = (Contents) evidence;
        List<PackageFinding> findings = new ArrayList<>();
        findings.add(READABLE.holds("", contents.files().size() + " files"));
        if (contents.drivers().isEmpty()) {
            findings.add(HAS_INF.breaks(
                    "", "there is none among its " + contents.files().size() + " files"));
            return PackageReport.of(findings, contents.images().keySet());
        }
        List<Asked> asked = asked(contents, machine);
        findings.add(HAS_INF.holds("", contents.drivers().size() + " of them"));
        findings.addAll(DriverRules.judge(contents, asked, machine));
        findings.addAll(CatalogRules.judge(contents, asked, machine));
        findings.addAll(FileListRules.judge(contents, asked));
        Set<String> installed = new TreeSet<>();
        asked.forEach(a -> a.parts()
                .forEach(p -> p.files().stream()
                        .map(Item::path)
                        .filter(contents.images()::containsKey)
                        .forEach(installed::add)));
        return PackageReport.of(findings, installed);
    }

    /** Where some INF is for the machine, the others are not looked at: a package may have a folder for each system. */
    private static List<Asked> asked(Contents contents, Machine machine) {
        Set<Architecture> own = machine.get(Setting.ARCH)
                .map(v -> EnumSet.of(Architecture.valueOf(v.name())))
                .orElse(EnumSet.allOf(Architecture.class));
        boolean one = contents.drivers().stream().anyMatch(d -> fit(d, own, machine) != Fit.NOT);
        return contents.drivers().stream()
                .map(d -> {
                    Fit fit = fit(d, own, machine);
                    Set<Architecture> looked = fit != Fit.NOT ? own : EnumSet.allOf(Architecture.class);
                    return new Asked(
                            d,
                            fit,
                            one && fit == Fit.NOT
                                    ? List.of()
                                    : looked.stream()
                                            .filter(a -> (fit != Fit.NOT && own.size() == 1) || isFor(d, a))
                                            .toList());
                })
                .toList();
    }

    /** Whether it has something for some system of this architecture. */
    private static boolean isFor(Driver driver, Architecture architecture) {
        return driver.targets().stream().anyMatch(t -> t.isFor(architecture));
    }

    private static Fit fit(Driver driver, Set<Architecture> own, Machine machine) {
        List<Fit> fits = driver.targets().stream()
                .flatMap(t -> own.stream().map(a -> t.fit(a, machine.version().release())))
                .distinct()
                .toList();
        if (fits.stream().allMatch(f -> f == Fit.NOT)) {
            return Fit.NOT;
        }
        return fits.contains(Fit.FITS) && own.size() == 1 ? Fit.FITS : Fit.OPEN;
    }
}

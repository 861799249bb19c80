package io.countersign.cli;

import io.countersign.cli.Explanation.Loading;
import io.countersign.windows.LoadAnswer;
import io.countersign.windows.Machine;
import io.countersign.windows.checker.CheckerVerdict;
import io.countersign.windows.packages.InstallPackage;
import io.countersign.windows.packages.PackageEvidence;
import io.countersign.windows.packages.PackageFinding;
import io.countersign.windows.packages.PackageReport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What Windows would say of a driver package.
 *
 * @param installs one a machine, in the order asked
 * @param images each PE file in it, by its path behind that of the package
 */
record PackageExplanation(Path file, PackageEvidence evidence, List<Installing> installs, List<Explanation> images) {
    /** What the installer is called where checkers are named. */
    static final String INSTALLER = "package";

    /** What the installer of one machine would do. */
    record Installing(Machine machine, PackageReport report) {
        boolean accepts() {
            return report.verdict() == CheckerVerdict.ACCEPTED || report.verdict() == CheckerVerdict.WARNED;
        }
    }

    static PackageExplanation of(Path file, PackageEvidence evidence, List<Machine> machines) {
        List<Explanation> images = new ArrayList<>();
        if (evidence instanceof PackageEvidence.Contents contents) {
            contents.images().forEach((path, image) -> images.add(Explanation.of(file.resolve(path), image, machines)));
        }
        return new PackageExplanation(
                file,
                evidence,
                machines.stream()
                        .map(m -> new Installing(m, InstallPackage.judge(evidence, m)))
                        .toList(),
                images);
    }

    /** What is required and not met, a sentence each. */
    List<String> unmet(List<String> required) {
        List<String> unmet = new ArrayList<>();
        for (String name : required) {
            boolean readable = evidence instanceof PackageEvidence.Contents;
            if (name.equals(INSTALLER) || !readable) {
                if (!installs.stream().allMatch(Installing::accepts)) {
                    unmet.add(name + " does not accept " + file);
                }
            } else if (name.equals(Explanation.LOADER)) {
                IntStream.range(0, installs.size())
                        .boxed()
                        .flatMap(i -> drivers(i).stream()
                                .filter(d -> !(d.loadings().get(i).answer() instanceof LoadAnswer.Loads)))
                        .distinct()
                        .forEach(d -> unmet.add(name + " does not accept " + d.file()));
            } else {
                images.stream()
                        .filter(i -> !i.accepts(name))
                        .forEach(i -> unmet.add(name + " does not accept " + i.file()));
            }
        }
        return unmet;
    }

    /** The drivers this machine would install; if none, all there are. */
    private List<Explanation> drivers(int machine) {
        Set<Path> installed = installs.get(machine).report().installed().stream()
                .map(file::resolve)
                .collect(Collectors.toSet());
        List<Explanation> all = images.stream()
                .filter(i -> i.file().toString().toLowerCase(Locale.ROOT).endsWith(".sys"))
                .toList();
        List<Explanation> own =
                all.stream().filter(d -> installed.contains(d.file())).toList();
        return own.isEmpty() ? all : own;
    }

    /** What the loader of this machine does with the drivers it would install. */
    List<Loading> loadings(int machine) {
        return drivers(machine).stream().map(d -> d.loadings().get(machine)).toList();
    }

    /** Each finding once, with the numbers of the machines it is of. */
    Map<PackageFinding, List<Integer>> findings() {
        Map<PackageFinding, List<Integer>> findings = new LinkedHashMap<>();
        for (int i = 0; i < installs.size(); i++) {
            for (PackageFinding finding : installs.get(i).report().findings()) {
                findings.computeIfAbsent(finding, f -> new ArrayList<>()).add(i + 1);
            }
        }
        return findings;
    }
}

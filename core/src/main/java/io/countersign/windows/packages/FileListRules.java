package io.countersign.windows.packages;

import io.countersign.verify.Confidence;
import io.countersign.windows.packages.InstallPackage.Asked;
import io.countersign.windows.packages.PackageEvidence.Contents;
import io.countersign.windows.packages.PackageEvidence.Driver;
import io.countersign.windows.packages.PackageEvidence.Item;
import io.countersign.windows.packages.PackageEvidence.Part;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What is in the package beside what its INFs name. */
final class FileListRules {
    private static final PackageRule NOT_NAMED = PackageRule.of(
                    "PKG_FILE_NOT_NAMED",
                    "Files no INF names are not installed.",
                    "windows-driver-docs: install/inf-copyfiles-directive.md",
                    Confidence.DOCUMENTED)
            .remedy("name the file in the INF ([SourceDisksFiles], CopyFiles), or leave it out of the package");

    static final List<PackageRule> RULES = List.of(NOT_NAMED);

    private FileListRules() {}

    static List<PackageFinding> judge(Contents contents, List<Asked> asked) {
        Set<String> named = new HashSet<>();
        for (Asked a : asked) {
            Driver driver = a.driver();
            named.add(driver.inf());
            for (Part part : driver.parts().values()) {
                part.catalog().ifPresent(named::add);
                part.files().stream().map(Item::path).forEach(named::add);
            }
        }
        List<PackageFinding> findings = new ArrayList<>();
        List<String> others = new ArrayList<>();
        for (String file : contents.files()) {
            if (named.contains(file)) {
                continue;
            }
            // A program or a catalog that is left out is rather forgotten than a document.
            if (contents.images().containsKey(file) || contents.catalogs().containsKey(file)) {
                findings.add(NOT_NAMED.warns(file, "no INF of the package names it"));
            } else {
                others.add(file);
            }
        }
        if (!others.isEmpty()) {
            findings.add(NOT_NAMED.note("", "no INF of the package names " + SomeNames.of(others)));
        }
        return findings;
    }
}

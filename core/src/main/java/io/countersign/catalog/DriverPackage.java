package io.countersign.catalog;

import io.countersign.catalog.DriverInf.Wanted;
import io.countersign.catalog.TargetSystem.Architecture;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a catalog must cover: an INF and the files it installs, for the versions of Windows asked for. Files are those of
 * [SourceDisksFiles] and of CopyFiles directives, as Inf2Cat takes them; all must be there. Sections for other architectures
 * are left out; whether their operating-system versions fit is not judged.
 *
 * @param inf the INF itself, the first member
 * @param catalogName from CatalogFile in [Version]
 * @param files each with the name it is installed from
 * @param hardwareIds in lower case, in the order of the INF
 */
public record DriverPackage(
        Path inf, String catalogName, List<Source> files, List<String> hardwareIds, List<TargetSystem> systems) {
    public DriverPackage {
        files = List.copyOf(files);
        hardwareIds = List.copyOf(hardwareIds);
        systems = List.copyOf(systems);
    }

    /** A file of the package. */
    public record Source(String name, Path path) {}

    /**
     * Reads the INF and finds its files.
     *
     * @param inf if the folder has several
     * @param systems at least one
     * @throws UnfitPackage if the INF cannot be understood, names no catalog, or names files that are not there (all of them
     *     are told)
     */
    public static DriverPackage read(Path folder, Optional<Path> inf, List<TargetSystem> systems)
            throws IOException, UnfitPackage {
        PackageFolder root = new PackageFolder(folder);
        Path file = inf.isPresent() ? inf.get() : root.onlyInf();
        Set<Architecture> architectures = EnumSet.noneOf(Architecture.class);
        systems.forEach(s -> architectures.add(s.architecture()));
        InfReading reading = new InfReading(InfFile.read(file), root, architectures);
        return new DriverPackage(file, catalogName(reading, file), files(reading), reading.hardwareIds(), systems);
    }

    private static String catalogName(InfReading reading, Path file) throws UnfitPackage {
        Set<String> names = reading.catalogs();
        if (names.size() > 1) {
            throw new UnfitPackage(file + " names the catalogs " + String.join(" and ", names)
                    + " for these systems; make one at a time");
        }
        if (names.isEmpty()) {
            throw new UnfitPackage(file + " names no catalog: write CatalogFile = name.cat into its [Version] section");
        }
        return names.iterator().next();
    }

    private static List<Source> files(InfReading reading) throws IOException, UnfitPackage {
        Map<Path, Source> found = new LinkedHashMap<>();
        Set<String> missing = new LinkedHashSet<>();
        for (Wanted wanted : reading.files()) {
            wanted.file()
                    .ifPresentOrElse(
                            f -> found.putIfAbsent(f, new Source(PackageFolder.name(f), f)),
                            () -> missing.add(wanted.path()));
        }
        if (!missing.isEmpty()) {
            throw new UnfitPackage("the INF names files that are not in the package: " + String.join(", ", missing));
        }
        return new ArrayList<>(found.values());
    }
}

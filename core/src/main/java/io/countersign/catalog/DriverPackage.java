package io.countersign.catalog;

import io.countersign.catalog.InfFile.Line;
import io.countersign.catalog.TargetSystem.Architecture;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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
    private static final int MAXIMUM_FILES = 10_000;
    private static final Pattern DECORATION = Pattern.compile("\\.nt(x86|amd64|arm64|arm|ia64)(\\..*)?$");

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
        Reading reading = new Reading(InfFile.read(file), root, architectures);
        return new DriverPackage(file, reading.catalogName(file), reading.files(), reading.hardwareIds(), systems);
    }

    /** One INF being read. */
    private record Reading(InfFile inf, PackageFolder root, Set<Architecture> architectures) {

        String catalogName(Path file) throws UnfitPackage {
            Set<String> names = new LinkedHashSet<>();
            for (Architecture architecture : architectures) {
                inf.line("Version", "CatalogFile.nt" + architecture.extension())
                        .or(() -> inf.line("Version", "CatalogFile.nt"))
                        .or(() -> inf.line("Version", "CatalogFile"))
                        .ifPresent(l -> names.add(l.value(0)));
            }
            if (names.size() > 1) {
                throw new UnfitPackage(file + " names the catalogs " + String.join(" and ", names)
                        + " for these systems; make one at a time");
            }
            if (names.isEmpty()) {
                throw new UnfitPackage(
                        file + " names no catalog: write CatalogFile = name.cat into its [Version] section");
            }
            String name = names.iterator().next();
            if (!name.matches("(?i)[^\\\\/:*?\"<>|\\p{Cntrl}]+\\.cat")) {
                throw new UnfitPackage(
                        file + ": CatalogFile is “" + name + "”, wanted a plain file name ending in .cat");
            }
            return name;
        }

        List<Source> files() throws IOException, UnfitPackage {
            Map<String, String> paths = new LinkedHashMap<>();
            for (Architecture architecture : architectures) {
                for (String section : decorated("SourceDisksFiles", architecture)) {
                    for (Line line : inf.section(section)) {
                        String name = line.key().orElse(line.value(0));
                        paths.putIfAbsent(
                                architecture + "/" + name.toLowerCase(Locale.ROOT),
                                disk(line.value(0), architecture) + "/" + line.value(1) + "/" + name);
                    }
                }
                for (String name : copied()) {
                    paths.putIfAbsent(architecture + "/" + name.toLowerCase(Locale.ROOT), name);
                }
            }
            if (paths.size() > MAXIMUM_FILES) {
                throw new UnfitPackage("the INF names more than " + MAXIMUM_FILES + " files");
            }
            Map<Path, Source> found = new LinkedHashMap<>();
            Set<String> missing = new LinkedHashSet<>();
            for (String path : paths.values()) {
                Optional<Path> file = root.find(path);
                if (file.isPresent()) {
                    found.putIfAbsent(file.get(), new Source(PackageFolder.name(file.get()), file.get()));
                } else {
                    missing.add(path.replaceAll("[\\\\/]+", "/").replaceFirst("^/", ""));
                }
            }
            if (!missing.isEmpty()) {
                throw new UnfitPackage(
                        "the INF names files that are not in the package: " + String.join(", ", missing));
            }
            return new ArrayList<>(found.values());
        }

        /** The path of a source disk, in the fourth place of its line. */
        private String disk(String id, Architecture architecture) {
            for (String section : decorated("SourceDisksNames", architecture)) {
                Optional<Line> line = inf.line(section, id);
                if (line.isPresent()) {
                    return line.get().value(3);
                }
            }
            return "";
        }

        private static List<String> decorated(String section, Architecture architecture) {
            return List.of(section + "." + architecture.extension(), section);
        }

        /** The names that CopyFiles directives of sections for these architectures copy from. */
        private Set<String> copied() {
            Set<String> directives = new LinkedHashSet<>();
            for (String section : inf.sections()) {
                Matcher decoration = DECORATION.matcher(section);
                if (decoration.find() && !wanted(decoration.group(1))) {
                    continue;
                }
                for (Line line : inf.section(section)) {
                    if (line.key().filter("CopyFiles"::equalsIgnoreCase).isPresent()) {
                        directives.addAll(line.values());
                    }
                }
            }
            Set<String> names = new LinkedHashSet<>();
            directives.forEach(d -> copied(d, names));
            return names;
        }

        private void copied(String what, Set<String> names) {
            if (what.startsWith("@")) {
                names.add(what.substring(1));
                return;
            }
            for (Line line : inf.section(what)) {
                String name = line.value(1).isEmpty() ? line.value(0) : line.value(1);
                if (!name.isEmpty()) {
                    names.add(name);
                }
            }
        }

        private boolean wanted(String extension) {
            return architectures.stream().anyMatch(a -> a.extension().equals(extension));
        }

        /** From the models sections that [Manufacturer] names: {@code description = install-section, hardware-id, …}. */
        List<String> hardwareIds() {
            Set<String> sections = new LinkedHashSet<>();
            for (Line manufacturer : inf.section("Manufacturer")) {
                String models = manufacturer.value(0);
                if (manufacturer.values().size() == 1) {
                    sections.add(models);
                }
                for (int i = 1; i < manufacturer.values().size(); i++) {
                    String decoration = "." + manufacturer.value(i).toLowerCase(Locale.ROOT);
                    Matcher matcher = DECORATION.matcher(decoration);
                    if (!matcher.find() || wanted(matcher.group(1))) {
                        sections.add(models + decoration);
                    }
                }
            }
            Set<String> ids = new LinkedHashSet<>();
            sections.forEach(s -> addIds(s, ids));
            return new ArrayList<>(ids);
        }

        private void addIds(String models, Set<String> ids) {
            for (Line model : inf.section(models)) {
                model.values().stream()
                        .skip(1)
                        .filter(id -> !id.isEmpty())
                        .forEach(id -> ids.add(id.toLowerCase(Locale.ROOT)));
            }
        }
    }
}

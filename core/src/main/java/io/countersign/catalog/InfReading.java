package io.countersign.catalog;

import io.countersign.catalog.DriverInf.Wanted;
import io.countersign.catalog.InfFile.Line;
import io.countersign.catalog.TargetSystem.Architecture;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One INF being read for some architectures. */
record InfReading(InfFile inf, PackageFolder root, Set<Architecture> architectures) {
    private static final int MAXIMUM_FILES = 10_000;
    private static final Pattern DECORATION = Pattern.compile("\\.nt(x86|amd64|arm64|arm|ia64)(\\..*)?$");

    /** What a primitive driver has instead of models. */
    private static final Pattern INSTALL = Pattern.compile("defaultinstall(?:\\.(nt[a-z0-9]*(?:\\.[0-9x.]*)?))?");

    /** The names of catalogs for these architectures: as a rule one, or none. */
    Set<String> catalogs() throws UnfitPackage {
        Set<String> names = new LinkedHashSet<>();
        for (Architecture architecture : architectures) {
            inf.line("Version", "CatalogFile.nt" + architecture.extension())
                    .or(() -> inf.line("Version", "CatalogFile.nt"))
                    .or(() -> inf.line("Version", "CatalogFile"))
                    .ifPresent(l -> names.add(l.value(0)));
        }
        for (String name : names) {
            if (!name.matches("(?i)[^\\\\/:*?\"<>|\\p{Cntrl}]+\\.cat")) {
                throw new UnfitPackage(
                        "the INF's CatalogFile is “" + name + "”, wanted a plain file name ending in .cat");
            }
        }
        return names;
    }

    /** The files to be installed, each once, and where they are. */
    List<Wanted> files() throws IOException, UnfitPackage {
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
        List<Wanted> files = new ArrayList<>();
        for (String path : paths.values()) {
            files.add(new Wanted(path.replaceAll("[\\\\/]+", "/").replaceFirst("^/", ""), root.find(path)));
        }
        return files;
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

    /** The models sections there are, each with its decoration in lower case, which may be empty. */
    private Map<String, String> models() {
        Map<String, String> sections = new LinkedHashMap<>();
        for (Line manufacturer : inf.section("Manufacturer")) {
            String models = manufacturer.value(0);
            if (manufacturer.values().size() == 1) {
                sections.put(models, "");
            }
            for (int i = 1; i < manufacturer.values().size(); i++) {
                String decoration = manufacturer.value(i).toLowerCase(Locale.ROOT);
                sections.put(models + "." + decoration, decoration);
            }
        }
        return sections;
    }

    /** The systems the INF has something for. */
    List<InfTarget> targets() {
        List<InfTarget> targets = new ArrayList<>();
        models().forEach((section, decoration) -> {
            if (!inf.section(section).isEmpty()) {
                targets.add(InfTarget.of(decoration));
            }
        });
        for (String section : inf.sections()) {
            Matcher install = INSTALL.matcher(section);
            if (install.matches()) {
                targets.add(InfTarget.of(install.group(1) == null ? "" : install.group(1)));
            }
        }
        return targets.stream().distinct().toList();
    }

    /** From the models sections that [Manufacturer] names: {@code description = install-section, hardware-id, …}. */
    List<String> hardwareIds() {
        Set<String> ids = new LinkedHashSet<>();
        models().forEach((section, decoration) -> {
            Matcher matcher = DECORATION.matcher("." + decoration);
            if (!matcher.find() || wanted(matcher.group(1))) {
                addIds(section, ids);
            }
        });
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

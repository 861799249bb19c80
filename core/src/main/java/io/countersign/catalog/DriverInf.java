package io.countersign.catalog;

import io.countersign.catalog.TargetSystem.Architecture;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What an INF asks for, whether or not its folder has it.
 *
 * @param targets the systems it has something for
 * @param parts what it asks for on each architecture
 */
public record DriverInf(List<InfTarget> targets, Map<Architecture, Part> parts) {
    public DriverInf {
        targets = List.copyOf(targets);
        parts = Map.copyOf(parts);
    }

    /**
     * What counts on one architecture.
     *
     * @param catalog from CatalogFile; empty if none is named
     * @param files those it installs, without the INF itself and the catalog
     */
    public record Part(Optional<String> catalog, List<Wanted> files) {
        public Part {
            files = List.copyOf(files);
        }
    }

    /**
     * A file it installs.
     *
     * @param path from the folder of the INF, with slashes
     * @param file empty if it is not there
     */
    public record Wanted(String path, Optional<Path> file) {}

    /**
     * Reads one and looks for its files beside it.
     *
     * @throws UnfitPackage if it cannot be understood, or names what may lie outside its folder
     */
    public static DriverInf read(Path inf) throws IOException, UnfitPackage {
        InfFile file = InfFile.read(inf);
        PackageFolder folder = new PackageFolder(inf.toAbsolutePath().getParent());
        Map<Architecture, Part> parts = new EnumMap<>(Architecture.class);
        for (Architecture architecture : Architecture.values()) {
            InfReading reading = new InfReading(file, folder, Set.of(architecture));
            parts.put(architecture, new Part(reading.catalogs().stream().findFirst(), reading.files()));
        }
        return new DriverInf(new InfReading(file, folder, Set.of()).targets(), parts);
    }
}

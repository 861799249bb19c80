package io.countersign.windows.packages;

import io.countersign.catalog.Catalog;
import io.countersign.catalog.CatalogCheck;
import io.countersign.catalog.DriverInf;
import io.countersign.catalog.MalformedCatalog;
import io.countersign.catalog.TargetSystem.Architecture;
import io.countersign.catalog.UnfitPackage;
import io.countersign.format.ArchiveFiles;
import io.countersign.format.MalformedFile;
import io.countersign.windows.FileEvidence;
import io.countersign.windows.GatherEvidence;
import io.countersign.windows.NamedCatalog;
import io.countersign.windows.packages.PackageEvidence.Contents;
import io.countersign.windows.packages.PackageEvidence.Driver;
import io.countersign.windows.packages.PackageEvidence.Item;
import io.countersign.windows.packages.PackageEvidence.PackageCatalog;
import io.countersign.windows.packages.PackageEvidence.Part;
import io.countersign.windows.packages.PackageEvidence.Unreadable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Gathers what is to be known of a driver package in a folder, a ZIP archive or a cabinet, with one INF or several. Archives are
 * taken apart in a private folder that is gone afterwards; an archive in a package stays what it is.
 */
public final class GatherPackage {
    private static final int MAXIMUM_INFS = 100;
    private static final int MAXIMUM_CATALOGS = 100;
    private static final int MAXIMUM_MEMBERS = 100_000;
    private static final int MAXIMUM_IMAGES = 1_000;

    private final GatherEvidence gathering;
    private final List<NamedCatalog> installed;

    /**
     * @param installed catalogs of the machine, beside those in the package
     */
    public GatherPackage(GatherEvidence gathering, List<NamedCatalog> installed) {
        this.gathering = gathering;
        this.installed = List.copyOf(installed);
    }

    /** Whether it is looked at as a package: a folder, a cabinet, or a ZIP archive that is no other format. */
    public static boolean isPackage(Path file) throws IOException {
        return Files.isDirectory(file) || (Files.isRegularFile(file) && ArchiveFiles.isArchive(file));
    }

    /**
     * Reads one.
     *
     * @throws IOException if it cannot be read; whatever is wrong with its content is in the evidence
     */
    public PackageEvidence gather(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            return read(path.toRealPath());
        }
        // For its owner alone, as Java makes it.
        Path folder = Files.createTempDirectory("countersign-package-").toRealPath();
        try {
            ArchiveFiles.extract(path, folder);
            return read(folder);
        } catch (MalformedFile e) {
            return new Unreadable(e.getMessage());
        } finally {
            FolderTree.delete(folder);
        }
    }

    private PackageEvidence read(Path folder) throws IOException {
        FolderTree tree = FolderTree.of(folder);
        if (tree.flaw().isPresent()) {
            return new Unreadable(tree.flaw().get());
        }
        Map<String, NamedCatalog> catalogs = new TreeMap<>();
        Map<String, PackageCatalog> read = new TreeMap<>();
        List<Driver> drivers = new ArrayList<>();
        int members = 0;
        for (Map.Entry<String, Path> file : tree.files().entrySet()) {
            if (isNamed(file.getKey(), ".cat")) {
                try {
                    Catalog catalog = Catalog.read(file.getValue());
                    members += catalog.members().size();
                    catalogs.put(file.getKey(), new NamedCatalog(file.getKey(), catalog));
                } catch (MalformedCatalog e) {
                    read.put(file.getKey(), unreadable(e.getMessage()));
                }
            } else if (isNamed(file.getKey(), ".inf")) {
                drivers.add(driver(tree, file.getKey()));
            }
            if (catalogs.size() + read.size() > MAXIMUM_CATALOGS
                    || drivers.size() > MAXIMUM_INFS
                    || members > MAXIMUM_MEMBERS) {
                return new Unreadable("it has more than " + MAXIMUM_INFS + " INFs, " + MAXIMUM_CATALOGS
                        + " catalogs or " + MAXIMUM_MEMBERS + " members of them, the most that are read; name the"
                        + " folders of its drivers one by one");
            }
        }
        for (NamedCatalog catalog : catalogs.values()) {
            read.put(catalog.name(), catalog(tree, catalog, drivers));
        }
        List<NamedCatalog> all = new ArrayList<>(catalogs.values());
        all.addAll(installed);
        Map<String, FileEvidence> images = new TreeMap<>();
        for (Map.Entry<String, Path> file : tree.files().entrySet()) {
            if (isNamed(file.getKey(), ".sys") || startsAsImage(file.getValue())) {
                images.put(file.getKey(), gathering.gather(file.getValue(), all));
            }
            if (images.size() > MAXIMUM_IMAGES) {
                return new Unreadable("it has more than " + MAXIMUM_IMAGES
                        + " PE files, the most that are read; name the folders of its drivers one by one");
            }
        }
        return new Contents(
                List.copyOf(tree.files().keySet()), drivers, read, images, gathering.anchors(), gathering.at());
    }

    private static PackageCatalog unreadable(String flaw) {
        return new PackageCatalog(Optional.of(flaw), Optional.empty(), Optional.empty(), Map.of(), List.of());
    }

    private static Driver driver(FolderTree tree, String inf) throws IOException {
        try {
            DriverInf read = DriverInf.read(tree.files().get(inf));
            Map<Architecture, Part> parts = new EnumMap<>(Architecture.class);
            for (Map.Entry<Architecture, DriverInf.Part> part : read.parts().entrySet()) {
                parts.put(part.getKey(), part(tree, inf, part.getValue()));
            }
            return new Driver(inf, Optional.empty(), read.targets(), parts);
        } catch (UnfitPackage e) {
            String reason = e.getMessage().replace(tree.files().get(inf).toString(), inf);
            return new Driver(inf, Optional.of(reason), List.of(), Map.of());
        }
    }

    private static Part part(FolderTree tree, String inf, DriverInf.Part part) {
        String folder = inf.substring(0, inf.lastIndexOf('/') + 1);
        List<Item> items = part.files().stream()
                .map(w -> new Item(
                        w.file().map(tree::path).orElse(folder + w.path()),
                        w.file().isPresent()))
                .toList();
        return new Part(part.catalog(), part.catalog().flatMap(c -> tree.find(folder + c)), items);
    }

    private PackageCatalog catalog(FolderTree tree, NamedCatalog catalog, List<Driver> drivers) throws IOException {
        Set<String> asked = new HashSet<>();
        for (Driver driver : drivers) {
            for (Part part : driver.parts().values()) {
                if (part.catalog().filter(catalog.name()::equals).isPresent()) {
                    asked.add(driver.inf());
                    part.files().stream().filter(Item::there).map(Item::path).forEach(asked::add);
                }
            }
        }
        CatalogCheck check = new CatalogCheck(catalog.catalog());
        Map<String, CatalogCheck.Result> results = new TreeMap<>();
        for (String path : asked) {
            results.put(path, check.check(tree.files().get(path)));
        }
        return new PackageCatalog(
                Optional.empty(),
                Optional.of(catalog.catalog()),
                gathering.gather(catalog),
                results,
                check.membersWithout(List.copyOf(tree.files().values())));
    }

    private static boolean startsAsImage(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return in.read() == 'M' && in.read() == 'Z';
        }
    }

    private static boolean isNamed(String path, String extension) {
        return path.toLowerCase(Locale.ROOT).endsWith(extension);
    }
}

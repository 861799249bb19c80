package io.countersign.windows.packages;

import io.countersign.catalog.Catalog;
import io.countersign.catalog.CatalogCheck;
import io.countersign.catalog.InfTarget;
import io.countersign.catalog.TargetSystem.Architecture;
import io.countersign.windows.FileEvidence;
import io.countersign.windows.SignatureEvidence;
import io.countersign.windows.TrustAnchors;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Everything a verdict on a driver package needs, gathered before any rule is looked at. Paths are from its root, with slashes. */
public sealed interface PackageEvidence {
    /** An archive or a folder that is not read as a package. */
    record Unreadable(String reason) implements PackageEvidence {}

    /**
     * What is in it.
     *
     * @param files all of them, sorted
     * @param drivers one an INF
     * @param catalogs by path
     * @param images what each PE file in it is, by path, with the package's catalogs taken as installed
     */
    record Contents(
            List<String> files,
            List<Driver> drivers,
            Map<String, PackageCatalog> catalogs,
            Map<String, FileEvidence> images,
            TrustAnchors anchors,
            Instant at)
            implements PackageEvidence {
        public Contents {
            files = List.copyOf(files);
            drivers = List.copyOf(drivers);
            catalogs = new TreeMap<>(catalogs);
            images = new TreeMap<>(images);
        }
    }

    /**
     * An INF and what it asks for.
     *
     * @param flaw why it cannot be understood; empty if it can
     * @param targets the systems it has something for
     */
    record Driver(String inf, Optional<String> flaw, List<InfTarget> targets, Map<Architecture, Part> parts) {}

    /**
     * What an INF asks for on one architecture.
     *
     * @param catalogName as the INF has it; empty if it names none
     * @param catalog the path it has; empty if it is not there
     */
    record Part(Optional<String> catalogName, Optional<String> catalog, List<Item> files) {}

    /** A file an INF installs, by its path, and whether it is there. */
    record Item(String path, boolean there) {}

    /**
     * A catalog.
     *
     * @param flaw why it cannot be read; then there is nothing else
     * @param catalog empty if it cannot be read
     * @param signature its own; empty if it has none
     * @param checks what it says of the INFs that name it and of the files they install, by path
     * @param withoutFile names of members that no file of the package has
     */
    record PackageCatalog(
            Optional<String> flaw,
            Optional<Catalog> catalog,
            Optional<SignatureEvidence> signature,
            Map<String, CatalogCheck.Result> checks,
            List<String> withoutFile) {}
}

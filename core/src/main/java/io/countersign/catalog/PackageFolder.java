package io.countersign.catalog;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The folder of a driver package, where names are found as Windows finds them: without regard to case, and never outside. */
final class PackageFolder {
    private final Path folder;
    private final Map<Path, Map<String, Path>> listings = new HashMap<>();

    PackageFolder(Path folder) throws IOException {
        this.folder = folder.toRealPath();
    }

    /** The only INF directly in the folder. */
    Path onlyInf() throws IOException, UnfitPackage {
        List<Path> found = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            files.filter(f -> name(f).toLowerCase(Locale.ROOT).endsWith(".inf"))
                    .sorted()
                    .forEach(found::add);
        }
        if (found.size() != 1) {
            throw new UnfitPackage("there are " + found.size() + " INFs in " + folder
                    + "; a catalog belongs to one driver package, so name the INF");
        }
        return found.get(0);
    }

    /**
     * The file with this path, written with either kind of slash.
     *
     * @return empty if there is no such file
     * @throws UnfitPackage if the path leads out of the folder
     */
    Optional<Path> find(String path) throws IOException, UnfitPackage {
        List<String> parts = Stream.of(path.split("[\\\\/]", -1))
                .filter(p -> !p.isEmpty() && !p.equals("."))
                .toList();
        if (parts.contains("..") || path.indexOf(':') >= 0 || path.indexOf('\0') >= 0) {
            throw new UnfitPackage("the INF names “" + path + "”, which may lie outside the package");
        }
        Path at = folder;
        for (String part : parts) {
            Optional<Path> next = child(at, part);
            if (next.isEmpty()) {
                return Optional.empty();
            }
            at = next.get();
        }
        if (!Files.isRegularFile(at)) {
            return Optional.empty();
        }
        if (!at.toRealPath().startsWith(folder)) {
            throw new UnfitPackage("“" + path + "” is a link that leads out of the package");
        }
        return Optional.of(at);
    }

    private Optional<Path> child(Path parent, String name) throws IOException {
        try {
            Path exact = parent.resolve(name);
            if (Files.exists(exact)) {
                return Optional.of(exact);
            }
        } catch (InvalidPathException e) {
            return Optional.empty(); // no file of this system can have such a name
        }
        if (!Files.isDirectory(parent)) {
            return Optional.empty();
        }
        Map<String, Path> listing = listings.get(parent);
        if (listing == null) {
            listing = new HashMap<>();
            try (Stream<Path> children = Files.list(parent)) {
                for (Path child : children.sorted().toList()) {
                    listing.putIfAbsent(name(child).toLowerCase(Locale.ROOT), child);
                }
            }
            listings.put(parent, listing);
        }
        return Optional.ofNullable(listing.get(name.toLowerCase(Locale.ROOT)));
    }

    static String name(Path file) {
        return file.getFileName().toString();
    }
}

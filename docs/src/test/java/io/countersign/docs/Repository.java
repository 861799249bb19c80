package io.countersign.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** The checked-out sources, found through the system property {@code countersign.root} that the build sets. */
final class Repository {
    static final Path ROOT = root();
    static final List<String> MODULES = List.of("core", "hsm-config", "timestamp-authority", "signer-service", "cli");

    private static final Set<String> NOT_OURS = Set.of("target", ".git", "node_modules");

    private Repository() {}

    private static Path root() {
        String root = System.getProperty("countersign.root");
        if (root == null) {
            throw new IllegalStateException("The system property countersign.root is not set; run through Maven.");
        }
        return Path.of(root).toAbsolutePath().normalize();
    }

    /** Every file of ours that fits, in no build output. */
    static List<Path> files(Predicate<Path> wanted) {
        List<Path> found = new ArrayList<>();
        try {
            Files.walkFileTree(ROOT, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                    return NOT_OURS.contains(folder.getFileName().toString())
                            ? FileVisitResult.SKIP_SUBTREE
                            : FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    if (attributes.isRegularFile() && wanted.test(file)) {
                        found.add(file);
                    }
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the sources under " + ROOT, e);
        }
        return found;
    }
}

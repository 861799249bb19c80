package io.countersign.hsm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** Folders inside a home in which things are made that do not count yet. For who holds the {@link HomeLock}. */
final class StagingFolder {
    private StagingFolder() {}

    /**
     * A new one, for its owner only. Those that killed runs left are gone then.
     *
     * @param prefix of the names of all of a kind
     * @param spared a name with that prefix that is something else
     */
    static Path fresh(Path root, String prefix, String spared) throws IOException {
        try (Stream<Path> children = Files.list(root)) {
            for (Path child : children.toList()) {
                String name = child.getFileName().toString();
                if (name.startsWith(prefix) && !name.equals(spared)) {
                    delete(child);
                }
            }
        }
        return Files.createTempDirectory(root, prefix);
    }

    static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> tree = Files.walk(folder)) {
            tree.sorted(Comparator.reverseOrder()).forEach(path -> {
                try {
                    Files.deleteIfExists(path);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}

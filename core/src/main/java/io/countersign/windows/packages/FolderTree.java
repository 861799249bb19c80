package io.countersign.windows.packages;

import io.countersign.format.ArchiveFiles;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The files below a folder. Links are not followed, and nothing but plain files is opened.
 *
 * @param files by path from the root, with slashes
 * @param flaw why this is no package; then the files are not all
 */
record FolderTree(Path root, Map<String, Path> files, Map<String, String> folded, Optional<String> flaw) {

    static FolderTree of(Path root) throws IOException {
        Map<String, Path> files = new TreeMap<>();
        Map<String, String> folded = new HashMap<>();
        String[] flaw = new String[1];
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                String path = path(root, file);
                String other = folded.put(path.toLowerCase(Locale.ROOT), path);
                if (!attributes.isRegularFile()) {
                    flaw[0] = path + " is a link or a device; a package is made of plain files";
                } else if (other != null) {
                    flaw[0] = path + " and " + other + " are one file for Windows";
                } else if (files.size() >= ArchiveFiles.MAXIMUM_ENTRIES) {
                    flaw[0] = "the folder has more than " + ArchiveFiles.MAXIMUM_ENTRIES
                            + " files, the most that are read; name the folder of a driver";
                }
                files.put(path, file);
                return flaw[0] == null ? FileVisitResult.CONTINUE : FileVisitResult.TERMINATE;
            }
        });
        return new FolderTree(root, files, folded, Optional.ofNullable(flaw[0]));
    }

    /** The path of a file that is there, whatever its case. */
    Optional<String> find(String path) {
        return Optional.ofNullable(folded.get(path.toLowerCase(Locale.ROOT)));
    }

    /** The path of a file below the root. */
    String path(Path file) {
        return path(root, file);
    }

    private static String path(Path root, Path file) {
        return root.relativize(file).toString().replace('\\', '/');
    }

    /** Removes a folder and everything below it. */
    static void delete(Path folder) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, IOException e) throws IOException {
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}

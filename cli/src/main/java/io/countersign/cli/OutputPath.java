package io.countersign.cli;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Where a result is to go, looked at before a key is used for it. */
final class OutputPath {
    private OutputPath() {}

    /** The folder or the file somebody typed: with a slash at its end it is a folder, and has to be there. */
    static Path typed(String text) throws Failure {
        Path path = path(text);
        if ((text.endsWith("/") || text.endsWith(File.separator)) && !Files.isDirectory(path)) {
            throw Failure.usage("there is no folder " + text, "make it first, or leave out the slash to name a file");
        }
        return path;
    }

    /** A folder to write into, which need not be there. */
    static Path folder(String text) throws Failure {
        Path path = path(text);
        if (Files.exists(path) && !Files.isDirectory(path)) {
            throw Failure.usage(path + " is a file", "name the folder to write into");
        }
        return path;
    }

    private static Path path(String text) throws Failure {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw Failure.usage("'" + text + "' is no path: " + e.getReason(), "name another");
        }
    }

    /** Checks that a file can be put there: its folder exists, and it is no folder itself. */
    static Path file(Path path) throws Failure {
        if (Files.isDirectory(path)) {
            throw Failure.usage(path + " is a folder", "name the file to write");
        }
        Path folder = path.toAbsolutePath().getParent();
        if (!Files.isDirectory(folder)) {
            throw Failure.usage("there is no folder " + folder + " for " + path, "make it first, or name another");
        }
        return path;
    }
}

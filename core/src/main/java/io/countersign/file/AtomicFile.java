package io.countersign.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;

/** Files that appear whole or not at all: written beside, synced, renamed. */
public final class AtomicFile {
    private AtomicFile() {}

    /**
     * What fills the file.
     *
     * @param <E> what it throws beside
     */
    public interface Content<E extends Exception> {
        /** Writes everything to this new, empty file. Throwing leaves the target as it was. */
        void writeTo(Path temporary) throws IOException, E;
    }

    /**
     * Writes a file so that a crash at any moment leaves the old content, if there was any, or the new, which is on the
     * disk when this returns.
     *
     * @throws IOException if the folder cannot be written; nothing is left behind
     */
    public static <E extends Exception> void write(Path target, Content<E> content) throws IOException, E {
        Path absolute = target.toAbsolutePath();
        Path folder = absolute.getParent();
        Path temporary = Files.createTempFile(folder, "." + absolute.getFileName() + ".", ".tmp");
        try {
            content.writeTo(temporary);
            Durable.file(temporary);
            copyPermissions(absolute, temporary);
            Files.move(temporary, absolute, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            Durable.folder(folder);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /** A temporary file is for its owner alone; what replaces a file keeps that file's permissions, and a new one the usual. */
    private static void copyPermissions(Path old, Path temporary) throws IOException {
        if (!temporary.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            return;
        }
        if (Files.exists(old)) {
            Files.setPosixFilePermissions(temporary, Files.getPosixFilePermissions(old));
        } else {
            Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rw-r--r--"));
        }
    }
}

package io.countersign.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;

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
        // Through a symbolic link: what it points to is replaced, not the link.
        Path absolute = Files.exists(target) ? target.toRealPath() : target.toAbsolutePath();
        Path folder = absolute.getParent();
        // Not createTempFile, whose files are for their owner alone: a new file gets the permissions any other would.
        Path temporary =
                Files.createFile(folder.resolve("." + absolute.getFileName() + "." + UUID.randomUUID() + ".tmp"));
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

    /** What replaces a file keeps that file's permissions. */
    private static void copyPermissions(Path old, Path temporary) throws IOException {
        if (Files.exists(old)
                && temporary.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.setPosixFilePermissions(temporary, Files.getPosixFilePermissions(old));
        }
    }
}

package io.countersign.file;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;
import java.util.UUID;

/**
 * A file that appears whole or not at all: written beside its target, synced, renamed. A crash at any moment leaves the old
 * content, if there was any, or the new.
 */
public final class AtomicFile implements Closeable {
    private final Path target;
    private final Path temporary;

    private AtomicFile(Path target, Path temporary) {
        this.target = target;
        this.temporary = temporary;
    }

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
     * A new, empty file beside the target.
     *
     * @throws IOException if the folder cannot be written
     */
    public static AtomicFile beside(Path target) throws IOException {
        // Through a symbolic link: what it points to is replaced, not the link.
        Path absolute = Files.exists(target) ? target.toRealPath() : target.toAbsolutePath();
        // Not createTempFile, whose files are for their owner alone: a new file gets the permissions any other would.
        return new AtomicFile(
                absolute,
                Files.createFile(
                        absolute.resolveSibling("." + absolute.getFileName() + "." + UUID.randomUUID() + ".tmp"),
                        asOpenAs(absolute)));
    }

    /** Nobody reads a copy of what he may not read. */
    private static FileAttribute<?>[] asOpenAs(Path old) throws IOException {
        if (!hasPermissions(old)) {
            return new FileAttribute<?>[0];
        }
        Set<PosixFilePermission> permissions =
                EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
        permissions.addAll(Files.getPosixFilePermissions(old));
        return new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(permissions)};
    }

    private static boolean hasPermissions(Path file) {
        return Files.exists(file)
                && file.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    /**
     * Writes a file, which is on the disk when this returns.
     *
     * @throws IOException if the folder cannot be written; nothing is left behind
     */
    public static <E extends Exception> void write(Path target, Content<E> content) throws IOException, E {
        try (AtomicFile file = beside(target)) {
            content.writeTo(file.path());
            file.release();
        }
    }

    /** Where to write it. */
    public Path path() {
        return temporary;
    }

    /** Gives what was written the target's name; it is on the disk when this returns. To be called once. */
    public void release() throws IOException {
        Durable.file(temporary);
        copyPermissions(target, temporary);
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        Durable.folder(target.getParent());
    }

    /** Removes what was not released. */
    @Override
    public void close() throws IOException {
        Files.deleteIfExists(temporary);
    }

    /** What replaces a file keeps that file's permissions. */
    private static void copyPermissions(Path old, Path temporary) throws IOException {
        if (hasPermissions(old)) {
            Files.setPosixFilePermissions(temporary, Files.getPosixFilePermissions(old));
        }
    }
}

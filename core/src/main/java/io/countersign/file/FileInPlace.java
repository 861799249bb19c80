package io.countersign.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * Which file a name meant at one time, to tell later whether it means that file still: who holds a file open goes on writing to
 * it after it was moved away or removed, where nobody will look. Immutable.
 */
public final class FileInPlace {
    private static final Object NONE = new Object();

    private final Path path;
    private final Object key;

    private FileInPlace(Path path, Object key) {
        this.path = path;
        this.key = key;
    }

    /**
     * What the name means now. A name without a file is never in place, not even once there is one.
     *
     * @throws IOException if the file system does not tell
     */
    public static FileInPlace of(Path path) throws IOException {
        return new FileInPlace(path, key(path));
    }

    /**
     * Whether the name still means that file; one question to the file system.
     *
     * @throws IOException if the file system does not tell
     */
    public boolean holds() throws IOException {
        return !key.equals(NONE) && key.equals(key(path));
    }

    /** Device and inode, where the system has such a thing; others let no open file be moved. */
    private static Object key(Path path) throws IOException {
        try {
            Object key = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
            return key == null ? "" : key;
        } catch (NoSuchFileException e) {
            return NONE;
        }
    }
}

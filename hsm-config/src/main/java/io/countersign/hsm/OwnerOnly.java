package io.countersign.hsm;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Files and folders that are born readable by their owner only, so that there is no moment when others can open them. */
final class OwnerOnly {
    private OwnerOnly() {}

    static void folder(Path folder) throws IOException {
        Files.createDirectory(
                folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    /** @param content not changed and not kept */
    static void file(Path file, byte[] content) throws IOException {
        try (FileChannel channel = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            // A direct buffer of our own: with a heap buffer Java would leave a copy in one it keeps.
            ByteBuffer buffer =
                    ByteBuffer.allocateDirect(content.length).put(content).flip();
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            buffer.clear();
            buffer.put(new byte[content.length]);
        }
    }
}

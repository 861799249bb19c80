package io.countersign.signer.app;

import io.countersign.home.Home;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The folders of unfinished things, below the home and so on the file system of what is finished. */
@Singleton
class Folders {
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final Home home;

    Folders(Home home) {
        this.home = home;
    }

    /** Signed files not yet judged. */
    Path work() {
        return home.state().resolve("work");
    }

    /** Uploads not yet accepted. */
    Path uploads() {
        return home.state().resolve("uploads");
    }

    Path ownerLock() {
        return home.state().resolve("owner.lock");
    }

    /** Makes those that are missing, for their owner only: uploads, requests and logs are nobody else's business. */
    void create() throws IOException {
        for (Path folder : List.of(home.state(), home.artifacts(), home.log(), work(), uploads())) {
            if (Files.notExists(folder)) {
                Files.createDirectory(folder, OWNER_ONLY);
                try (FileChannel parent = FileChannel.open(folder.getParent(), StandardOpenOption.READ)) {
                    parent.force(true);
                }
            }
        }
    }

    /** What a process that was killed left half-written. Only its owner may do this. */
    void clean() throws IOException {
        for (Path folder : List.of(work(), uploads())) {
            try (Stream<Path> leftovers = Files.list(folder)) {
                for (Path leftover : leftovers.toList()) {
                    Files.delete(leftover);
                }
            }
        }
    }
}

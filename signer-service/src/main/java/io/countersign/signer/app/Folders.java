package io.countersign.signer.app;

import io.countersign.home.Home;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The folders of unfinished things, below the home and so on the file system of what is finished. */
@Singleton
class Folders {
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

    void create() throws IOException {
        for (Path folder : List.of(home.state(), work(), uploads())) {
            Files.createDirectories(folder);
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

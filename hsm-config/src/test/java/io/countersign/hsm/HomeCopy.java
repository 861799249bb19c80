package io.countersign.hsm;

import io.countersign.home.Home;
import io.countersign.key.KeyUnavailable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;

/** A copy of the shared lab home that a test may break: making keys costs seconds, copying them nothing. */
final class HomeCopy {
    private HomeCopy() {}

    static Home in(Path folder) throws IOException, KeyUnavailable {
        Home copy = new Home(folder.resolve("home"));
        copy(LabHome.home().root(), copy.root());
        Ceremony.run(copy, line -> {}); // It has moved: softhsm2.conf is corrected.
        return copy;
    }

    static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> tree = Files.walk(from)) {
            for (Path path : tree.toList()) {
                Files.copy(path, to.resolve(from.relativize(path).toString()), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }
}

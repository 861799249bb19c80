package io.countersign.cli;

import io.countersign.home.Home;
import io.countersign.hsm.Ceremony;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A home of its own for what CAs write, over the tokens that all tests share: making keys costs seconds. */
final class CaHome {
    private static final Path SHARED = Path.of(System.getProperty("countersign.test.home"));

    private CaHome() {}

    static Path in(Path folder) throws Exception {
        Ceremony.run(new Home(SHARED), line -> {});
        // Whoever opens a token first tells SoftHSM where the tokens are; a home without softhsm2.conf leaves it at
        // that.
        Transcript.of(SHARED, "hsm", "status");
        Path home = Files.createDirectory(folder.resolve("ca-home"));
        Path pki = Files.createDirectory(home.resolve("pki"));
        for (Path file : certificates()) {
            Files.copy(file, pki.resolve(file.getFileName().toString()));
        }
        Files.writeString(
                home.resolve("countersign.yaml"),
                Files.readString(SHARED.resolve("countersign.yaml"))
                        .replace("pinFile: secrets", "pinFile: " + SHARED.resolve("secrets")));
        return home;
    }

    private static List<Path> certificates() throws IOException {
        try (Stream<Path> files = Files.list(SHARED.resolve("pki"))) {
            return files.filter(f -> f.toString().endsWith(".pem")).toList();
        }
    }
}

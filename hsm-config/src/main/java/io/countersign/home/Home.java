package io.countersign.home;

import java.nio.file.Path;
import java.util.Map;

/**
 * The folder that holds everything an installation owns. Delete it and the installation is gone. Naming a path creates
 * nothing.
 *
 * @param root the folder itself, absolute
 */
public record Home(Path root) {
    public Home {
        root = root.toAbsolutePath().normalize();
    }

    /** {@code $COUNTERSIGN_HOME}, else {@code $XDG_DATA_HOME/countersign}, else {@code ~/.local/share/countersign}. */
    public static Home locate(Map<String, String> environment) {
        String own = environment.getOrDefault("COUNTERSIGN_HOME", "");
        if (!own.isBlank()) {
            return new Home(Path.of(own));
        }
        String xdg = environment.getOrDefault("XDG_DATA_HOME", "");
        Path data = xdg.isBlank() ? Path.of(System.getProperty("user.home"), ".local", "share") : Path.of(xdg);
        return new Home(data.resolve("countersign"));
    }

    /** What this installation is configured to do. */
    public Path configuration() {
        return root.resolve("countersign.yaml");
    }

    /** The SoftHSM token folder. */
    public Path tokens() {
        return root.resolve("tokens");
    }

    /** Public certificates, one PEM each. */
    public Path pki() {
        return root.resolve("pki");
    }

    /** Roots and lists that somebody imported to judge files with. */
    public Path trust() {
        return root.resolve("trust");
    }

    /** PINs and API tokens, each a file only its owner can read. */
    public Path secrets() {
        return root.resolve("secrets");
    }

    /** The embedded database and what else must survive a restart. */
    public Path state() {
        return root.resolve("state");
    }

    /** The content-addressed artifact store. */
    public Path artifacts() {
        return root.resolve("artifacts");
    }

    /** The key-use journal and service logs. */
    public Path log() {
        return root.resolve("log");
    }

    /** What is true only while services run, such as {@code endpoints.json}. */
    public Path run() {
        return root.resolve("run");
    }

    /** What {@code countersign demo} leaves behind. */
    public Path demo() {
        return root.resolve("demo");
    }
}

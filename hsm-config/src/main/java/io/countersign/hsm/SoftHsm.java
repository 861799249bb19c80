package io.countersign.hsm;

import com.sun.jna.Function;
import io.countersign.home.Home;
import io.countersign.key.KeyUnavailable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Where SoftHSM lies, what its configuration says, and how a process is made to read that configuration. */
final class SoftHsm {
    static final String ENVIRONMENT = "SOFTHSM2_CONF";

    /** Debian (any architecture through the first), Fedora, Homebrew on ARM and Intel. The launcher looks in the same. */
    static final List<Path> PLACES = List.of(
            Path.of("/usr/lib/softhsm/libsofthsm2.so"),
            Path.of("/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so"),
            Path.of("/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so"),
            Path.of("/usr/lib64/pkcs11/libsofthsm2.so"),
            Path.of("/usr/lib64/softhsm/libsofthsm2.so"),
            Path.of("/usr/lib64/libsofthsm2.so"),
            Path.of("/opt/homebrew/lib/softhsm/libsofthsm2.so"),
            Path.of("/usr/local/lib/softhsm/libsofthsm2.so"));

    static final String INSTALL =
            "install it: 'apt-get install softhsm2' (Debian, Ubuntu), 'dnf install softhsm' (Fedora) or 'brew install softhsm' (macOS)";

    /** SoftHSM reads its configuration by lines of at most 1023 bytes (SimpleConfigLoader.cpp). */
    private static final int MAX_PATH = 900;

    /** The configuration this process gave SoftHSM, once it has: C_Initialize reads it once. */
    private static Path inUse;

    private SoftHsm() {}

    /** The module, wherever this system keeps it. */
    static Path module() throws KeyUnavailable {
        return PLACES.stream()
                .filter(Files::isRegularFile)
                .findFirst()
                .orElseThrow(() -> KeyUnavailable.permanently(
                        "SoftHSM's PKCS#11 module libsofthsm2.so is in none of the usual places (" + PLACES.get(0)
                                + ", …): " + INSTALL,
                        null));
    }

    static boolean isSoftHsm(Path module) {
        return module.getFileName().toString().toLowerCase(Locale.ROOT).contains("softhsm");
    }

    static Path configuration(Home home) {
        return home.root().resolve("softhsm2.conf");
    }

    /** softhsm2.conf for tokens in this folder. It knows no relative paths and no quoting. */
    static String configurationText(Path tokens) throws KeyUnavailable {
        String path = tokens.toString();
        if (path.indexOf('#') >= 0 || path.chars().anyMatch(c -> c < ' ') || path.length() > MAX_PATH) {
            throw KeyUnavailable.permanently(
                    "SoftHSM cannot keep tokens in " + path
                            + ": its configuration takes no '#', no control characters and at most " + MAX_PATH
                            + " characters in a path; set COUNTERSIGN_HOME to another folder",
                    null);
        }
        return """
                # Where SoftHSM keeps the tokens of this home. Written by 'countersign hsm init', and again where the home has moved.
                directories.tokendir = %s
                objectstore.backend = file
                log.level = ERROR
                slots.removable = false
                """.formatted(path);
    }

    /** True where this softhsm2.conf names that token folder. */
    static boolean names(String configuration, Path tokens) {
        return configuration
                .lines()
                .map(String::strip)
                .anyMatch(line -> line.startsWith("directories.tokendir")
                        && line.substring(line.indexOf('=') + 1).strip().equals(tokens.toString()));
    }

    /**
     * Makes SoftHSM read the home's configuration when it is loaded into this process; call it before. SoftHSM asks the C
     * environment, which only setenv(3) changes. In a running JVM that is not safe beside threads that read the environment,
     * so it is called only where the variable is not right already: the launcher and the images set it before the process
     * starts. Another value set by the user gives way: it names tokens that are not ours, and the home's own tokens would not
     * be found under it.
     *
     * @throws KeyUnavailable if this process already uses SoftHSM for another home; SoftHSM has one configuration a process
     */
    static synchronized void use(Home home) throws KeyUnavailable {
        Path wanted = configuration(home);
        if (wanted.equals(inUse) || !Files.exists(wanted)) {
            return; // Without the file, the tokens are the user's own, and so is where SoftHSM looks for them.
        }
        if (inUse != null) {
            throw KeyUnavailable.permanently(
                    "this process already uses the tokens of " + inUse.getParent() + ", so it cannot use those of "
                            + home.root() + " too (SoftHSM has one configuration a process); use another process",
                    null);
        }
        requireItNames(wanted, home.tokens());
        if (!Files.isDirectory(home.tokens())) {
            throw KeyUnavailable.permanently(
                    "the tokens folder " + home.tokens() + " is missing: restore it from a backup, or move "
                            + home.root() + " away and run 'countersign hsm init' for a new home",
                    null);
        }
        if (!wanted.toString().equals(System.getenv(ENVIRONMENT))) {
            int failed =
                    Function.getFunction("c", "setenv").invokeInt(new Object[] {ENVIRONMENT, wanted.toString(), 1});
            if (failed != 0) {
                throw KeyUnavailable.permanently("setenv(3) of " + ENVIRONMENT + " failed; set it to " + wanted, null);
            }
        }
        inUse = wanted;
    }

    private static void requireItNames(Path configuration, Path tokens) throws KeyUnavailable {
        try {
            if (!names(Files.readString(configuration), tokens)) {
                throw KeyUnavailable.permanently(
                        configuration + " does not name the tokens folder of this home, " + tokens
                                + " (has the home moved?); run 'countersign hsm init' to correct it",
                        null);
            }
        } catch (IOException e) {
            throw KeyUnavailable.permanently(configuration + " cannot be read: " + e.getMessage(), e);
        }
    }
}

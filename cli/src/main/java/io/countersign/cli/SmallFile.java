package io.countersign.cli;

import io.countersign.key.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files that are read whole, and so must not be large. */
final class SmallFile {
    private SmallFile() {}

    /**
     * @param maximum in bytes
     */
    static Bytes read(Path file, int maximum) throws IOException, Failure {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] octets = in.readNBytes(maximum + 1);
            if (octets.length > maximum) {
                throw Failure.refused(
                        file + " has more than " + maximum + " bytes", "check that it is the file you mean");
            }
            return Bytes.of(octets);
        }
    }
}

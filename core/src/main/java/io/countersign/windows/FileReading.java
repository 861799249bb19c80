package io.countersign.windows;

import io.countersign.key.DigestAlgorithm;
import io.countersign.pe.ByteSource;
import io.countersign.pe.MalformedPe;
import io.countersign.pe.VersionInfo;
import io.countersign.pe.VersionResource;
import io.countersign.verify.ImageReading;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * A file that was read, to be judged as often and at as many times as wanted: nothing in it depends on who judges. Immutable;
 * safe for several threads.
 */
public final class FileReading {
    static final Set<DigestAlgorithm> LOOKED_UP_BY = Set.of(DigestAlgorithm.SHA1, DigestAlgorithm.SHA256);

    private final Optional<ImageReading> image;
    private final Optional<VersionInfo> info;
    private final Optional<String> flaw;

    private FileReading(Optional<ImageReading> image, Optional<VersionInfo> info, Optional<String> flaw) {
        this.image = image;
        this.info = info;
        this.flaw = flaw;
    }

    /**
     * Reads one file, once and once more for each kind of page hashes in its signatures.
     *
     * @throws IOException if it cannot be read; whatever is wrong with its content is kept
     */
    public static FileReading of(Path file) throws IOException {
        try (ByteSource source = ByteSource.open(file)) {
            ImageReading reading = ImageReading.of(source, LOOKED_UP_BY, true);
            return new FileReading(Optional.of(reading), versionInfo(source, reading), Optional.empty());
        } catch (MalformedPe e) {
            return new FileReading(Optional.empty(), Optional.empty(), Optional.of(e.getMessage()));
        }
    }

    /** Empty if it cannot be read: then nothing is known of what the file says of itself. */
    private static Optional<VersionInfo> versionInfo(ByteSource source, ImageReading reading) throws IOException {
        try {
            return Optional.of(VersionResource.read(source, reading.image()));
        } catch (MalformedPe e) {
            return Optional.empty();
        }
    }

    /** Empty if it is no PE file. */
    Optional<ImageReading> image() {
        return image;
    }

    Optional<VersionInfo> info() {
        return info;
    }

    /** Why it is no PE file; empty if it is one. */
    Optional<String> flaw() {
        return flaw;
    }
}

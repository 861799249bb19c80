package io.countersign.windows;

import static io.countersign.fixture.WindowsPki.NOW;

import io.countersign.fixture.PeSample;
import io.countersign.fixture.WindowsPki;
import io.countersign.x509.RevocationLists;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Evidence from files in memory. */
final class WindowsLab {
    private WindowsLab() {}

    /** A small unsigned driver for x64. */
    static byte[] driver() {
        return WindowsPki.withRightChecksum(PeSample.plus().toByteArray());
    }

    static FileEvidence gather(byte[] file, NamedCatalog... catalogs) {
        return gather(file, WindowsPki.anchors(), DenyLists.none(), catalogs);
    }

    static FileEvidence gather(byte[] file, TrustAnchors anchors, DenyLists denied, NamedCatalog... catalogs) {
        return gather(file, new GatherEvidence(anchors, denied, RevocationLists.none(), NOW), catalogs);
    }

    static FileEvidence gather(byte[] file, GatherEvidence gathering, NamedCatalog... catalogs) {
        try {
            Path path = Files.createTempFile("windows-", ".sys");
            try {
                return gathering.gather(Files.write(path, file), List.of(catalogs));
            } finally {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static FileEvidence.Image image(byte[] file, NamedCatalog... catalogs) {
        return (FileEvidence.Image) gather(file, catalogs);
    }
}

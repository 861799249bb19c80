package io.countersign.cli;

import io.countersign.fixture.TestPki;
import io.countersign.fixture.WindowsPki;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A home with the lab's roots and nothing else. */
final class LabHome {
    private LabHome() {}

    static Path in(Path folder) throws IOException {
        Path home = folder.resolve("home");
        Path pki = Files.createDirectories(home.resolve("pki"));
        TestPki.pem(pki.resolve("lab-root.pem"), WindowsPki.EV_ROOT.certificate());
        TestPki.pem(pki.resolve("lab-timestamp-root.pem"), WindowsPki.TIMESTAMP_ROOT.certificate());
        TestPki.pem(pki.resolve("lab-portal-root.pem"), WindowsPki.PORTAL_ROOT.certificate());
        TestPki.pem(pki.resolve("lab-code-verification-root.pem"), WindowsPki.CODE_VERIFICATION_ROOT.certificate());
        return home;
    }
}

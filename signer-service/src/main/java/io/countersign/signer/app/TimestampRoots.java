package io.countersign.signer.app;

import io.countersign.x509.PemCertificates;
import io.countersign.x509.UnreadableCertificates;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/** The certificates a timestamp must end in: every {@code pki/*timestamp-root.pem} of the home, the lab's and others'. */
final class TimestampRoots {
    private static final String PATTERN = "*timestamp-root.pem";

    private TimestampRoots() {}

    static List<X509Certificate> in(Path pki) {
        List<X509Certificate> roots = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(pki, PATTERN)) {
            for (Path file : files) {
                roots.addAll(PemCertificates.read(file));
            }
        } catch (UnreadableCertificates e) {
            throw CannotStart.because(e.getMessage() + "; replace or remove it");
        } catch (IOException e) {
            throw CannotStart.because("cannot read the certificates in " + pki + ": " + e.getMessage()
                    + "; make the home with: countersign hsm init");
        }
        if (roots.isEmpty()) {
            throw CannotStart.because("there is no " + PATTERN + " in " + pki
                    + ", so no timestamp could be trusted; make the lab's with: countersign hsm init");
        }
        return roots;
    }
}

package io.countersign.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;

/** Certificates from PEM or DER files. */
final class Certificates {
    /** A root store of every public CA is a quarter of this. */
    private static final int LIMIT = 1 << 20;

    private Certificates() {}

    /** All certificates of a file, in its order; at least one. */
    static List<X509Certificate> read(Path file) throws Failure, IOException {
        byte[] octets;
        try (InputStream in = Files.newInputStream(file)) {
            octets = in.readNBytes(LIMIT + 1);
        }
        if (octets.length > LIMIT) {
            throw Failure.usage(file + " is larger than " + LIMIT + " bytes", "name a file of PEM certificates");
        }
        try {
            List<X509Certificate> certificates =
                    CertificateFactory.getInstance("X.509")
                            .generateCertificates(new ByteArrayInputStream(octets))
                            .stream()
                            .map(X509Certificate.class::cast)
                            .toList();
            if (!certificates.isEmpty()) {
                return certificates;
            }
        } catch (CertificateException e) {
            throw Failure.usage(
                    file + " does not hold certificates: " + e.getMessage(), "name a file of PEM certificates");
        }
        throw Failure.usage(file + " holds no certificate", "name a file of PEM certificates");
    }
}

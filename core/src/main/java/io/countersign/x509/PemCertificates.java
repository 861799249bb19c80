package io.countersign.x509;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;

/** Certificates in files, PEM (any number) or DER (one). */
public final class PemCertificates {
    private static final long MAXIMUM_SIZE = 4 << 20;

    private PemCertificates() {}

    /**
     * All certificates in a file, in its order.
     *
     * @throws IOException if the file cannot be read, is larger than 4 MiB or holds no certificate; the message names it
     */
    public static List<X509Certificate> read(Path file) throws IOException {
        if (Files.size(file) > MAXIMUM_SIZE) {
            throw new IOException(file + " has more than " + MAXIMUM_SIZE + " bytes, which no certificate file needs");
        }
        try {
            List<X509Certificate> certificates = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(file)))
                    .stream()
                    .map(X509Certificate.class::cast)
                    .toList();
            if (certificates.isEmpty()) {
                throw new IOException(file + " holds no certificate; wanted PEM or DER");
            }
            return certificates;
        } catch (CertificateException e) {
            throw new IOException(file + " holds no readable certificate, wanted PEM or DER: " + e.getMessage(), e);
        }
    }
}

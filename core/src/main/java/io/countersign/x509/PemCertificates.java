package io.countersign.x509;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;

/** Certificates in files, PEM or DER or PKCS#7, and as PEM text (RFC 7468). */
public final class PemCertificates {
    /** A root store of every public CA is a sixteenth of this. */
    private static final int LIMIT = 4 << 20;

    private PemCertificates() {}

    /**
     * All certificates in a file, in its order; at least one.
     *
     * @throws UnreadableCertificates if the file is larger than 4 MiB or does not hold certificates
     * @throws IOException if the file cannot be read
     */
    public static List<X509Certificate> read(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return read(file, in.readNBytes(LIMIT + 1));
        }
    }

    /**
     * The same of a file that was read already.
     *
     * @param file for the message
     * @param octets its content, not changed
     */
    public static List<X509Certificate> read(Path file, byte[] octets) throws UnreadableCertificates {
        if (octets.length > LIMIT) {
            throw new UnreadableCertificates(
                    file, "has more than " + LIMIT + " bytes, which no certificate file needs", null);
        }
        try {
            return CertificateReader.read(octets);
        } catch (CertificateReader.Unreadable e) {
            throw new UnreadableCertificates(file, e.getMessage(), e.getCause());
        }
    }

    /** The certificates as PEM, in this order. */
    public static String text(List<X509Certificate> certificates) {
        Base64.Encoder lines = Base64.getMimeEncoder(64, new byte[] {'\n'});
        StringBuilder text = new StringBuilder();
        for (X509Certificate certificate : certificates) {
            try {
                text.append("-----BEGIN CERTIFICATE-----\n")
                        .append(lines.encodeToString(certificate.getEncoded()))
                        .append("\n-----END CERTIFICATE-----\n");
            } catch (CertificateEncodingException e) {
                throw new IllegalStateException("a certificate that was read or made can be written", e);
            }
        }
        return text.toString();
    }
}

package io.countersign.cms;

import io.countersign.key.Bytes;
import io.countersign.pe.ByteSource;
import io.countersign.pe.CertificateTable;
import io.countersign.pe.CertificateTable.Padding;
import io.countersign.pe.MalformedPe;
import io.countersign.pe.PeImage;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * The signature in a PE file's certificate table.
 *
 * @param signature of the first entry, the only one Windows looks at
 * @param padding what stands behind its DER inside the entry
 * @param otherEntries how many entries follow
 */
public record EmbeddedSignature(AuthenticodeSignature signature, Padding padding, int otherEntries) {

    /**
     * Reads it.
     *
     * @return empty for an unsigned file
     * @throws MalformedPe if the certificate table is not well formed
     * @throws MalformedSignature if its first entry holds no Authenticode signature
     */
    public static Optional<EmbeddedSignature> read(PeImage image, ByteSource source)
            throws IOException, MalformedPe, MalformedSignature {
        List<CertificateTable.Entry> entries = CertificateTable.entries(image, source);
        if (entries.isEmpty()) {
            return Optional.empty();
        }
        CertificateTable.Entry first = entries.get(0);
        if (!first.isSignedData()) {
            throw new MalformedSignature("the first certificate table entry has type " + first.type()
                    + ", wanted 2 (WIN_CERT_TYPE_PKCS_SIGNED_DATA)" + at(first));
        }
        Bytes der = CertificateTable.der(first, source);
        try {
            return Optional.of(new EmbeddedSignature(
                    AuthenticodeSignature.parse(der),
                    CertificateTable.padding(
                            first, der.size(), image.certificateTable().orElseThrow(), source),
                    entries.size() - 1));
        } catch (MalformedSignature e) {
            throw new MalformedSignature(e.getMessage() + at(first), e);
        }
    }

    private static String at(CertificateTable.Entry entry) {
        return " (at offset 0x" + Long.toHexString(entry.range().offset()) + ")";
    }
}

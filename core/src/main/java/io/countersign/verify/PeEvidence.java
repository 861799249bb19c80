package io.countersign.verify;

import io.countersign.cms.AuthenticodeSignature;
import io.countersign.pe.CertificateTable.Padding;
import java.util.Optional;

/**
 * What the checks need to know of one signature in a PE file.
 *
 * @param filePages the file's own page hashes, of the kind the signature has; empty if it has none
 * @param padding behind the DER of the certificate table entry; none for nested signatures
 * @param otherEntries certificate table entries beside the first
 * @param storedChecksum the PE's CheckSum field
 * @param rightChecksum what it should hold
 */
record PeEvidence(
        Evidence common,
        AuthenticodeSignature signature,
        Optional<FilePages> filePages,
        Padding padding,
        int otherEntries,
        long storedChecksum,
        long rightChecksum) {
    int index() {
        return common.index();
    }
}

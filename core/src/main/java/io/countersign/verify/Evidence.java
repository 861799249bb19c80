package io.countersign.verify;

import io.countersign.cms.AuthenticodeSignature;
import io.countersign.key.Digest;
import io.countersign.pe.CertificateTable.Padding;
import io.countersign.x509.CertificatePath;
import java.time.Instant;
import java.util.Optional;

/**
 * Everything the checks need to know of one signature, gathered before any of them runs.
 *
 * @param index 0 for the primary signature, nested ones follow
 * @param fileDigest the file's own image digest, with the algorithm the signature uses
 * @param filePages the file's own page hashes, of the kind the signature has; empty if it has none
 * @param timestamp its first RFC 3161 token, or where it has none its first PKCS#9 countersignature
 * @param signingTime when the signature is taken to have been made: the time of a good timestamp, else the time asked about
 * @param path from the signer's certificate at that time; empty if the certificate is not in the file
 * @param rootsGiven whether there are trust anchors for code signing at all
 * @param timestampRootsGiven whether there are trust anchors for timestamps at all
 * @param padding behind the DER of the certificate table entry; none for nested signatures
 * @param otherEntries certificate table entries beside the first
 * @param storedChecksum the PE's CheckSum field
 * @param rightChecksum what it should hold
 */
record Evidence(
        int index,
        AuthenticodeSignature signature,
        Digest fileDigest,
        Optional<FilePages> filePages,
        Optional<TimestampEvidence> timestamp,
        Instant signingTime,
        Optional<CertificatePath> path,
        boolean rootsGiven,
        boolean timestampRootsGiven,
        Padding padding,
        int otherEntries,
        long storedChecksum,
        long rightChecksum) {}

package io.countersign.verify;

import io.countersign.cms.SignedDataSignature;
import io.countersign.key.Digest;
import io.countersign.x509.CertificatePath;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Everything the checks need to know of one signature in a file of any format, gathered before any of them runs.
 *
 * @param index 0 for the primary signature, nested ones follow
 * @param signedDigest what the signature is about
 * @param fileDigest the file's own digest, with the same algorithm
 * @param timestamp its first RFC 3161 token, or where it has none its first PKCS#9 countersignature
 * @param signingTime when the signature is taken to have been made: the time of a good timestamp, else and for lifetime signing
 *     the time asked about
 * @param path from the signer's certificate at that time; empty if the certificate is not in the file
 * @param revoked the certificates of either path that were revoked at the time that counts, a sentence each
 * @param rootsGiven whether there are trust anchors for code signing at all
 * @param timestampRootsGiven whether there are trust anchors for timestamps at all
 */
record Evidence(
        int index,
        SignedDataSignature signature,
        Digest signedDigest,
        Digest fileDigest,
        Optional<TimestampEvidence> timestamp,
        Instant signingTime,
        Optional<CertificatePath> path,
        List<String> revoked,
        boolean rootsGiven,
        boolean timestampRootsGiven) {

    Report.SignatureReport report() {
        return new Report.SignatureReport(
                index,
                signedDigest,
                path,
                timestamp.map(TimestampEvidence::kind),
                timestamp.flatMap(TimestampEvidence::time),
                timestamp.flatMap(TimestampEvidence::path),
                signingTime);
    }
}

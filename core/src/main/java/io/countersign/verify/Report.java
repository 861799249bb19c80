package io.countersign.verify;

import io.countersign.key.Digest;
import io.countersign.x509.CertificatePath;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What verification found in a file.
 *
 * @param verdict for the whole file
 * @param signatures the primary first, then nested ones
 * @param findings in order of signature and check
 * @param sha256 of the file as it is; empty if it is no PE, or was not wanted
 */
public record Report(
        Verdict verdict, List<SignatureReport> signatures, List<Finding> findings, Optional<Digest> sha256) {
    public Report {
        signatures = List.copyOf(signatures);
        findings = List.copyOf(findings);
    }

    /**
     * One signature.
     *
     * @param imageDigest what it signs
     * @param path from its signer's certificate
     * @param timestampKind which kind of timestamp was judged; empty if it has none
     * @param timestamp the time in that timestamp, whether good or not
     * @param timestampPath from that timestamp's signer's certificate
     * @param signingTime when it is taken to have been made: the time of a good timestamp, else the time asked about
     */
    public record SignatureReport(
            int index,
            Digest imageDigest,
            Optional<CertificatePath> path,
            Optional<TimestampKind> timestampKind,
            Optional<Instant> timestamp,
            Optional<CertificatePath> timestampPath,
            Instant signingTime) {}
}

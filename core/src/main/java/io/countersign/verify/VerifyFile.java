package io.countersign.verify;

import io.countersign.cms.AuthenticodeSignature;
import io.countersign.cms.EmbeddedSignature;
import io.countersign.pe.ByteSource;
import io.countersign.pe.CertificateTable.Padding;
import io.countersign.pe.ImageScan;
import io.countersign.pe.MalformedPe;
import io.countersign.verify.Finding.Outcome;
import io.countersign.x509.CertificatePath;
import io.countersign.x509.PathBuilder;
import io.countersign.x509.Purpose;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Verifies the Authenticode signatures of PE files: gathers the evidence, holds every check against it, and adds the findings
 * up. Reads nothing but the file. Immutable; safe for several threads.
 */
public final class VerifyFile {
    private final PathBuilder codePaths;
    private final PathBuilder timestampPaths;
    private final boolean rootsGiven;
    private final boolean timestampRootsGiven;
    private final Instant at;
    private final boolean sha256;

    /**
     * @param roots trusted for code signing; with none the verdict can at best be unknown
     * @param timestampRoots trusted for time stamping
     * @param at the time asked about
     */
    public VerifyFile(List<X509Certificate> roots, List<X509Certificate> timestampRoots, Instant at) {
        this(
                new PathBuilder(roots),
                new PathBuilder(timestampRoots),
                !roots.isEmpty(),
                !timestampRoots.isEmpty(),
                at,
                true);
    }

    private VerifyFile(
            PathBuilder codePaths,
            PathBuilder timestampPaths,
            boolean rootsGiven,
            boolean timestampRootsGiven,
            Instant at,
            boolean sha256) {
        this.codePaths = codePaths;
        this.timestampPaths = timestampPaths;
        this.rootsGiven = rootsGiven;
        this.timestampRootsGiven = timestampRootsGiven;
        this.at = at;
        this.sha256 = sha256;
    }

    /** The same judge, who does not tell the SHA-256 of a signed file: making it costs as much as verifying. */
    public VerifyFile withoutSha256() {
        return new VerifyFile(codePaths, timestampPaths, rootsGiven, timestampRootsGiven, at, false);
    }

    /**
     * Verifies one file, reading it once, and once more for each kind of page hashes in its signatures.
     *
     * @throws IOException if the file cannot be read; whatever is wrong with its content is in the report
     */
    public Report verify(Path file) throws IOException {
        try (ByteSource source = ByteSource.open(file)) {
            return verify(ImageReading.of(source, Set.of(), sha256));
        } catch (MalformedPe e) {
            return new Report(new Verdict.Malformed(e.getMessage()), List.of(), List.of(), Optional.empty());
        }
    }

    /** Verifies a file that was read. */
    public Report verify(ImageReading reading) {
        if (reading.flaw().isPresent()) {
            return new Report(new Verdict.Malformed(reading.flaw().get()), List.of(), List.of(), reading.sha256());
        }
        List<AuthenticodeSignature> signatures = reading.signatures();
        if (signatures.isEmpty()) {
            return new Report(new Verdict.Unsigned(), List.of(), List.of(), reading.sha256());
        }
        List<Finding> findings = new ArrayList<>();
        List<Report.SignatureReport> reports = new ArrayList<>();
        for (int i = 0; i < signatures.size(); i++) {
            Evidence evidence = gather(i, signatures.get(i), reading);
            AuthenticodeChecks.ALL.forEach(check -> findings.add(check.judge(evidence)));
            reports.add(new Report.SignatureReport(
                    i,
                    evidence.signature().imageDigest(),
                    evidence.path(),
                    evidence.timestamp().map(TimestampEvidence::kind),
                    evidence.timestamp().flatMap(TimestampEvidence::time),
                    evidence.timestamp().flatMap(TimestampEvidence::path),
                    evidence.signingTime()));
        }
        return new Report(verdict(findings), reports, findings, reading.sha256());
    }

    private Evidence gather(int index, AuthenticodeSignature signature, ImageReading reading) {
        EmbeddedSignature embedded = reading.embedded().orElseThrow();
        ImageScan scan = reading.scan();
        Optional<TimestampEvidence> timestamp = TimestampEvidence.gather(signature, timestampPaths);
        // Only a time that somebody trusted vouches for may stand in for the present one.
        Instant signingTime = timestamp
                .filter(TimestampEvidence::isGood)
                .flatMap(TimestampEvidence::time)
                .orElse(at);
        Optional<CertificatePath> path = signature
                .signerCertificate()
                .map(c -> codePaths.build(c, signature.certificates(), Purpose.CODE_SIGNING, signingTime));
        return new Evidence(
                index,
                signature,
                scan.imageDigest(signature.imageDigest().algorithm()),
                signature.pageHashes().map(signed -> reading.pages().get(signed.algorithm())),
                timestamp,
                signingTime,
                path,
                rootsGiven,
                timestampRootsGiven,
                index == 0 ? embedded.padding() : Padding.NONE,
                embedded.otherEntries(),
                reading.image().storedChecksum(),
                scan.checksum());
    }

    private static Verdict verdict(List<Finding> findings) {
        List<String> failures = messages(findings, Outcome.FAILED);
        if (!failures.isEmpty()) {
            return new Verdict.Untrusted(failures);
        }
        List<String> unknowns = messages(findings, Outcome.UNKNOWN);
        return unknowns.isEmpty() ? new Verdict.Trusted() : new Verdict.Unknown(unknowns);
    }

    private static List<String> messages(List<Finding> findings, Outcome outcome) {
        return findings.stream()
                .filter(f -> f.outcome() == outcome)
                .map(f -> (f.signature() == 0 ? "" : "nested signature " + f.signature() + ": ") + f.message())
                .toList();
    }
}

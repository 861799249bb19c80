package io.countersign.verify;

import io.countersign.cms.AuthenticodeSignature;
import io.countersign.cms.EmbeddedSignature;
import io.countersign.format.FileFormat;
import io.countersign.format.MalformedFile;
import io.countersign.pe.ByteSource;
import io.countersign.pe.CertificateTable.Padding;
import io.countersign.pe.ImageScan;
import io.countersign.pe.MalformedPe;
import io.countersign.verify.Finding.Outcome;
import io.countersign.x509.RevocationLists;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Verifies the signatures of files: gathers the evidence, holds every check against it, and adds the findings
 * up. Reads nothing but the file. Immutable; safe for several threads.
 */
public final class VerifyFile {
    private final Anchors anchors;
    private final boolean sha256;

    /**
     * @param roots trusted for code signing; with none the verdict can at best be unknown
     * @param timestampRoots trusted for time stamping
     * @param at the time asked about
     */
    public VerifyFile(List<X509Certificate> roots, List<X509Certificate> timestampRoots, Instant at) {
        this(roots, timestampRoots, RevocationLists.none(), at);
    }

    /** @param revocations what is revoked; of a certificate that no list names nothing is held to be known */
    public VerifyFile(
            List<X509Certificate> roots,
            List<X509Certificate> timestampRoots,
            RevocationLists revocations,
            Instant at) {
        this(new Anchors(roots, timestampRoots, revocations, at), true);
    }

    private VerifyFile(Anchors anchors, boolean sha256) {
        this.anchors = anchors;
        this.sha256 = sha256;
    }

    /** The same judge, who does not tell the SHA-256 of a signed PE file: making it costs as much as verifying. */
    public VerifyFile withoutSha256() {
        return new VerifyFile(anchors, false);
    }

    /**
     * Verifies one file of any format that can be signed. A PE file is read once, and once more for each kind of page hashes in
     * its signatures.
     *
     * @throws IOException if the file cannot be read; whatever is wrong with its content is in the report
     */
    public Report verify(Path file) throws IOException {
        try {
            Optional<FileFormat> format = FileFormat.of(file);
            if (format.isEmpty()) {
                return malformed(
                        "not a PE file, nor of another format that can be signed; known are " + FileFormat.known());
            }
            if (format.get() != FileFormat.PE) {
                return new VerifyFormat(anchors).verify(file, format.get());
            }
            try (ByteSource source = ByteSource.open(file)) {
                return verify(ImageReading.of(source, Set.of(), sha256));
            }
        } catch (MalformedPe | MalformedFile e) {
            return malformed(e.getMessage());
        }
    }

    static Report malformed(String reason) {
        return new Report(new Verdict.Malformed(reason), List.of(), List.of(), Optional.empty());
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
            PeEvidence evidence = gather(i, signatures.get(i), reading);
            AuthenticodeChecks.ALL.forEach(check -> findings.add(check.judge(evidence)));
            reports.add(evidence.common().report());
        }
        return new Report(verdict(findings), reports, findings, reading.sha256());
    }

    private PeEvidence gather(int index, AuthenticodeSignature signature, ImageReading reading) {
        EmbeddedSignature embedded = reading.embedded().orElseThrow();
        ImageScan scan = reading.scan();
        return new PeEvidence(
                anchors.gather(
                        index,
                        signature,
                        signature.imageDigest(),
                        scan.imageDigest(signature.imageDigest().algorithm())),
                signature,
                signature.pageHashes().map(signed -> reading.pages().get(signed.algorithm())),
                index == 0 ? embedded.padding() : Padding.NONE,
                embedded.otherEntries(),
                reading.image().storedChecksum(),
                scan.checksum());
    }

    static Verdict verdict(List<Finding> findings) {
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

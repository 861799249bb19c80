package io.countersign.windows.checker;

import io.countersign.key.DigestAlgorithm;
import io.countersign.windows.KernelRoots;
import io.countersign.windows.Place;
import io.countersign.windows.SignatureEvidence;
import io.countersign.windows.Stamp;
import io.countersign.windows.checker.CheckerFinding.Outcome;
import io.countersign.x509.CertificatePath;
import io.countersign.x509.DistinguishedNames;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What {@code signtool verify /v} prints, line by line, as Microsoft's driver documentation and published transcripts show it.
 * signtool prints local time, this UTC. Not for several threads.
 */
final class SigntoolTranscript {
    /** C's asctime. */
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("EEE MMM dd HH:mm:ss yyyy", Locale.US).withZone(ZoneOffset.UTC);

    private static final String INDENT = "    ";

    private final String file;
    private final SigntoolPolicy policy;
    private final SigntoolOptions options;
    private final List<String> lines = new ArrayList<>();
    private int verified;
    private int warnings;
    private int errors;

    SigntoolTranscript(String file, SigntoolPolicy policy, SigntoolOptions options) {
        this.file = file;
        this.policy = policy;
        this.options = options;
        lines.add("Verifying: " + file);
    }

    void signature(SignatureEvidence signature, List<CheckerFinding> findings) {
        Place place = signature.place();
        if (place.kind() == Place.Kind.CATALOG) {
            lines.add("File is signed in catalog: " + place.name());
        } else {
            lines.add("");
            lines.add("Signature Index: " + place.index() + (place.index() == 0 ? " (Primary Signature)" : ""));
        }
        lines.add("Hash of file (" + signature.signed().algorithm().label() + "): "
                + signature.signed().value().hex().toUpperCase(Locale.ROOT));
        lines.add("");
        signature.userPath().ifPresent(p -> chain("Signing Certificate Chain:", p));
        timestamp(signature.stamp());
        if (policy == SigntoolPolicy.KP) {
            signature
                    .kernelPath()
                    .filter(CertificatePath::anchored)
                    .ifPresent(p -> chain("Cross Certificate Chain:", p));
        }
        Optional<CheckerFinding> broken =
                findings.stream().filter(f -> f.outcome() == Outcome.BREAKS).findFirst();
        if (broken.isPresent()) {
            error(broken.get());
            return;
        }
        verified++;
        for (CheckerFinding finding : findings) {
            if (finding.outcome() == Outcome.WARNS) {
                warnings++;
                if (finding.rule().equals(SigntoolVerify.NO_PAGE_HASHES)) {
                    lines.add("SignTool Warning: No page hashes are present.");
                }
            }
        }
    }

    private void timestamp(Optional<Stamp> stamp) {
        Optional<Instant> time = stamp.flatMap(Stamp::time);
        lines.add(
                time.map(t -> "The signature is timestamped: " + TIME.format(t)).orElse("File is not timestamped."));
        stamp.filter(Stamp::good).flatMap(Stamp::path).ifPresent(p -> chain("Timestamp Verified by:", p));
        if (stamp.filter(Stamp::good).isEmpty()) {
            lines.add("");
        }
    }

    /** Root first, each certificate four columns further in than its issuer. */
    private void chain(String title, CertificatePath path) {
        lines.add(title);
        List<X509Certificate> certificates = path.certificates();
        for (int i = certificates.size() - 1; i >= 0; i--) {
            X509Certificate c = certificates.get(i);
            String indent = INDENT.repeat(certificates.size() - i);
            lines.add(indent + "Issued to: " + DistinguishedNames.commonName(c));
            lines.add(indent + "Issued by: " + DistinguishedNames.commonName(c.getIssuerX500Principal()));
            lines.add(indent + "Expires:   " + TIME.format(c.getNotAfter().toInstant()));
            lines.add(indent + "SHA1 hash: "
                    + KernelRoots.thumbprint(c, DigestAlgorithm.SHA1).hex().toUpperCase(Locale.ROOT));
            lines.add("");
        }
    }

    /** That a signature is refused, or that there is none to verify. */
    void error(CheckerFinding finding) {
        errors++;
        CheckerRule rule = finding.rule();
        if (rule.equals(SigntoolVerify.NO_SIGNATURE)) {
            lines.add("SignTool Error: No signature found.");
        } else if (rule.equals(SigntoolVerify.NOT_IN_CATALOG)) {
            lines.add("SignTool Error: File not found in the specified catalog.");
        } else if (rule.status().isEmpty()) {
            lines.add("SignTool Error: Signing Cert does not chain to a Microsoft Root Cert.");
        } else if (rule.status().get() == TrustStatus.CERT_E_UNTRUSTEDROOT) {
            // the one sentence signtool has of its own, broken where signtool breaks it
            lines.add("SignTool Error: A certificate chain processed, but terminated in a root");
            lines.add("\tcertificate which is not trusted by the trust provider.");
        } else {
            lines.add("SignTool Error: WinVerifyTrust returned error: "
                    + rule.status().get().hex());
            lines.add("\t" + rule.status().get().text());
        }
    }

    List<String> lines() {
        List<String> all = new ArrayList<>(lines);
        if (errors == 0) {
            all.add("Successfully verified: " + file);
        }
        all.add("");
        all.add("Number of " + (options.allSignatures() ? "signatures" : "files") + " successfully Verified: "
                + verified);
        all.add("Number of warnings: " + warnings);
        all.add("Number of errors: " + errors);
        return all;
    }
}

package io.countersign.cli;

import io.countersign.windows.FileEvidence;
import io.countersign.windows.SignatureEvidence;
import io.countersign.windows.Stamp;
import io.countersign.x509.CertificatePath;
import io.countersign.x509.DistinguishedNames;
import io.countersign.x509.Revocation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The signatures of a file, a few lines each. */
final class SignatureText {
    private static final String LABEL = "    %-11s";

    private SignatureText() {}

    static List<String> of(FileEvidence.Image image) {
        List<String> lines = new ArrayList<>(List.of("", "Signatures, as of " + image.at() + ":"));
        image.signatures().forEach(s -> lines.addAll(of(s)));
        if (image.signatures().isEmpty()) {
            lines.addAll(Columns.beside(
                    "  ",
                    image.brokenTable()
                            .map(b -> "one that cannot be read: " + b)
                            .orElse("none")));
        }
        image.otherCatalogs().forEach(c -> lines.addAll(Columns.beside("  ", c)));
        return lines;
    }

    private static List<String> of(SignatureEvidence signature) {
        List<String> lines = Columns.beside("  ", signature.place() + ": " + signature.kind());
        problems(signature).ifPresent(p -> lines.addAll(row("BROKEN", p)));
        lines.addAll(row(
                "signer",
                path(signature)
                        .map(CertificatePath::toString)
                        .or(() -> signature.signer().map(DistinguishedNames::commonName))
                        .orElse("its certificate is not in the signature")));
        lines.addAll(
                row("timestamp", signature.stamp().map(SignatureText::stamp).orElse("none")));
        revoked(signature).ifPresent(r -> lines.addAll(row("revoked", r)));
        return lines;
    }

    private static List<String> row(String label, String text) {
        return Columns.beside(LABEL.formatted(label), text);
    }

    static Optional<String> problems(SignatureEvidence signature) {
        return signature.isSound()
                ? Optional.empty()
                : Optional.of(Stream.concat(signature.flaws().stream(), signature.mismatches().stream())
                        .collect(Collectors.joining("; ")));
    }

    /** The way to a root of the kernel's if there is one, else to one of the store's. */
    static Optional<CertificatePath> path(SignatureEvidence signature) {
        return signature
                .kernelPath()
                .filter(CertificatePath::anchored)
                .or(signature::userPath)
                .or(signature::kernelPath);
    }

    private static String stamp(Stamp stamp) {
        return stamp.time().map(Instant::toString).orElse("of no time that can be read") + ", "
                + (stamp.good() ? "good" : "NOT GOOD") + ": " + stamp.reason();
    }

    private static Optional<String> revoked(SignatureEvidence signature) {
        List<String> words = signature.revocation().stream()
                .flatMap(r -> r instanceof Revocation.Revoked revoked
                        ? Stream.of("since " + revoked.since() + ", " + revoked.reason())
                        : Stream.empty())
                .toList();
        return words.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", words));
    }
}

package io.countersign.windows;

import io.countersign.key.Digest;
import io.countersign.x509.CertificatePath;
import io.countersign.x509.Revocation;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Everything a verdict of Windows needs to know of one signature. A catalog counts as a signature of the file if it has a
 * member with the file's image digest.
 *
 * @param signed the image digest it is about
 * @param usesSha2 whether the digest of the file or that of the signature is of the SHA-2 family
 * @param flaws why the signature does not hold as a piece of cryptography; empty if it does
 * @param mismatches why it is not about this file: the image digest, or a page hash; empty if it is
 * @param signer empty if the certificate is not in the signature
 * @param kind its class to the kernel
 * @param kindReason the path or the usage that led to it
 * @param usages the leaf's extended key usages, dotted
 * @param lifetimeSigning whether the leaf ends its signatures with itself, timestamped or not
 * @param stamp empty if it has no timestamp
 * @param judgedAt the time its certificates must be valid at: the timestamp's, unless there is no good one or lifetime signing
 *     cancels it
 * @param kernelPath through the certificates in the signature alone, towards the roots the kernel knows
 * @param userPath the same, towards the roots of the machine's store and Microsoft's, at the time of a good timestamp
 * @param revocation of each certificate in the user's path but its last, leaf first
 * @param disallowed whether a certificate of these paths is on the list of disallowed certificates
 */
public record SignatureEvidence(
        Place place,
        Digest signed,
        boolean usesSha2,
        List<String> flaws,
        List<String> mismatches,
        Optional<X509Certificate> signer,
        SignatureClass kind,
        String kindReason,
        Set<String> usages,
        boolean lifetimeSigning,
        Optional<Stamp> stamp,
        Instant judgedAt,
        Optional<CertificatePath> kernelPath,
        Optional<CertificatePath> userPath,
        List<Revocation> revocation,
        Listing disallowed) {
    /** Cross-signed leaves issued from then on need Microsoft's signature (00:00 UTC of the day the policy names). */
    public static final Instant CUT_OFF = Instant.parse("2015-07-29T00:00:00Z");

    public SignatureEvidence {
        flaws = List.copyOf(flaws);
        mismatches = List.copyOf(mismatches);
        usages = Set.copyOf(usages);
        revocation = List.copyOf(revocation);
    }

    /** Whether the arithmetic is right and it is about this file. Says nothing of trust. */
    public boolean isSound() {
        return flaws.isEmpty() && mismatches.isEmpty();
    }

    /** Certificates on the way to the kernel's root that were not valid when it counts. */
    List<String> lapses() {
        return kernelPath.map(CertificatePath::lapses).orElse(List.of());
    }

    List<List<X509Certificate>> paths() {
        return paths(kernelPath, userPath);
    }

    static List<List<X509Certificate>> paths(Optional<CertificatePath> kernelPath, Optional<CertificatePath> userPath) {
        return Stream.of(kernelPath, userPath)
                .flatMap(Optional::stream)
                .map(CertificatePath::certificates)
                .distinct()
                .toList();
    }
}

package io.countersign.windows;

import io.countersign.key.Digest;
import io.countersign.x509.DistinguishedNames;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * A list of what Windows distrusts: the driver block list, Driver.STL, the disallowed certificates. Immutable.
 *
 * @param name for sentences
 */
public record DenyList(String name, List<Entry> entries) {
    public DenyList {
        entries = List.copyOf(entries);
    }

    /** One thing that is denied. */
    public sealed interface Entry {
        /** For sentences, such as a rule's FriendlyName. */
        String label();
    }

    /** A file, by its image digest or that of all octets. */
    public record DeniedFile(Digest digest, String label) implements Entry {}

    /** A certificate, by its thumbprint: a digest of its DER. */
    public record DeniedCertificate(Digest thumbprint, String label) implements Entry {}

    /**
     * Whoever is below an authority, as signers in App Control policies are.
     *
     * @param tbs the digest of the to-be-signed part of a certificate anywhere in the path
     * @param publisher the leaf's common name; empty for every leaf
     * @param onlyIf what else must hold, of the file's name or version, which is not looked at here; empty if nothing
     */
    public record DeniedSigner(Digest tbs, Optional<String> publisher, Optional<String> onlyIf, String label)
            implements Entry {}

    /**
     * Looks a file up by itself and by the paths of its signers.
     *
     * @param digests the file's, of every kind
     * @param paths each leaf first
     */
    Listing find(Collection<Digest> digests, List<List<X509Certificate>> paths) {
        Listing undecided = Listing.ABSENT;
        for (Entry entry : entries) {
            boolean fits = entry instanceof DeniedFile file
                    ? digests.contains(file.digest())
                    : paths.stream().anyMatch(p -> fits(entry, p));
            if (fits) {
                if (entry instanceof DeniedSigner signer && signer.onlyIf().isPresent()) {
                    undecided = new Listing(
                            Listing.State.UNDECIDED,
                            name + " denies " + entry.label() + " if "
                                    + signer.onlyIf().get());
                } else {
                    return new Listing(Listing.State.LISTED, name + " denies " + entry.label());
                }
            }
        }
        return undecided;
    }

    private static boolean fits(Entry entry, List<X509Certificate> path) {
        if (path.isEmpty()) {
            return false;
        }
        if (entry instanceof DeniedCertificate denied) {
            return path.stream()
                    .anyMatch(c -> KernelRoots.thumbprint(c, denied.thumbprint().algorithm())
                            .equals(denied.thumbprint().value()));
        }
        return entry instanceof DeniedSigner signer
                && signer.publisher()
                        .map(p -> p.equals(DistinguishedNames.commonName(path.get(0))))
                        .orElse(true)
                && path.stream().anyMatch(c -> signer.tbs().equals(tbs(c, signer.tbs())));
    }

    private static Digest tbs(X509Certificate certificate, Digest like) {
        try {
            return like.algorithm().digest(certificate.getTBSCertificate());
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was parsed can be encoded", e);
        }
    }
}

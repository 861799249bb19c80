package io.countersign.windows;

import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import io.countersign.pe.VersionInfo;
import io.countersign.x509.DistinguishedNames;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;

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
     * @param onlyIf of which one must hold; empty for every file
     */
    public record DeniedSigner(Digest tbs, Optional<String> publisher, List<FileCondition> onlyIf, String label)
            implements Entry {
        public DeniedSigner {
            onlyIf = List.copyOf(onlyIf);
        }
    }

    /** A file by what it says of itself, whoever signed it. */
    public record DeniedName(FileCondition condition, String label) implements Entry {}

    /**
     * Whatever has this digest, named by a list that does not say what it digests: a file as above, a certificate or its
     * to-be-signed part, and of 16 octets the MD5 of a certificate's public key. One digest cannot fit two of them.
     */
    public record DeniedDigest(Bytes value, String label) implements Entry {}

    /**
     * Looks a file up by itself and by the paths of its signers.
     *
     * @param digests the file's, of every kind
     * @param paths each leaf first
     * @param info the file's version resource; empty if it is not known
     */
    Listing find(Collection<Digest> digests, List<List<X509Certificate>> paths, Optional<VersionInfo> info) {
        Set<Bytes> file = digests.stream().map(Digest::value).collect(Collectors.toSet());
        List<PathDigests> seen =
                paths.stream().filter(p -> !p.isEmpty()).map(PathDigests::of).toList();
        Listing best = Listing.ABSENT;
        for (Entry entry : entries) {
            if (fits(entry, file, seen)) {
                String denies = name + " denies " + entry.label();
                List<FileCondition> conditions = conditions(entry);
                if (conditions.isEmpty()
                        || conditions.stream().anyMatch(c -> c.holds(info).orElse(false))) {
                    return new Listing(Listing.State.LISTED, denies);
                }
                Optional<FileCondition> open =
                        conditions.stream().filter(c -> c.holds(info).isEmpty()).findFirst();
                if (open.isPresent()) {
                    best = new Listing(Listing.State.UNDECIDED, denies + " if " + open.get());
                }
            }
        }
        return best;
    }

    private static List<FileCondition> conditions(Entry entry) {
        if (entry instanceof DeniedName denied) {
            return List.of(denied.condition());
        }
        return entry instanceof DeniedSigner denied ? denied.onlyIf() : List.of();
    }

    private static boolean fits(Entry entry, Set<Bytes> file, List<PathDigests> paths) {
        if (entry instanceof DeniedFile denied) {
            return file.contains(denied.digest().value());
        }
        if (entry instanceof DeniedCertificate denied) {
            return paths.stream()
                    .anyMatch(p -> p.thumbprints().contains(denied.thumbprint().value()));
        }
        if (entry instanceof DeniedSigner denied) {
            return paths.stream()
                    .anyMatch(p -> p.toBeSigned().contains(denied.tbs().value())
                            && denied.publisher().map(p.publisher()::equals).orElse(true));
        }
        if (!(entry instanceof DeniedDigest denied)) {
            return true; // a DeniedName, which depends on its condition alone
        }
        Bytes digest = denied.value();
        return file.contains(digest)
                || paths.stream()
                        .anyMatch(p -> p.thumbprints().contains(digest)
                                || p.toBeSigned().contains(digest)
                                || p.keys().contains(digest));
    }

    /** Everything a path can be listed by, made once for all entries. Digests of different length are never equal. */
    private record PathDigests(String publisher, Set<Bytes> thumbprints, Set<Bytes> toBeSigned, Set<Bytes> keys) {
        static PathDigests of(List<X509Certificate> path) {
            PathDigests all = new PathDigests(
                    DistinguishedNames.commonName(path.get(0)), new HashSet<>(), new HashSet<>(), new HashSet<>());
            for (X509Certificate certificate : path) {
                try {
                    for (DigestAlgorithm algorithm : DigestAlgorithm.values()) {
                        all.thumbprints.add(
                                algorithm.digest(certificate.getEncoded()).value());
                        all.toBeSigned.add(algorithm
                                .digest(certificate.getTBSCertificate())
                                .value());
                    }
                } catch (CertificateEncodingException e) {
                    throw new IllegalStateException("a certificate that was parsed can be encoded", e);
                }
                all.keys.add(md5(certificate.getPublicKey()));
            }
            return all;
        }

        /** Of the BIT STRING's content, as CERT_SUBJECT_PUBLIC_KEY_MD5_HASH_PROP_ID is. A name, not a protection. */
        private static Bytes md5(PublicKey key) {
            byte[] octets = SubjectPublicKeyInfo.getInstance(key.getEncoded())
                    .getPublicKeyData()
                    .getOctets();
            try {
                return Bytes.of(MessageDigest.getInstance("MD5").digest(octets));
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every Java platform has MD5", e);
            }
        }
    }
}

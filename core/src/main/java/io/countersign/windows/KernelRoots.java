package io.countersign.windows;

import io.countersign.key.Bytes;
import io.countersign.key.DigestAlgorithm;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/**
 * The roots that Code Integrity knows, whatever the certificate stores hold. The certificates are Microsoft's and are not part
 * of this project; they are recognised by thumbprint. A SHA-1 thumbprint is enough: to pass for one of these, a certificate
 * would have to be a second preimage.
 */
public final class KernelRoots {
    /**
     * A root known by name.
     *
     * @param name its common name, which is how certificates below it call it
     * @param sha1 the thumbprint, SHA-1 of the DER
     * @param namedForDrivers whether the driver signing policy names it; Code Integrity knows more roots than drivers may use
     */
    public record KnownRoot(String name, Bytes sha1, Role role, boolean namedForDrivers) {}

    /**
     * windows-driver-docs: install/kernel-mode-code-signing-policy--windows-vista-and-later-.md, "Signing requirements by
     * version"; windows-itpro-docs: event-tag-explanations.md, "Microsoft Root CAs trusted by Windows".
     */
    public static final List<KnownRoot> ALL = List.of(
            root("Microsoft Root Authority", "a43489159a520f0d93d032ccaf37e7fe20a8b419", Role.MICROSOFT_ROOT, true),
            root(
                    "Microsoft Root Certificate Authority",
                    "cdd4eeae6000ac7f40c3802c171e30148030c072",
                    Role.MICROSOFT_ROOT,
                    true),
            root(
                    "Microsoft Root Certificate Authority 2010",
                    "3b1efd3a66ea28b16697394703a72ca340a05bd5",
                    Role.MICROSOFT_ROOT,
                    true),
            root(
                    "Microsoft Root Certificate Authority 2011",
                    "8f43288ad272f3103b6fb1428485ea3014c0bcfe",
                    Role.MICROSOFT_ROOT,
                    false),
            root(
                    "Microsoft Code Verification Root",
                    "8fbe4d070ef8ab1bccaf2a9d5ccae7282a2c66b3",
                    Role.CODE_VERIFICATION_ROOT,
                    true));

    private KernelRoots() {}

    /** The known root that this certificate is. */
    public static Optional<KnownRoot> of(X509Certificate certificate) {
        Bytes thumbprint = thumbprint(certificate, DigestAlgorithm.SHA1);
        return ALL.stream().filter(r -> r.sha1().equals(thumbprint)).findFirst();
    }

    /** The digest of the DER. */
    public static Bytes thumbprint(X509Certificate certificate, DigestAlgorithm algorithm) {
        try {
            return algorithm.digest(certificate.getEncoded()).value();
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was parsed can be encoded", e);
        }
    }

    private static KnownRoot root(String name, String sha1, Role role, boolean namedForDrivers) {
        return new KnownRoot(name, Bytes.ofHex(sha1), role, namedForDrivers);
    }
}

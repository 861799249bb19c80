package io.countersign.windows;

import io.countersign.key.HostileKeys;
import io.countersign.windows.KernelRoots.KnownRoot;
import io.countersign.x509.CertificatePath;
import io.countersign.x509.DistinguishedNames;
import io.countersign.x509.ExtendedKeyUsages;
import io.countersign.x509.PathBuilder;
import io.countersign.x509.Purpose;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Which class of signature a signer's certificate makes, by the certificates in the signature alone and the kernel's roots. */
final class KernelTrust {
    /** Windows Hardware Driver Verification. */
    static final String WHQL = "1.3.6.1.4.1.311.10.3.5";

    static final String ATTESTED = WHQL + ".1";
    /** Windows System Component Verification. */
    static final String SYSTEM_COMPONENT = "1.3.6.1.4.1.311.10.3.6";

    static final String EARLY_LAUNCH = "1.3.6.1.4.1.311.61.4.1";

    private final TrustAnchors anchors;

    KernelTrust(TrustAnchors anchors) {
        this.anchors = anchors;
    }

    /**
     * A class and what led to it.
     *
     * @param path the best towards a root the kernel knows
     */
    record Standing(SignatureClass kind, CertificatePath path, String reason) {}

    /**
     * @param inside the certificates of the signature
     * @param time to judge validity at; a lapse does not change the class
     */
    Standing of(X509Certificate signer, List<X509Certificate> inside, Instant time) {
        List<X509Certificate> roots = new ArrayList<>(anchors.in(Role.MICROSOFT_ROOT, Role.CODE_VERIFICATION_ROOT));
        inside.stream().filter(c -> KernelRoots.of(c).isPresent()).forEach(roots::add);
        CertificatePath path = path(roots, signer, inside, time);
        if (path.anchored()) {
            return path.faults().isEmpty()
                    ? anchored(signer, path)
                    : new Standing(SignatureClass.OTHER, path, path + ": " + String.join("; ", path.faults()));
        }
        List<X509Certificate> claiming = new ArrayList<>(inside);
        claiming.add(signer);
        claiming.removeIf(c -> isSelfIssued(c) || missingIssuer(c).isEmpty());
        CertificatePath claim = path(claiming, signer, inside, time);
        if (claim.anchored()) {
            X509Certificate last = claim.certificates().get(claim.certificates().size() - 1);
            return new Standing(
                    SignatureClass.ROOT_NOT_SUPPLIED,
                    claim,
                    "“" + missingIssuer(last).orElseThrow().name() + "” was not supplied: the arithmetic holds up to “"
                            + DistinguishedNames.commonName(last) + "”, which names it as its issuer");
        }
        if (isSelfSigned(signer)) {
            return new Standing(SignatureClass.SELF_SIGNED, path, path + " is its own issuer");
        }
        return new Standing(
                SignatureClass.OTHER, path, path + " ends in no root the kernel knows, as far as the signature shows");
    }

    private Standing anchored(X509Certificate signer, CertificatePath path) {
        X509Certificate root = path.certificates().get(path.certificates().size() - 1);
        if (anchors.kernelRole(root).orElseThrow() == Role.CODE_VERIFICATION_ROOT) {
            return new Standing(
                    SignatureClass.CROSS_SIGNED,
                    path,
                    path + "; the leaf was issued at " + signer.getNotBefore().toInstant());
        }
        boolean forDrivers =
                KernelRoots.of(root).map(KnownRoot::namedForDrivers).orElse(true);
        Set<String> usages = ExtendedKeyUsages.of(signer);
        SignatureClass kind = forDrivers ? microsofts(usages) : SignatureClass.MICROSOFT_OTHER;
        return new Standing(
                kind,
                path,
                path + ", for " + String.join(", ", usages.stream().sorted().toList()));
    }

    /** windows-driver-docs: dashboard/code-signing-validate.md tells WHQL from attestation by the last number. */
    private static SignatureClass microsofts(Set<String> usages) {
        if (usages.contains(SYSTEM_COMPONENT)) {
            return SignatureClass.IN_BOX;
        }
        if (usages.contains(ATTESTED)) { // first, since attested leaves carry the WHQL usage too
            return SignatureClass.ATTESTED;
        }
        if (usages.contains(WHQL)) {
            return SignatureClass.WHQL;
        }
        return usages.contains(EARLY_LAUNCH) ? SignatureClass.ELAM : SignatureClass.MICROSOFT_OTHER;
    }

    /** The root of the kernel's that this certificate says it was issued by, if that was not supplied. */
    private Optional<KnownRoot> missingIssuer(X509Certificate certificate) {
        String issuer = DistinguishedNames.commonName(certificate.getIssuerX500Principal());
        return KernelRoots.ALL.stream()
                .filter(r -> r.name().equals(issuer))
                .filter(r -> anchors.anchors().stream()
                        .noneMatch(a -> KernelRoots.of(a.certificate())
                                .filter(r::equals)
                                .isPresent()))
                .findFirst();
    }

    private static CertificatePath path(
            List<X509Certificate> roots, X509Certificate signer, List<X509Certificate> inside, Instant time) {
        return new PathBuilder(roots).build(signer, inside, Purpose.CODE_SIGNING, time);
    }

    private static boolean isSelfIssued(X509Certificate c) {
        return c.getSubjectX500Principal().equals(c.getIssuerX500Principal());
    }

    private static boolean isSelfSigned(X509Certificate c) {
        if (!isSelfIssued(c) || !HostileKeys.isBounded(c.getPublicKey())) {
            return false;
        }
        try {
            c.verify(c.getPublicKey());
            return true;
        } catch (GeneralSecurityException | ArithmeticException e) {
            return false; // another key's, or one made to fail
        }
    }
}

package io.countersign.windows;

import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The roots to judge with, each with what it is to Windows. Lab roots are given the role of the root they stand for.
 *
 * @param anchors in any order
 */
public record TrustAnchors(List<Anchor> anchors) {
    public TrustAnchors {
        anchors = List.copyOf(anchors);
    }

    /** A root in a role. */
    public record Anchor(X509Certificate certificate, Role role) {
        /** In the role Windows knows it in, which for all but a few is that of a user's root. */
        public static Anchor of(X509Certificate certificate) {
            return new Anchor(
                    certificate,
                    KernelRoots.of(certificate).map(KernelRoots.KnownRoot::role).orElse(Role.USER_ROOT));
        }
    }

    /** None: the arithmetic is judged, and trust is unknown. */
    public static TrustAnchors none() {
        return new TrustAnchors(List.of());
    }

    /** The certificates in any of these roles. */
    public List<X509Certificate> in(Role... roles) {
        return anchors.stream()
                .filter(a -> Arrays.asList(roles).contains(a.role()))
                .map(Anchor::certificate)
                .toList();
    }

    /** What this certificate is to the kernel: as given, else as known by thumbprint. */
    public Optional<Role> kernelRole(X509Certificate certificate) {
        return anchors.stream()
                .filter(a -> a.certificate().equals(certificate) && a.role().isOfTheKernel())
                .map(Anchor::role)
                .findFirst()
                .or(() -> KernelRoots.of(certificate).map(KernelRoots.KnownRoot::role));
    }
}

package io.countersign.trust;

import io.countersign.home.Home;
import io.countersign.key.Bytes;
import io.countersign.key.HostileKeys;
import io.countersign.trust.TrustFile.Answers;
import io.countersign.trust.TrustFile.Certificates;
import io.countersign.trust.TrustFile.Denials;
import io.countersign.trust.TrustFile.Revocations;
import io.countersign.windows.KernelRoots;
import io.countersign.windows.MicrosoftList.SignatureVerdict;
import io.countersign.windows.Role;
import io.countersign.windows.TrustAnchors.Anchor;
import io.countersign.x509.DistinguishedNames;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Takes files into a home's {@link TrustFolder}. The same file twice changes nothing. */
public final class TrustImport {
    private final TrustFolder folder;
    private final Optional<Role> as;
    private final Optional<ListKind> expected;

    /**
     * One thing that was in a file.
     *
     * @param name a common name, a list's kind or an issuer
     * @param thumbprint of a root; the SHA-256 of another's file
     * @param role of a root; the kind of another
     * @param state what became of it
     * @param note what to know of it; may be empty
     */
    public record Imported(String name, String thumbprint, String role, State state, String note) {}

    public enum State {
        ADDED,
        ALREADY_THERE,
        /** Not a root: signatures bring their intermediate certificates along. */
        LEFT_OUT
    }

    /**
     * @param as the role of the roots; empty for that which Windows knows them in, and user-root for the rest
     * @param expected what kind of list the files must be; empty for any, and for roots
     */
    public TrustImport(Home home, Optional<Role> as, Optional<ListKind> expected) {
        this.folder = new TrustFolder(home);
        this.as = as;
        this.expected = expected;
    }

    /**
     * Takes in a file, of which everything is checked before anything is written.
     *
     * @param now noted as the time of import
     * @throws UnusableTrust if it holds nothing to trust or distrust by, or not in this role
     */
    public List<Imported> take(Path file, Instant now) throws IOException, UnusableTrust {
        Bytes octets = TrustFile.read(file);
        TrustFile content = TrustFile.of(file, octets);
        Origin origin = Origin.of(file, TrustFile.digest(octets).value(), now);
        if (content instanceof Denials list) {
            return List.of(list(file, list, octets, origin));
        }
        if (expected.isPresent()) {
            throw new UnusableTrust(
                    TrustFile.name(file) + " is not the list '" + expected.get().label() + "'",
                    "leave out --list: what a file is, its content says");
        }
        if (content instanceof Revocations found) {
            if (as.isPresent()) {
                throw noRole(file, "a revocation list");
            }
            return List.of(new Imported(
                    DistinguishedNames.commonName(found.list().getIssuerX500Principal()),
                    origin.sha256().hex(),
                    "crl",
                    folder.keep(found, octets) ? State.ADDED : State.ALREADY_THERE,
                    "counts under its issuer's signature only"));
        }
        if (content instanceof Answers found) {
            if (as.isPresent()) {
                throw noRole(file, "an OCSP response");
            }
            return List.of(new Imported(
                    "OCSP response produced " + found.response().producedAt(),
                    origin.sha256().hex(),
                    "ocsp",
                    folder.keep(found, octets) ? State.ADDED : State.ALREADY_THERE,
                    "counts under its authority's signature, or its delegate's, only"));
        }
        return roots(file, ((Certificates) content).all(), origin);
    }

    private Imported list(Path file, Denials list, Bytes octets, Origin origin) throws IOException, UnusableTrust {
        if (as.isPresent()) {
            throw noRole(file, "the list '" + list.kind().label() + "'");
        }
        if (expected.isPresent() && expected.get() != list.kind()) {
            throw new UnusableTrust(
                    TrustFile.name(file) + " is the list '" + list.kind().label() + "', not '"
                            + expected.get().label() + "'",
                    "leave out --list, or name the kind it is");
        }
        String note = "unsigned, as this kind is";
        if (list.microsoft().isPresent()) {
            SignatureVerdict signature =
                    list.microsoft().get().verify(folder.read().anchors().in(Role.MICROSOFT_ROOT));
            if (signature.broken()) {
                throw new UnusableTrust(
                        TrustFile.name(file) + ": " + signature.reason(), "fetch it again from Microsoft");
            }
            note = signature.reason();
        }
        return new Imported(
                list.kind().title(),
                origin.sha256().hex(),
                list.kind().label(),
                folder.keep(list, octets, origin) ? State.ADDED : State.ALREADY_THERE,
                note);
    }

    private static UnusableTrust noRole(Path file, String what) {
        return new UnusableTrust(TrustFile.name(file) + " is " + what + ", which has no role", "leave out --as");
    }

    private List<Imported> roots(Path file, List<X509Certificate> certificates, Origin origin)
            throws IOException, UnusableTrust {
        Set<X509Certificate> roots =
                certificates.stream().filter(TrustImport::isRoot).collect(Collectors.toSet());
        if (roots.isEmpty()) {
            X509Certificate first = certificates.get(0);
            throw new UnusableTrust(
                    TrustFile.name(file) + " holds no root: “" + DistinguishedNames.commonName(first)
                            + "” is issued by “" + DistinguishedNames.commonName(first.getIssuerX500Principal()) + "”",
                    "import the root; intermediate certificates travel inside signatures");
        }
        for (X509Certificate root : roots) {
            require(root, role(root));
        }
        Trust present = folder.read();
        List<Imported> imported = new ArrayList<>();
        for (X509Certificate certificate : new LinkedHashSet<>(certificates)) {
            String name = DistinguishedNames.commonName(certificate);
            String thumbprint = TrustedRoot.thumbprint(certificate);
            if (roots.contains(certificate)) {
                Role role = role(certificate);
                boolean added = folder.keep(certificate, role, origin, present);
                imported.add(
                        new Imported(name, thumbprint, role.label(), added ? State.ADDED : State.ALREADY_THERE, ""));
            } else {
                imported.add(new Imported(
                        name, thumbprint, "", State.LEFT_OUT, "not a root: signatures bring such certificates along"));
            }
        }
        return imported;
    }

    private Role role(X509Certificate root) {
        return as.orElseGet(() -> Anchor.of(root).role());
    }

    private static boolean isRoot(X509Certificate certificate) {
        if (!certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal())
                || !HostileKeys.isBounded(certificate.getPublicKey())) {
            return false;
        }
        try {
            certificate.verify(certificate.getPublicKey());
            return true;
        } catch (GeneralSecurityException | ArithmeticException e) {
            return false; // another key's, or a key made to fail
        }
    }

    /** The kernel's roots are compiled into it: what is imported as one must be one, or say that it stands for one in a lab. */
    private static void require(X509Certificate root, Role role) throws UnusableTrust {
        boolean known = KernelRoots.of(root).map(r -> r.role() == role).orElse(false);
        if (role.isOfTheKernel() && !known && !TrustedRoot.isLab(root)) {
            throw new UnusableTrust(
                    "“" + DistinguishedNames.commonName(root) + "” (" + TrustedRoot.thumbprint(root) + ") is no "
                            + role.label() + ": the kernel knows those by thumbprint, and this is none of them",
                    "import it with --as user-root; only a root whose name says LAB may stand for one of Microsoft's");
        }
    }
}

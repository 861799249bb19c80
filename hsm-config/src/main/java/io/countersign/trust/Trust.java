package io.countersign.trust;

import io.countersign.windows.DenyList;
import io.countersign.windows.DenyLists;
import io.countersign.windows.MicrosoftList;
import io.countersign.windows.MicrosoftList.SignatureVerdict;
import io.countersign.windows.Role;
import io.countersign.windows.TrustAnchors;
import io.countersign.x509.OcspResponse;
import io.countersign.x509.RevocationLists;
import java.nio.file.Path;
import java.security.cert.X509CRL;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything a home has to judge files with. Immutable as long as nobody changes the certificates and lists inside.
 *
 * @param roots the lab's own first
 * @param crls by their file
 * @param ocspResponses by their file
 */
public record Trust(
        List<TrustedRoot> roots,
        List<TrustedList> lists,
        Map<Path, X509CRL> crls,
        Map<Path, OcspResponse> ocspResponses) {
    public Trust {
        roots = List.copyOf(roots);
        lists = List.copyOf(lists);
        crls = Collections.unmodifiableMap(new LinkedHashMap<>(crls));
        ocspResponses = Collections.unmodifiableMap(new LinkedHashMap<>(ocspResponses));
    }

    /** For {@link io.countersign.windows.GatherEvidence}, as are the following two. */
    public TrustAnchors anchors() {
        return new TrustAnchors(roots.stream()
                .map(r -> new TrustAnchors.Anchor(r.certificate(), r.role()))
                .toList());
    }

    /** Lists that were not imported are absent, which answers say where it matters. */
    public DenyLists denyLists() {
        return new DenyLists(
                denied(ListKind.DRIVER_REVOCATION), denied(ListKind.DRIVER_BLOCK_LIST), denied(ListKind.DISALLOWED));
    }

    private Optional<DenyList> denied(ListKind kind) {
        return list(kind).map(TrustedList::denies);
    }

    /** The list of this kind, if there is one. */
    public Optional<TrustedList> list(ListKind kind) {
        return lists.stream().filter(l -> l.kind() == kind).findFirst();
    }

    /** The revocation lists (CRL), and OCSP responses. */
    public RevocationLists revocationLists() {
        return new RevocationLists(List.copyOf(crls.values()), List.copyOf(ocspResponses.values()));
    }

    /** What Microsoft's program says of a root; empty if its list was not imported, or does not have it. */
    public Optional<MicrosoftList.Root> inProgram(TrustedRoot root) {
        return list(ListKind.ROOT_PROGRAM).flatMap(TrustedList::microsoft).flatMap(m -> m.root(root.certificate()));
    }

    /** What the signature of a list is worth here: only a root of Microsoft's, or of a lab in its place, vouches for one. */
    public Optional<SignatureVerdict> signature(TrustedList list) {
        return list.microsoft().map(m -> m.verify(anchors().in(Role.MICROSOFT_ROOT)));
    }
}

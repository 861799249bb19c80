package io.countersign.windows.checker;

import io.countersign.verify.Finding;
import io.countersign.windows.FileEvidence;
import io.countersign.windows.KernelRoots;
import io.countersign.windows.Place;
import io.countersign.windows.Role;
import io.countersign.windows.SignatureEvidence;
import io.countersign.windows.Stamp;
import io.countersign.windows.TrustAnchors;
import io.countersign.x509.CertificatePath;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One signature, as the rules look at it.
 *
 * @param image empty if it is a catalog's, and the question is not about one of its files
 * @param anchors the roots that were given
 * @param at the time asked about
 */
record Subject(
        Optional<FileEvidence.Image> image,
        SignatureEvidence signature,
        TrustAnchors anchors,
        Instant at,
        TrustSettings settings) {

    Subject(FileEvidence.Image image, SignatureEvidence signature, TrustSettings settings) {
        this(Optional.of(image), signature, image.anchors(), image.at(), settings);
    }

    boolean isCatalog() {
        return signature.place().kind() == Place.Kind.CATALOG;
    }

    /** The signer's path to the store; empty if the signer's certificate is not in the signature. */
    Optional<CertificatePath> path() {
        return signature.userPath();
    }

    /** What verification found of it by this check; empty for catalogs. */
    Optional<Finding> found(String check) {
        return isCatalog()
                ? Optional.empty()
                : image.orElseThrow().report().findings().stream()
                        .filter(f -> f.signature() == signature.place().index()
                                && f.check().equals(check))
                        .findFirst();
    }

    /** A timestamp that is there, and which is neither known to be good nor known to be bad. */
    boolean isTimeUndecided() {
        return signature.stamp().filter(s -> !s.good() && !isTimestampBad(s)).isPresent();
    }

    boolean isTimestampBad(Stamp stamp) {
        return stamp.flaw().isPresent()
                || stamp.path()
                        .filter(p ->
                                !p.problems().isEmpty() || endsInOtherRoot(p, Role.TIMESTAMP_ROOT, Role.MICROSOFT_ROOT))
                        .isPresent();
    }

    /** Whether it ends in a root, and that is not among those given for the purpose. Not so if none were given. */
    boolean endsInOtherRoot(CertificatePath path, Role... given) {
        X509Certificate last = last(path);
        return !path.anchored()
                && isRoot(last)
                && KernelRoots.of(last).isEmpty()
                && !anchors.in(given).isEmpty();
    }

    static X509Certificate last(CertificatePath path) {
        List<X509Certificate> certificates = path.certificates();
        return certificates.get(certificates.size() - 1);
    }

    static boolean isRoot(X509Certificate certificate) {
        return certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal());
    }
}

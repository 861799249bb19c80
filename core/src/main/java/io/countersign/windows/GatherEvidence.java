package io.countersign.windows;

import io.countersign.catalog.Catalog;
import io.countersign.cms.AuthenticodeSignature;
import io.countersign.cms.CatalogSignature;
import io.countersign.cms.Oids;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import io.countersign.pe.VersionInfo;
import io.countersign.verify.Finding;
import io.countersign.verify.Finding.Outcome;
import io.countersign.verify.ImageReading;
import io.countersign.verify.Report;
import io.countersign.verify.TimestampEvidence;
import io.countersign.verify.VerifyFile;
import io.countersign.x509.CertificatePath;
import io.countersign.x509.ExtendedKeyUsages;
import io.countersign.x509.PathBuilder;
import io.countersign.x509.Purpose;
import io.countersign.x509.Revocation;
import io.countersign.x509.RevocationLists;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Gathers what Windows' rules need to know of a file. Reads nothing but the file: roots, lists and the time are given. Immutable;
 * safe for several threads.
 */
public final class GatherEvidence {
    private final VerifyFile verifier;
    private final KernelTrust kernel;
    private final PathBuilder userPaths;
    private final PathBuilder timestampPaths;
    private final TrustAnchors anchors;
    private final DenyLists denied;
    private final RevocationLists revoked;
    private final Instant at;

    /**
     * @param at the time asked about
     */
    public GatherEvidence(TrustAnchors anchors, DenyLists denied, RevocationLists revoked, Instant at) {
        List<X509Certificate> roots = anchors.in(Role.USER_ROOT, Role.MICROSOFT_ROOT);
        List<X509Certificate> timestampRoots = anchors.in(Role.TIMESTAMP_ROOT, Role.MICROSOFT_ROOT);
        this.verifier = new VerifyFile(roots, timestampRoots, at);
        this.kernel = new KernelTrust(anchors);
        this.userPaths = new PathBuilder(roots);
        this.timestampPaths = new PathBuilder(timestampRoots);
        this.anchors = anchors;
        this.denied = denied;
        this.revoked = revoked;
        this.at = at;
    }

    /**
     * Reads one file.
     *
     * @param catalogs that may know it, in the order Windows would find them
     * @throws IOException if it cannot be read; whatever is wrong with its content is in the evidence
     */
    public FileEvidence gather(Path file, List<NamedCatalog> catalogs) throws IOException {
        return gather(FileReading.of(file), catalogs);
    }

    /** What is to be known of a catalog's own signature, whatever files it has; empty if it has none. */
    public Optional<SignatureEvidence> gather(NamedCatalog catalog) {
        Digest whole = DigestAlgorithm.SHA256.digest(catalog.catalog().encoded().toByteArray());
        return catalog.catalog().signature().map(s -> catalog(Place.catalog(0, catalog.name()), s, whole));
    }

    /** The roots it judges by. */
    public TrustAnchors anchors() {
        return anchors;
    }

    /** The same of a file that was read. */
    public FileEvidence gather(FileReading file, List<NamedCatalog> catalogs) {
        return file.image()
                .<FileEvidence>map(image -> gather(image, file.info(), catalogs))
                .orElseGet(() -> new FileEvidence.NotAnImage(file.flaw().orElseThrow()));
    }

    /** The same roots and lists, at another time. */
    public GatherEvidence at(Instant other) {
        return new GatherEvidence(anchors, denied, revoked, other);
    }

    /** The time asked about. */
    public Instant at() {
        return at;
    }

    private FileEvidence gather(ImageReading reading, Optional<VersionInfo> info, List<NamedCatalog> catalogs) {
        Report report = verifier.verify(reading);
        List<SignatureEvidence> signatures = new ArrayList<>();
        List<AuthenticodeSignature> embedded = reading.signatures();
        for (int i = 0; i < embedded.size(); i++) {
            signatures.add(embedded(i, embedded.get(i), report));
        }
        List<Digest> images = FileReading.LOOKED_UP_BY.stream()
                .sorted()
                .map(reading.scan()::imageDigest)
                .toList();
        List<String> others = new ArrayList<>();
        for (int i = 0; i < catalogs.size(); i++) {
            Catalog catalog = catalogs.get(i).catalog();
            Optional<Digest> member =
                    images.stream().filter(d -> catalog.member(d).isPresent()).findFirst();
            if (catalog.signature().isEmpty()) {
                others.add(catalogs.get(i).name() + " is not signed");
            } else if (member.isEmpty()) {
                others.add(catalogs.get(i).name() + " has no member with this file's image digest");
            } else {
                signatures.add(catalog(
                        Place.catalog(i, catalogs.get(i).name()),
                        catalog.signature().get(),
                        member.get()));
            }
        }
        List<Digest> digests = Stream.concat(
                        images.stream(), Stream.of(reading.scan().sha256()))
                .toList();
        List<List<X509Certificate>> paths =
                signatures.stream().flatMap(s -> s.paths().stream()).toList();
        return new FileEvidence.Image(
                ImageFacts.of(
                        reading.image(),
                        reading.scan().checksum(),
                        embedded.stream().anyMatch(s -> s.pageHashes().isPresent()),
                        reading.embedded().map(e -> !e.padding().zero()).orElse(false)),
                info,
                reading.scan().sha256(),
                images,
                signatures,
                reading.flaw(),
                others,
                listing(denied.driverStl(), digests, paths, info),
                listing(denied.driverBlocklist(), digests, paths, info),
                report,
                anchors,
                at);
    }

    private SignatureEvidence embedded(int index, AuthenticodeSignature signature, Report report) {
        List<Finding> findings =
                report.findings().stream().filter(f -> f.signature() == index).toList();
        Report.SignatureReport verified = report.signatures().get(index);
        return evidence(
                Place.embedded(index),
                signature.imageDigest(),
                signature.digestAlgorithm() != DigestAlgorithm.SHA1,
                failures(findings, "cms."),
                failures(findings, "pe."),
                signature.signerCertificate(),
                signature.certificates(),
                stamp(verified, findings),
                verified.signingTime(),
                verified.path());
    }

    private SignatureEvidence catalog(Place place, CatalogSignature signature, Digest member) {
        Optional<Stamp> stamp =
                TimestampEvidence.gather(signature, timestampPaths).map(GatherEvidence::stamp);
        // Only a time that somebody trusted vouches for may stand in for the present one.
        Instant signingTime = stamp.filter(Stamp::good).flatMap(Stamp::time).orElse(at);
        return evidence(
                place,
                member,
                signature.digestAlgorithm() != DigestAlgorithm.SHA1,
                signature.holds() ? List.of() : List.of("the catalog's signature does not hold"),
                List.of(),
                signature.signerCertificate(),
                signature.certificates(),
                stamp,
                signingTime,
                signature
                        .signerCertificate()
                        .map(s -> userPaths.build(s, signature.certificates(), Purpose.CODE_SIGNING, signingTime)));
    }

    private SignatureEvidence evidence(
            Place place,
            Digest signed,
            boolean signedWithSha2,
            List<String> flaws,
            List<String> mismatches,
            Optional<X509Certificate> signer,
            List<X509Certificate> inside,
            Optional<Stamp> stamp,
            Instant signingTime,
            Optional<CertificatePath> userPath) {
        Set<String> usages = signer.map(ExtendedKeyUsages::of).orElse(Set.of());
        boolean lifetime = usages.contains(Oids.LIFETIME_SIGNING.getId());
        Instant judgedAt = lifetime ? at : signingTime;
        Optional<KernelTrust.Standing> standing = signer.map(s -> kernel.of(s, inside, judgedAt));
        List<Revocation> revocation = userPath.map(this::revocation).orElse(List.of());
        Optional<CertificatePath> kernelPath = standing.map(KernelTrust.Standing::path);
        return new SignatureEvidence(
                place,
                signed,
                signedWithSha2 || signed.algorithm() != DigestAlgorithm.SHA1,
                flaws,
                mismatches,
                signer,
                standing.map(KernelTrust.Standing::kind).orElse(SignatureClass.OTHER),
                standing.map(KernelTrust.Standing::reason).orElse("the signer's certificate is not in the signature"),
                usages,
                lifetime,
                stamp,
                judgedAt,
                kernelPath,
                userPath,
                revocation,
                listing(
                        denied.disallowed(),
                        List.of(),
                        SignatureEvidence.paths(kernelPath, userPath),
                        Optional.empty()));
    }

    private List<Revocation> revocation(CertificatePath path) {
        List<X509Certificate> certificates = path.certificates();
        List<Revocation> found = new ArrayList<>();
        for (int i = 0; i + 1 < certificates.size(); i++) {
            found.add(revoked.of(certificates.get(i), certificates.get(i + 1), at));
        }
        return found;
    }

    private static Listing listing(
            Optional<DenyList> list,
            List<Digest> digests,
            List<List<X509Certificate>> paths,
            Optional<VersionInfo> info) {
        return list.map(l -> l.find(digests, paths, info)).orElse(Listing.NOT_SUPPLIED);
    }

    private static List<String> failures(List<Finding> findings, String checks) {
        return findings.stream()
                .filter(f -> f.check().startsWith(checks) && f.outcome() == Outcome.FAILED)
                .map(Finding::message)
                .toList();
    }

    private static Optional<Stamp> stamp(Report.SignatureReport verified, List<Finding> findings) {
        List<Finding> about =
                findings.stream().filter(f -> f.check().startsWith("tsp.")).toList();
        boolean failed = about.stream().anyMatch(f -> f.outcome() == Outcome.FAILED);
        boolean good = !failed && about.stream().noneMatch(f -> f.outcome() == Outcome.UNKNOWN);
        String reason = String.join("; ", about.stream().map(Finding::message).toList());
        return verified.timestampKind()
                .map(kind -> new Stamp(
                        kind,
                        verified.timestamp(),
                        failures(about, "tsp.token").stream().findFirst(),
                        good,
                        reason,
                        verified.timestampPath()));
    }

    private static Stamp stamp(TimestampEvidence found) {
        String reason = found.flaw()
                .orElseGet(() -> found.path()
                        .map(p -> p.isGood()
                                ? p + ", good for time stamping"
                                : p + " ends in none of the given roots: " + String.join("; ", p.problems()))
                        .orElse("the authority's certificate is not in the token"));
        return new Stamp(found.kind(), found.time(), found.flaw(), found.isGood(), reason, found.path());
    }
}

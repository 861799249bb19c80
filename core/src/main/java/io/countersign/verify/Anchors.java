package io.countersign.verify;

import io.countersign.cms.Oids;
import io.countersign.cms.SignedDataSignature;
import io.countersign.key.Digest;
import io.countersign.x509.CertificatePath;
import io.countersign.x509.DistinguishedNames;
import io.countersign.x509.ExtendedKeyUsages;
import io.countersign.x509.PathBuilder;
import io.countersign.x509.Purpose;
import io.countersign.x509.Revocation;
import io.countersign.x509.RevocationLists;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Whom to trust, what is known to be revoked, and the time asked about: what makes evidence of a signature. Immutable; safe for several threads. */
final class Anchors {
    private final PathBuilder codePaths;
    private final PathBuilder timestampPaths;
    private final boolean rootsGiven;
    private final boolean timestampRootsGiven;
    private final RevocationLists revocations;
    private final Instant at;

    Anchors(
            List<X509Certificate> roots,
            List<X509Certificate> timestampRoots,
            RevocationLists revocations,
            Instant at) {
        this.codePaths = new PathBuilder(roots);
        this.timestampPaths = new PathBuilder(timestampRoots);
        this.rootsGiven = !roots.isEmpty();
        this.timestampRootsGiven = !timestampRoots.isEmpty();
        this.revocations = revocations;
        this.at = at;
    }

    Evidence gather(int index, SignedDataSignature signature, Digest signedDigest, Digest fileDigest) {
        Optional<TimestampEvidence> timestamp = TimestampEvidence.gather(signature, timestampPaths);
        // Only a time that somebody trusted vouches for may stand in for the present one, and for lifetime signing none
        // may
        // (Windows Authenticode Portable Executable Signature Format, Timestamp Processing with Lifetime Signing
        // Semantics).
        Instant signingTime = timestamp
                .filter(t -> t.isGood() && !isForLifetime(signature))
                .flatMap(TimestampEvidence::time)
                .orElse(at);
        Optional<CertificatePath> path = signature
                .signerCertificate()
                .map(c -> codePaths.build(c, signature.certificates(), Purpose.CODE_SIGNING, signingTime));
        return new Evidence(
                index,
                signature,
                signedDigest,
                fileDigest,
                timestamp,
                signingTime,
                path,
                revoked(path, timestamp, signingTime),
                rootsGiven,
                timestampRootsGiven);
    }

    /** What the lists hold against either path, each at the time it is judged at. */
    private List<String> revoked(
            Optional<CertificatePath> path, Optional<TimestampEvidence> timestamp, Instant signingTime) {
        List<String> revoked = new ArrayList<>();
        path.ifPresent(p -> revoked(p, signingTime, revoked));
        timestamp
                .flatMap(TimestampEvidence::path)
                .ifPresent(p ->
                        revoked(p, timestamp.flatMap(TimestampEvidence::time).orElse(at), revoked));
        return revoked;
    }

    private void revoked(CertificatePath path, Instant time, List<String> revoked) {
        List<X509Certificate> certificates = path.certificates();
        for (int i = 0; i + 1 < certificates.size(); i++) {
            if (revocations.of(certificates.get(i), certificates.get(i + 1), time)
                    instanceof Revocation.Revoked found) {
                revoked.add("“" + DistinguishedNames.commonName(certificates.get(i)) + "” is revoked since "
                        + found.since() + " (" + found.reason() + "), which is not after " + time
                        + ", the time that counts");
            }
        }
    }

    private static boolean isForLifetime(SignedDataSignature signature) {
        return signature
                .signerCertificate()
                .filter(c -> ExtendedKeyUsages.of(c).contains(Oids.LIFETIME_SIGNING.getId()))
                .isPresent();
    }
}

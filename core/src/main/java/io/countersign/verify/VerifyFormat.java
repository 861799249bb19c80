package io.countersign.verify;

import io.countersign.catalog.Catalog;
import io.countersign.catalog.MalformedCatalog;
import io.countersign.cms.AuthenticodeSignature;
import io.countersign.cms.CatalogSignature;
import io.countersign.cms.MalformedSignature;
import io.countersign.cms.PackageSignature;
import io.countersign.format.FileFormat;
import io.countersign.format.MalformedFile;
import io.countersign.format.SignableFile;
import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encoding;

/** Verifies the signatures of files that are not PE, as {@link VerifyFile} does those that are. */
final class VerifyFormat {
    private final Anchors anchors;

    VerifyFormat(Anchors anchors) {
        this.anchors = anchors;
    }

    Report verify(Path file, FileFormat format) throws IOException {
        try {
            return format == FileFormat.CATALOG ? verifyCatalog(file) : verifySignable(file, format);
        } catch (MalformedFile | MalformedSignature | MalformedCatalog e) {
            return VerifyFile.malformed(e.getMessage());
        }
    }

    private Report verifyCatalog(Path file) throws IOException, MalformedCatalog {
        Catalog catalog = Catalog.read(file);
        Digest sha256 = DigestAlgorithm.SHA256.digest(catalog.encoded().toByteArray());
        if (catalog.signature().isEmpty()) {
            return new Report(new Verdict.Unsigned(), List.of(), List.of(), Optional.of(sha256));
        }
        CatalogSignature signature = catalog.signature().get();
        // Content and signature are one; what is signed is the content itself.
        Digest content = signature.digestAlgorithm().digest(catalog.trustList().getEncoded(ASN1Encoding.DER));
        Evidence evidence = anchors.gather(0, signature, content, content);
        return report(List.of(evidence), FormatChecks.CATALOG, sha256);
    }

    private Report verifySignable(Path file, FileFormat format) throws IOException, MalformedFile, MalformedSignature {
        try (SignableFile signable = SignableFile.open(file, format)) {
            Digest sha256 = sha256(file);
            Optional<Bytes> octets = signable.signature();
            if (octets.isEmpty()) {
                return new Report(new Verdict.Unsigned(), List.of(), List.of(), Optional.of(sha256));
            }
            if (format == FileFormat.NUGET) {
                PackageSignature signature = PackageSignature.parse(octets.get());
                Digest signed = signature.packageDigest();
                Evidence evidence = anchors.gather(0, signature, signed, signable.digest(signed.algorithm()));
                return report(List.of(evidence), FormatChecks.nuget(signature.profileFlaw()), sha256);
            }
            AuthenticodeSignature primary = AuthenticodeSignature.parse(octets.get());
            List<AuthenticodeSignature> signatures = new ArrayList<>(List.of(primary));
            signatures.addAll(primary.nested());
            // Once for all signatures: a hostile file may nest many.
            Map<DigestAlgorithm, Digest> digests = new EnumMap<>(DigestAlgorithm.class);
            List<Evidence> evidence = new ArrayList<>();
            for (AuthenticodeSignature signature : signatures) {
                Digest signed = signature.imageDigest();
                if (!digests.containsKey(signed.algorithm())) {
                    digests.put(signed.algorithm(), signable.digest(signed.algorithm()));
                }
                evidence.add(anchors.gather(evidence.size(), signature, signed, digests.get(signed.algorithm())));
            }
            Optional<String> refusal = primary.signerCertificate().isPresent()
                    ? signable.refusal(primary.signerCertificate().get())
                    : Optional.empty();
            return report(evidence, FormatChecks.authenticode(format, refusal), sha256);
        }
    }

    private static Report report(List<Evidence> evidence, List<Check<Evidence>> checks, Digest sha256) {
        List<Finding> findings = new ArrayList<>();
        List<Report.SignatureReport> reports = new ArrayList<>();
        for (Evidence one : evidence) {
            checks.forEach(check -> findings.add(check.judge(one)));
            reports.add(one.report());
        }
        return new Report(VerifyFile.verdict(findings), reports, findings, Optional.of(sha256));
    }

    private static Digest sha256(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return DigestAlgorithm.SHA256.digest(in);
        }
    }
}

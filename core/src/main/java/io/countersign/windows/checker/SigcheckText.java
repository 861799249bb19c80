package io.countersign.windows.checker;

import io.countersign.key.DigestAlgorithm;
import io.countersign.pe.VersionInfo;
import io.countersign.windows.FileEvidence;
import io.countersign.windows.KernelRoots;
import io.countersign.windows.Place;
import io.countersign.windows.SignatureEvidence;
import io.countersign.windows.Stamp;
import io.countersign.x509.CertificatePath;
import io.countersign.x509.DistinguishedNames;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What {@code sigcheck -i} prints about signatures; it prints local time, this UTC. */
final class SigcheckText {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("h:mm a M/d/yyyy", Locale.US).withZone(ZoneOffset.UTC);

    /** Its words for usages; others it prints as numbers. */
    private static final Map<String, String> USAGES = Map.of(
            "1.3.6.1.5.5.7.3.3", "Code Signing",
            "1.3.6.1.5.5.7.3.8", "Timestamp Signing",
            "1.3.6.1.4.1.311.10.3.5", "WHQL Crypto",
            "1.3.6.1.4.1.311.10.3.6", "NT5 Crypto",
            "1.3.6.1.4.1.311.10.3.13", "Lifetime Signing");

    /** Short words of older versions, as a parser of their output lists them; the rest is our reading. */
    private static final Map<TrustStatus, String> WORDS = Map.of(
            TrustStatus.CERT_E_UNTRUSTEDROOT, "Untrusted Root",
            TrustStatus.CERT_E_CHAINING, "Untrusted Authority",
            TrustStatus.CERT_E_REVOKED, "Untrusted Certificate",
            TrustStatus.TRUST_E_EXPLICIT_DISTRUST, "Untrusted Certificate",
            TrustStatus.TRUST_E_MALFORMED_SIGNATURE, "Malformed",
            TrustStatus.CERT_E_WRONG_USAGE, "Invalid Chain",
            TrustStatus.CERT_E_EXPIRED, "Expired");

    /** IMAGE_FILE_MACHINE_AMD64, _ARM64 and _IA64. */
    private static final Set<Integer> MACHINES_OF_64_BITS = Set.of(0x8664, 0xAA64, 0x200);

    private final Sigcheck.Reading reading;
    private final FileEvidence.Image file;
    private final Instant today;

    SigcheckText(Sigcheck.Reading reading, FileEvidence.Image file) {
        this.reading = reading;
        this.file = file;
        this.today = file.at();
    }

    List<String> lines(String name, Optional<TrustStatus> status, Optional<SignatureEvidence> signature) {
        List<String> lines = new ArrayList<>();
        lines.add(name + ":");
        lines.add("\tVerified:\t" + status.map(this::verified).orElse("Signed"));
        if (signature.isEmpty()) {
            lines.add("\tPublisher:\tn/a");
            version(lines);
            return lines;
        }
        Optional<Stamp> good = signature.get().stamp().filter(Stamp::good);
        good.flatMap(Stamp::time).ifPresent(t -> lines.add("\tSigning date:\t" + TIME.format(t)));
        Place place = signature.get().place();
        if (place.kind() == Place.Kind.CATALOG) {
            lines.add("\tCatalog:\t" + place.name());
        }
        signature.get().userPath().ifPresent(p -> certificates("Signers:", p, lines));
        good.flatMap(Stamp::path).ifPresent(p -> certificates("Counter Signers:", p, lines));
        version(lines);
        return lines;
    }

    /** What the file says of itself, which nobody checked. */
    private void version(List<String> lines) {
        VersionInfo info = file.version().orElse(VersionInfo.NONE);
        lines.add("\tCompany:\t" + info.text("CompanyName").orElse("n/a"));
        lines.add("\tDescription:\t" + info.text("FileDescription").orElse("n/a"));
        lines.add("\tProduct:\t" + info.text("ProductName").orElse("n/a"));
        lines.add("\tProd version:\t" + info.text("ProductVersion").orElse("n/a"));
        lines.add("\tFile version:\t" + info.text("FileVersion").orElse("n/a"));
        lines.add(
                "\tMachineType:\t" + (MACHINES_OF_64_BITS.contains(file.facts().machine()) ? "64-bit" : "32-bit"));
    }

    private String verified(TrustStatus status) {
        if (status == TrustStatus.TRUST_E_NOSIGNATURE) {
            return "Unsigned";
        }
        return reading == Sigcheck.Reading.OLD ? WORDS.getOrDefault(status, status.text()) : status.text();
    }

    /** Leaf first. */
    private void certificates(String title, CertificatePath path, List<String> lines) {
        lines.add("\t" + title);
        for (X509Certificate c : path.certificates()) {
            lines.add("\t   " + DistinguishedNames.commonName(c));
            lines.add(
                    "\t\tCert Status:\t"
                            + (isValid(c, today)
                                    ? "Valid"
                                    : "This certificate or one of the certificates in the certificate chain is not time valid."));
            lines.add("\t\tValid Usage:\t" + usages(c));
            lines.add("\t\tCert Issuer:\t" + DistinguishedNames.commonName(c.getIssuerX500Principal()));
            lines.add("\t\tSerial Number:\t"
                    + HexFormat.ofDelimiter(" ")
                            .withUpperCase()
                            .formatHex(c.getSerialNumber().toByteArray()));
            lines.add("\t\tThumbprint:\t"
                    + KernelRoots.thumbprint(c, DigestAlgorithm.SHA1).hex().toUpperCase(Locale.ROOT));
            lines.add("\t\tAlgorithm:\t" + algorithm(c));
            lines.add("\t\tValid from:\t" + TIME.format(c.getNotBefore().toInstant()));
            lines.add("\t\tValid to:\t" + TIME.format(c.getNotAfter().toInstant()));
        }
    }

    private static String usages(X509Certificate c) {
        try {
            List<String> usages = c.getExtendedKeyUsage();
            return usages == null
                    ? "All"
                    : usages.stream().map(u -> USAGES.getOrDefault(u, u)).collect(Collectors.joining(", "));
        } catch (CertificateParsingException e) {
            return "n/a";
        }
    }

    /** {@code sha256RSA}: Windows puts together what Java writes SHA256withRSA. */
    private static String algorithm(X509Certificate c) {
        String[] parts = c.getSigAlgName().split("with", 2);
        return parts.length == 2 ? parts[0].toLowerCase(Locale.ROOT) + parts[1] : c.getSigAlgName();
    }

    static boolean isValid(X509Certificate c, Instant at) {
        return !at.isBefore(c.getNotBefore().toInstant())
                && !at.isAfter(c.getNotAfter().toInstant());
    }
}

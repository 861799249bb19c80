package io.countersign.ca;

import io.countersign.ca.IssuedCertificate.Revoked;
import io.countersign.file.AtomicFile;
import io.countersign.home.Home;
import io.countersign.key.DigestAlgorithm;
import io.countersign.key.SignatureAlgorithm;
import io.countersign.key.SigningKey;
import io.countersign.key.SigningKeyContentSigner;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Date;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1GeneralizedTime;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.cert.X509CRLEntryHolder;
import org.bouncycastle.cert.X509CRLHolder;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;

/**
 * The revocation list of one CA, {@code pki/crl/NAME.crl}: complete, version 2, DER (RFC 5280 section 5). It never drops anybody:
 * CSBR 7.2.2 wants serial numbers kept for ten years after they expire.
 */
public final class RevocationListFile {
    /**
     * CSBR 4.9.7: for the status of code-signing certificates nextUpdate is ten days away at most, and a new list comes every seven;
     * half of ten is five. For that of CAs and timestamp certificates it is twelve months, and a new list within a day of each
     * revocation, which is made at once.
     */
    private static final Duration OF_SUBSCRIBERS = Duration.ofDays(10);

    private static final Duration OF_AUTHORITIES = Duration.ofDays(365);

    private static final int MAXIMUM = 16 << 20;

    private final Path file;
    private final Authority authority;

    public RevocationListFile(Home home, Authority authority) {
        this.file = home.pki().resolve("crl").resolve(authority.name() + ".crl");
        this.authority = authority;
    }

    public Path file() {
        return file;
    }

    /** The list as it is; empty if none was made yet, or the file is not one of this CA. */
    public Optional<X509CRLHolder> read() throws IOException {
        if (!Files.isRegularFile(file) || Files.size(file) > MAXIMUM) {
            return Optional.empty();
        }
        try {
            return Optional.of(new X509CRLHolder(Files.readAllBytes(file)))
                    .filter(list -> list.getIssuer()
                            .equals(X500Name.getInstance(authority
                                    .certificate()
                                    .getSubjectX500Principal()
                                    .getEncoded())));
        } catch (IOException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Whether it is missing, half its life is gone, or a crash has kept a revocation out of it. */
    boolean isDue(Collection<IssuedCertificate> issued, Instant now) throws IOException {
        Optional<X509CRLHolder> list = read();
        return list.isEmpty()
                || list.get().getNextUpdate() == null
                || now.isAfter(list.get().getThisUpdate().toInstant().plus(life().dividedBy(2)))
                || issued.stream().anyMatch(c -> isMissing(c, list.get()));
    }

    private boolean isMissing(IssuedCertificate issued, X509CRLHolder list) {
        if (!issued.authority().equals(authority.name()) || issued.revoked().isEmpty()) {
            return false;
        }
        X509CRLEntryHolder entry =
                list.getRevokedCertificate(issued.certificate().getSerialNumber());
        return entry == null
                || !entry.getRevocationDate()
                        .toInstant()
                        .equals(issued.revoked().get().date());
    }

    private Duration life() {
        return authority.issuesToSubscribers() ? OF_SUBSCRIBERS : OF_AUTHORITIES;
    }

    /**
     * Signs a new list and puts it in place of the old.
     *
     * @throws org.bouncycastle.operator.RuntimeOperatorException if the key does not sign
     */
    void write(Collection<IssuedCertificate> issued, SigningKey key, Instant time) throws IOException {
        Instant now = time.truncatedTo(ChronoUnit.SECONDS);
        X509v2CRLBuilder builder = new JcaX509v2CRLBuilder(authority.certificate(), Date.from(now));
        builder.setNextUpdate(Date.from(now.plus(life())));
        try {
            builder.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    new JcaX509ExtensionUtils()
                            .createAuthorityKeyIdentifier(
                                    authority.certificate().getPublicKey()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-1", e);
        }
        builder.addExtension(Extension.cRLNumber, false, new CRLNumber(number(now)));
        for (IssuedCertificate certificate : issued) {
            if (certificate.authority().equals(authority.name())
                    && certificate.revoked().isPresent()) {
                add(builder, certificate, certificate.revoked().get());
            }
        }
        byte[] list = builder.build(new SigningKeyContentSigner(
                        key, SignatureAlgorithm.of(authority.certificate().getPublicKey(), DigestAlgorithm.SHA256)))
                .getEncoded();
        Files.createDirectories(file.getParent());
        AtomicFile.write(file, temporary -> Files.write(temporary, list));
    }

    private static void add(X509v2CRLBuilder builder, IssuedCertificate certificate, Revoked revoked)
            throws IOException {
        ExtensionsGenerator extensions = new ExtensionsGenerator();
        // RFC 5280 5.3.1: instead of "unspecified", the extension is left out.
        if (revoked.reason() != RevocationReason.UNSPECIFIED) {
            extensions.addExtension(
                    Extension.reasonCode,
                    false,
                    CRLReason.lookup(revoked.reason().code()));
        }
        if (revoked.setBack()) {
            extensions.addExtension(
                    Extension.invalidityDate, false, new ASN1GeneralizedTime(Date.from(revoked.date())));
        }
        BigInteger serial = certificate.certificate().getSerialNumber();
        Date date = Date.from(revoked.date());
        if (extensions.isEmpty()) {
            builder.addCRLEntry(serial, date, CRLReason.unspecified);
        } else {
            builder.addCRLEntry(serial, date, extensions.generate());
        }
    }

    /** RFC 5280 5.2.3: it only grows. Should the file be lost, the clock keeps it growing. */
    private BigInteger number(Instant now) throws IOException {
        BigInteger least = BigInteger.valueOf(now.getEpochSecond());
        Optional<Extension> last = read().map(list -> list.getExtension(Extension.cRLNumber));
        return last.map(e ->
                        ASN1Integer.getInstance(e.getParsedValue()).getValue().add(BigInteger.ONE))
                .filter(next -> next.compareTo(least) > 0)
                .orElse(least);
    }
}

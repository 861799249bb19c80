package io.countersign.ca;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Optional;

/**
 * One certificate a CA of this home has issued, and what became of it.
 *
 * @param authority the CA, by the name of its certificate's file
 * @param issuedBy the account at whose command; of the ceremony's certificates "ceremony"
 * @param vetting after which it was issued; empty for the ceremony's, which are nobody's
 */
public record IssuedCertificate(
        X509Certificate certificate,
        String authority,
        Instant issuedAt,
        String issuedBy,
        Optional<Vetted> vetting,
        Optional<Revoked> revoked) {
    /**
     * That it was revoked.
     *
     * @param date from when on what the key signed counts for nothing: the revocationDate, and where it was set back to the
     *     compromise the invalidityDate too (CSBR 4.9.1.1 and 7.2.2)
     * @param setBack whether that date is another than that of the revocation
     * @param recordedAt when it was revoked
     */
    public record Revoked(RevocationReason reason, Instant date, boolean setBack, Instant recordedAt) {}

    /** Hexadecimal, as files and addresses have it. */
    public String serial() {
        return certificate.getSerialNumber().toString(16);
    }

    IssuedCertificate with(Revoked revocation) {
        return new IssuedCertificate(certificate, authority, issuedAt, issuedBy, vetting, Optional.of(revocation));
    }
}

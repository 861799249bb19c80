package io.countersign.hsm;

import java.security.cert.X509Certificate;
import java.text.ParseException;
import java.time.Instant;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.PrivateKeyUsagePeriod;

/** The privateKeyUsagePeriod of certificates, RFC 3280 4.2.1.4. */
final class UsagePeriod {
    private UsagePeriod() {}

    /** Its end, inclusive; empty where there is none, or none that can be read. */
    static Optional<Instant> end(X509Certificate certificate) {
        byte[] extension = certificate.getExtensionValue(Extension.privateKeyUsagePeriod.getId());
        if (extension == null) {
            return Optional.empty();
        }
        try {
            PrivateKeyUsagePeriod period = PrivateKeyUsagePeriod.getInstance(
                    ASN1OctetString.getInstance(extension).getOctets());
            return period.getNotAfter() == null
                    ? Optional.empty()
                    : Optional.of(period.getNotAfter().getDate().toInstant());
        } catch (ParseException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}

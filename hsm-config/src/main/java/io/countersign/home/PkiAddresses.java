package io.countersign.home;

import java.net.URI;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;

/**
 * The addresses that certificates of the lab CA carry. A CA is named as its certificate's file is, without {@code .pem}.
 *
 * @param baseUrl {@code pki.baseUrl}
 */
public record PkiAddresses(URI baseUrl) {
    /** Under the base, what the service serves. */
    public static final String FOLDER = "ca";

    /** A CA's certificate, DER. */
    public URI certificate(String ca) {
        return below(ca + ".cer");
    }

    /** A CA's revocation list, DER. */
    public URI revocationList(String ca) {
        return below(ca + ".crl");
    }

    /** Where OCSP requests about certificates of any of the CAs are answered. */
    public URI ocsp() {
        return below("ocsp");
    }

    /**
     * The record of one certificate: who got it, after which vetting.
     *
     * @param serial hexadecimal
     */
    public URI issued(String serial) {
        return below("issued/" + serial);
    }

    /** RFC 5280 4.2.2.1. */
    public AuthorityInformationAccess authorityInformation(String ca, boolean ocsp) {
        AccessDescription issuer = new AccessDescription(AccessDescription.id_ad_caIssuers, name(certificate(ca)));
        return new AuthorityInformationAccess(
                ocsp
                        ? new AccessDescription[] {
                            new AccessDescription(AccessDescription.id_ad_ocsp, name(ocsp())), issuer
                        }
                        : new AccessDescription[] {issuer});
    }

    /** RFC 5280 4.2.1.13. */
    public CRLDistPoint distributionPoint(String ca) {
        return new CRLDistPoint(new DistributionPoint[] {
            new DistributionPoint(new DistributionPointName(new GeneralNames(name(revocationList(ca)))), null, null)
        });
    }

    private static GeneralName name(URI uri) {
        return new GeneralName(GeneralName.uniformResourceIdentifier, uri.toString());
    }

    private URI below(String name) {
        String base = baseUrl.toString();
        return URI.create((base.endsWith("/") ? base : base + "/") + FOLDER + "/" + name);
    }
}

package io.countersign.ocsp;

import io.countersign.key.SigningKey;
import io.countersign.x509.ExtendedKeyUsages;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import org.bouncycastle.asn1.x509.KeyPurposeId;

/**
 * An authority and who answers for it.
 *
 * @param certificate of the authority
 * @param responder a key whose certificate the authority itself issued for OCSP signing (RFC 6960 section 4.2.2.2), so that the
 *     authority's own key need not be where the network is
 */
public record OcspAuthority(X509Certificate certificate, SigningKey responder) {
    /** @throws IllegalArgumentException if the authority has not delegated answering to that key */
    public OcspAuthority {
        X509Certificate delegate = responder.certificate();
        if (!ExtendedKeyUsages.of(delegate).contains(KeyPurposeId.id_kp_OCSPSigning.getId())) {
            throw new IllegalArgumentException("the certificate " + delegate.getSubjectX500Principal()
                    + " is not for OCSP signing; wanted one with the extended key usage id-kp-OCSPSigning");
        }
        try {
            delegate.verify(certificate.getPublicKey());
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException(
                    "the certificate " + delegate.getSubjectX500Principal() + " was not issued by "
                            + certificate.getSubjectX500Principal() + ", for which it is to answer",
                    e);
        }
    }
}

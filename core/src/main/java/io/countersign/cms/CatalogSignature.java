package io.countersign.cms;

import io.countersign.key.Bytes;
import java.io.IOException;
import java.security.cert.CertificateException;
import java.util.Optional;
import org.bouncycastle.asn1.cms.SignedData;

/** The signature of a catalog: a SignedData over a certificate trust list. */
public final class CatalogSignature extends SignedDataSignature {
    private CatalogSignature(Bytes encoded, SignedData signedData)
            throws MalformedSignature, IOException, CertificateException {
        super(encoded, signedData, new SignedOctets(encoded), Oids.SPC_RFC3161_TIMESTAMP);
    }

    /**
     * Reads the signature of a catalog.
     *
     * @param der a ContentInfo
     * @return empty for a catalog without a SignerInfo, as Inf2Cat makes it
     * @throws MalformedSignature if it is no SignedData over a certificate trust list
     */
    public static Optional<CatalogSignature> parse(Bytes der) throws MalformedSignature {
        return read(der, CatalogSignature::of);
    }

    private static Optional<CatalogSignature> of(Bytes encoded)
            throws MalformedSignature, IOException, CertificateException {
        SignedData signedData = signedData(encoded, Oids.CERTIFICATE_TRUST_LIST, "a certificate trust list");
        int signers = signedData.getSignerInfos().size();
        if (signers > 1) {
            throw new MalformedSignature("a catalog has at most one SignerInfo, this has " + signers);
        }
        return signers == 0 ? Optional.empty() : Optional.of(new CatalogSignature(encoded, signedData));
    }

    @Override
    public CatalogSignature withTimestamp(Bytes token) throws MalformedSignature {
        return parse(encodedWithTimestamp(token)).orElseThrow();
    }
}

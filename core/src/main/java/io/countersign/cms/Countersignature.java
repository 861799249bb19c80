package io.countersign.cms;

import io.countersign.key.Bytes;
import io.countersign.key.DigestAlgorithm;
import io.countersign.key.HostileInput;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.text.ParseException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1GeneralizedTime;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1UTCTime;
import org.bouncycastle.asn1.cms.CMSAttributes;
import org.bouncycastle.asn1.cms.SignerInfo;

/**
 * A PKCS#9 countersignature (RFC 5652 section 11.4): the timestamp of before RFC 3161, a SignerInfo over a signature value, with
 * the time in its signed attributes and the authority's certificates among those of the signature. Those of Authenticode have a
 * contentType attribute, which the RFC does not allow, so none is asked for or refused. Immutable. Parsing proves form;
 * whether it holds and who is trusted for time is judged in {@code io.countersign.verify}.
 */
public final class Countersignature {
    private final SignerReading signer;
    private final Instant time;
    private final boolean covers;

    private Countersignature(SignerReading signer, Bytes signatureValue) throws MalformedSignature, ParseException {
        this.signer = signer;
        covers = signer.isAbout(signatureValue.asBuffer());
        List<ASN1Encodable> times = signer.signed(CMSAttributes.signingTime);
        if (times.size() != 1) {
            throw new MalformedSignature("a countersignature has one signing time, this has " + times.size());
        }
        ASN1Primitive only = times.get(0).toASN1Primitive();
        if (only instanceof ASN1UTCTime utc) {
            time = utc.getAdjustedDate().toInstant();
        } else if (only instanceof ASN1GeneralizedTime generalized) {
            time = generalized.getDate().toInstant();
        } else {
            throw new MalformedSignature("the signing time is no time");
        }
    }

    /**
     * Reads one.
     *
     * @param der a SignerInfo
     * @param over the signature it was found in
     * @throws MalformedSignature if it is none, or says no time
     */
    public static Countersignature parse(Bytes der, SignedDataSignature over) throws MalformedSignature {
        try {
            SignerInfo info = SignerInfo.getInstance(ASN1Primitive.fromByteArray(der.toByteArray()));
            return new Countersignature(new SignerReading(info, over.certificates()), over.signatureValue());
        } catch (IOException | ParseException | RuntimeException e) {
            // Bouncy Castle answers hostile ASN.1 with many kinds of unchecked exception, some without a message.
            throw new MalformedSignature("not a PKCS#9 countersignature: " + HostileInput.reason(e), e);
        }
    }

    /** When it was made, by its own account. */
    public Instant time() {
        return time;
    }

    public DigestAlgorithm digestAlgorithm() {
        return signer.digestAlgorithm();
    }

    /** The authority's certificate, if it is in the signature. */
    public Optional<X509Certificate> signerCertificate() {
        return signer.certificate();
    }

    /** RFC 5652 section 11.4: the messageDigest attribute is the digest of the signature value. */
    public boolean covers() {
        return covers;
    }

    /** RFC 5652 section 5.6: the signature value over the DER of the signed attributes, by this certificate's key. */
    public boolean isSignedBy(X509Certificate certificate) {
        return signer.isSignedBy(certificate);
    }
}

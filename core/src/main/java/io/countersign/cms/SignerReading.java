package io.countersign.cms;

import io.countersign.key.Bytes;
import io.countersign.key.DigestAlgorithm;
import io.countersign.key.HostileKeys;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Set;
import org.bouncycastle.asn1.ASN1TaggedObject;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.CMSAttributes;
import org.bouncycastle.asn1.cms.IssuerAndSerialNumber;
import org.bouncycastle.asn1.cms.SignerInfo;
import org.bouncycastle.asn1.x500.X500Name;

/** One SignerInfo (RFC 5652 section 5.3): who signed, with what, and whether the arithmetic is right. Immutable. */
final class SignerReading {
    private final SignerInfo info;
    private final DigestAlgorithm digestAlgorithm;
    private final Optional<Bytes> signedAttributes;
    private final Optional<X509Certificate> certificate;

    /**
     * @param certificates among which the signer's may be
     * @throws MalformedSignature if the digest algorithm is none we know
     */
    SignerReading(SignerInfo info, List<X509Certificate> certificates) throws MalformedSignature, IOException {
        this.info = info;
        ASN1ObjectIdentifier digestOid = info.getDigestAlgorithm().getAlgorithm();
        digestAlgorithm = DigestAlgorithm.of(digestOid)
                .orElseThrow(() ->
                        new MalformedSignature("the signer's digest algorithm " + digestOid + " is none we know"));
        ASN1Set attributes = info.getAuthenticatedAttributes();
        signedAttributes =
                attributes == null ? Optional.empty() : Optional.of(Bytes.of(attributes.getEncoded(ASN1Encoding.DER)));
        certificate = find(info, certificates);
    }

    private static Optional<X509Certificate> find(SignerInfo info, List<X509Certificate> certificates)
            throws IOException {
        ASN1Encodable id = info.getSID().getId();
        if (id.toASN1Primitive() instanceof ASN1TaggedObject) {
            return Optional.empty(); // a subjectKeyIdentifier, which none of our formats uses
        }
        IssuerAndSerialNumber sid = IssuerAndSerialNumber.getInstance(id);
        for (X509Certificate c : certificates) {
            if (c.getSerialNumber().equals(sid.getSerialNumber().getValue())
                    && sid.getName()
                            .equals(X500Name.getInstance(
                                    c.getIssuerX500Principal().getEncoded()))) {
                return Optional.of(c);
            }
        }
        return Optional.empty();
    }

    DigestAlgorithm digestAlgorithm() {
        return digestAlgorithm;
    }

    /** The certificate named by issuer and serial number, if it is among those given. */
    Optional<X509Certificate> certificate() {
        return certificate;
    }

    Bytes signatureValue() {
        return Bytes.of(info.getEncryptedDigest().getOctets());
    }

    /** The values of a signed attribute, in order. */
    List<ASN1Encodable> signed(ASN1ObjectIdentifier type) {
        return values(info.getAuthenticatedAttributes(), type);
    }

    /** The values of an unsigned attribute, in order. */
    List<ASN1Encodable> unsigned(ASN1ObjectIdentifier type) {
        return values(info.getUnauthenticatedAttributes(), type);
    }

    private static List<ASN1Encodable> values(ASN1Set attributes, ASN1ObjectIdentifier type) {
        List<ASN1Encodable> values = new ArrayList<>();
        if (attributes != null) {
            for (ASN1Encodable element : attributes) {
                Attribute attribute = Attribute.getInstance(element);
                if (attribute.getAttrType().equals(type)) {
                    attribute.getAttrValues().forEach(values::add);
                }
            }
        }
        return values;
    }

    /** RFC 5652 section 11.2: the one messageDigest attribute is the digest of these octets. */
    boolean isAbout(ByteBuffer content) {
        List<ASN1Encodable> digests = signed(CMSAttributes.messageDigest);
        return digests.size() == 1
                && digests.get(0).toASN1Primitive() instanceof ASN1OctetString claimed
                && digestAlgorithm.digest(content).value().equals(Bytes.of(claimed.getOctets()));
    }

    /** RFC 5652 section 5.6: the signature value over the DER of the signed attributes, by this certificate's key. */
    boolean isSignedBy(X509Certificate signer) {
        if (signedAttributes.isEmpty() || !HostileKeys.isBounded(signer.getPublicKey())) {
            return false;
        }
        String digest = digestAlgorithm.jcaName().replace("-", "");
        String key = signer.getPublicKey().getAlgorithm().equals("EC") ? "ECDSA" : "RSA";
        try {
            Signature verifier = Signature.getInstance(digest + "with" + key);
            verifier.initVerify(signer.getPublicKey());
            verifier.update(signedAttributes.get().toByteArray());
            return verifier.verify(info.getEncryptedDigest().getOctets());
        } catch (GeneralSecurityException | ArithmeticException e) {
            return false; // a key or a signature value of another kind than announced, or one made to fail
        }
    }
}

package io.countersign.cms;

import io.countersign.key.Bytes;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Set;
import org.bouncycastle.asn1.DLSequence;
import org.bouncycastle.asn1.DLSet;
import org.bouncycastle.asn1.DLTaggedObject;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.CMSObjectIdentifiers;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.cms.SignedData;
import org.bouncycastle.asn1.cms.SignerInfo;

/**
 * Puts SignedData together, and adds to its unsigned attributes leaving every signed octet as it is. Values keep their order, which is the
 * index Windows numbers nested signatures by, so the sets are not sorted as DER would.
 */
final class SignedDataEncoding {
    private SignedDataEncoding() {}

    static Bytes withUnsigned(
            SignedData signedData, SignerInfo signer, ASN1ObjectIdentifier type, ASN1Encodable value) {
        ASN1EncodableVector attributes = new ASN1EncodableVector();
        boolean added = false;
        ASN1Set present = signer.getUnauthenticatedAttributes();
        if (present != null) {
            for (ASN1Encodable element : present) {
                Attribute attribute = Attribute.getInstance(element);
                if (!added && attribute.getAttrType().equals(type)) {
                    attributes.add(attribute(type, append(attribute.getAttrValues(), value)));
                    added = true;
                } else {
                    attributes.add(element);
                }
            }
        }
        if (!added) {
            attributes.add(attribute(type, new DLSet(value)));
        }
        return encode(signedData, signer, new DLSet(attributes));
    }

    /** The same with the value at this index of all values of an unsigned attribute replaced by another. */
    static Bytes withReplaced(
            SignedData signedData, SignerInfo signer, ASN1ObjectIdentifier type, int index, ASN1Encodable value) {
        ASN1EncodableVector attributes = new ASN1EncodableVector();
        int seen = 0;
        for (ASN1Encodable element : signer.getUnauthenticatedAttributes()) {
            Attribute attribute = Attribute.getInstance(element);
            if (attribute.getAttrType().equals(type)) {
                ASN1EncodableVector values = new ASN1EncodableVector();
                for (ASN1Encodable present : attribute.getAttrValues()) {
                    values.add(seen == index ? value : present);
                    seen++;
                }
                attributes.add(attribute(type, new DLSet(values)));
            } else {
                attributes.add(element);
            }
        }
        return encode(signedData, signer, new DLSet(attributes));
    }

    /** The same taken apart and put together again, nothing changed. */
    static Bytes rebuilt(SignedData signedData, SignerInfo signer) {
        return encode(signedData, signer, signer.getUnauthenticatedAttributes());
    }

    private static Bytes encode(SignedData signedData, SignerInfo signer, ASN1Set attributes) {
        // Bouncy Castle's SignerInfo and Attribute would encode as DER and so sort the values.
        ASN1EncodableVector changed = new ASN1EncodableVector();
        changed.add(signer.getVersion());
        changed.add(signer.getSID());
        changed.add(signer.getDigestAlgorithm());
        if (signer.getAuthenticatedAttributes() != null) {
            changed.add(new DLTaggedObject(false, 0, signer.getAuthenticatedAttributes()));
        }
        changed.add(signer.getDigestEncryptionAlgorithm());
        changed.add(signer.getEncryptedDigest());
        if (attributes != null) {
            changed.add(new DLTaggedObject(false, 1, attributes));
        }
        return encode(
                signedData.getVersion(),
                signedData.getDigestAlgorithms(),
                signedData.getEncapContentInfo(),
                signedData.getCertificates(),
                signedData.getCRLs(),
                new DLSet(new DLSequence(changed)));
    }

    /**
     * A ContentInfo with a SignedData (RFC 5652 section 5.1). Put together here because the version is given: Authenticode
     * says 1, where CMS and so Bouncy Castle would say 3 for content that is not id-data.
     *
     * @param certificates may be null, as may crls
     */
    static Bytes encode(
            ASN1Integer version,
            ASN1Set digestAlgorithms,
            ContentInfo content,
            ASN1Set certificates,
            ASN1Set crls,
            ASN1Set signerInfos) {
        ASN1EncodableVector v = new ASN1EncodableVector();
        v.add(version);
        v.add(digestAlgorithms);
        v.add(content);
        if (certificates != null) {
            v.add(new DLTaggedObject(false, 0, certificates));
        }
        if (crls != null) {
            v.add(new DLTaggedObject(false, 1, crls));
        }
        v.add(signerInfos);
        return Asn1.encode(new ContentInfo(CMSObjectIdentifiers.signedData, new DLSequence(v)), ASN1Encoding.DL);
    }

    private static DLSequence attribute(ASN1ObjectIdentifier type, ASN1Set values) {
        return new DLSequence(new ASN1Encodable[] {type, values});
    }

    private static ASN1Set append(ASN1Set values, ASN1Encodable value) {
        ASN1EncodableVector all = new ASN1EncodableVector();
        values.forEach(all::add);
        all.add(value);
        return new DLSet(all);
    }
}

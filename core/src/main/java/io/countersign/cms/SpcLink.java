package io.countersign.cms;

import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.DERBMPString;
import org.bouncycastle.asn1.DERIA5String;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;

/** SpcLink and SpcString, the choices described in {@link SpcIndirectDataContent}. */
final class SpcLink {
    private SpcLink() {}

    static ASN1Encodable file(String name) {
        return new DERTaggedObject(true, 2, unicode(name));
    }

    /**
     * @param serialized an SpcSerializedObject
     */
    static ASN1Encodable moniker(DERSequence serialized) {
        return new DERTaggedObject(false, 1, serialized);
    }

    /**
     * @throws IllegalArgumentException if the URL is not ASCII
     */
    static ASN1Encodable url(String url) {
        return new DERTaggedObject(false, 0, new DERIA5String(url, true));
    }

    static ASN1Encodable unicode(String text) {
        return new DERTaggedObject(false, 0, new DERBMPString(text));
    }
}

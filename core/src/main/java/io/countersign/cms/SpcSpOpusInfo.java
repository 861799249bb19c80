package io.countersign.cms;

import java.util.Optional;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Object;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;

/**
 * What the publisher says of the program; Windows shows it when asking whether to run it. Written even when empty, as signtool
 * does.
 *
 * <pre>
 * SpcSpOpusInfo ::= SEQUENCE {
 *     programName [0] EXPLICIT SpcString OPTIONAL,
 *     moreInfo    [1] EXPLICIT SpcLink OPTIONAL }
 * </pre>
 *
 * Windows Authenticode Portable Executable Signature Format 1.0, "SpcSpOpusInfo".
 */
public final class SpcSpOpusInfo extends ASN1Object {
    private final Optional<String> programName;
    private final Optional<String> moreInfo;

    /**
     * @param moreInfo a URL in ASCII
     */
    public SpcSpOpusInfo(Optional<String> programName, Optional<String> moreInfo) {
        this.programName = programName;
        this.moreInfo = moreInfo;
    }

    @Override
    public ASN1Primitive toASN1Primitive() {
        ASN1EncodableVector v = new ASN1EncodableVector();
        programName.ifPresent(n -> v.add(new DERTaggedObject(true, 0, SpcLink.unicode(n))));
        moreInfo.ifPresent(u -> v.add(new DERTaggedObject(true, 1, SpcLink.url(u))));
        return new DERSequence(v);
    }
}

package io.countersign.cms;

import io.countersign.key.Bytes;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;

/**
 * What kind of thing an {@link SpcIndirectDataContent} says it is about.
 *
 * @param type the type of its data, a dotted object identifier
 * @param sip of SPC_SIPINFO_OBJID data the GUID of the subject interface package that knows how to digest it, 16 octets as they
 *     stand there; empty for other types
 */
public record SpcSubject(String type, Bytes sip) {

    /** Data of a type that says all. */
    public static SpcSubject of(ASN1ObjectIdentifier type) {
        return new SpcSubject(type.getId(), Bytes.of());
    }

    /**
     * SPC_SIPINFO_OBJID data.
     *
     * @param sip 32 hexadecimal digits
     */
    public static SpcSubject sip(String sip) {
        return new SpcSubject(Oids.SPC_SIPINFO.getId(), Bytes.ofHex(sip));
    }
}

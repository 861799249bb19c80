package io.countersign.catalog;

import io.countersign.catalog.CatalogMember.Content;
import io.countersign.catalog.CatalogMember.Kind;
import io.countersign.catalog.CatalogMember.MemberInfo;
import io.countersign.cms.Oids;
import io.countersign.cms.SpcIndirectDataContent;
import io.countersign.key.Bytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Date;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DERBMPString;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.cms.CMSObjectIdentifiers;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.cms.Time;

/** Writes what {@link CatalogReader} reads, in DER: the same catalog always gives the same octets. */
final class CatalogWriter {
    private CatalogWriter() {}

    /** The CertificateTrustList, which is what gets signed. */
    static ASN1Sequence trustList(Catalog catalog) {
        ASN1EncodableVector members = new ASN1EncodableVector();
        catalog.members().forEach(m -> members.add(member(m, catalog.version())));
        ASN1EncodableVector list = new ASN1EncodableVector();
        list.add(new DERSequence(CatalogOids.LIST));
        list.add(octets(catalog.listId()));
        list.add(new Time(Date.from(catalog.time())));
        list.add(pair(catalog.version().oid(), DERNull.INSTANCE));
        list.add(new DERSequence(members));
        if (!catalog.attributes().isEmpty()) {
            ASN1EncodableVector attributes = new ASN1EncodableVector();
            catalog.attributes()
                    .forEach(a ->
                            attributes.add(pair(CatalogOids.NAME_VALUE, new DEROctetString(encode(nameValue(a))))));
            list.add(new DERTaggedObject(true, 0, new DERSequence(attributes)));
        }
        return new DERSequence(list);
    }

    /** A ContentInfo without certificates and signers, as Inf2Cat and MakeCat write it. */
    static Bytes unsigned(Catalog catalog) {
        ASN1EncodableVector signedData = new ASN1EncodableVector();
        signedData.add(new ASN1Integer(1));
        signedData.add(new DERSet());
        signedData.add(new ContentInfo(Oids.CERTIFICATE_TRUST_LIST, trustList(catalog)));
        signedData.add(new DERSet());
        return Bytes.of(encode(new ContentInfo(CMSObjectIdentifiers.signedData, new DERSequence(signedData))));
    }

    private static ASN1Sequence member(CatalogMember member, CatalogVersion version) {
        ASN1EncodableVector attributes = new ASN1EncodableVector();
        member.attributes().forEach(a -> attributes.add(attribute(CatalogOids.NAME_VALUE, nameValue(a))));
        member.content().ifPresent(c -> attributes.add(attribute(Oids.SPC_INDIRECT_DATA, content(c))));
        member.info().ifPresent(i -> attributes.add(attribute(CatalogOids.MEMBER_INFO, info(i))));
        if (version == CatalogVersion.V2) {
            // MakeCat and Inf2Cat leave it empty: implicitly tagged 2, no octets.
            attributes.add(attribute(CatalogOids.MEMBER_INFO_2, new DERTaggedObject(false, 2, DERNull.INSTANCE)));
        }
        return pair(octets(member.tag()), new DERSet(attributes));
    }

    private static ASN1Encodable content(Content content) {
        return content.kind() == Kind.PE_IMAGE
                ? SpcIndirectDataContent.ofPeImage(content.digest())
                : SpcIndirectDataContent.ofFile(content.digest());
    }

    private static ASN1Sequence nameValue(CatalogAttribute attribute) {
        ASN1EncodableVector v = new ASN1EncodableVector();
        v.add(new DERBMPString(attribute.name()));
        v.add(new ASN1Integer(attribute.flags()));
        v.add(octets(attribute.value()));
        return new DERSequence(v);
    }

    private static ASN1Sequence info(MemberInfo info) {
        return pair(new DERBMPString(info.subject()), new ASN1Integer(info.version()));
    }

    private static ASN1Sequence attribute(ASN1ObjectIdentifier type, ASN1Encodable value) {
        return pair(type, new DERSet(value));
    }

    private static ASN1Sequence pair(ASN1Encodable first, ASN1Encodable second) {
        return new DERSequence(new ASN1Encodable[] {first, second});
    }

    private static DEROctetString octets(Bytes octets) {
        return new DEROctetString(octets.toByteArray());
    }

    private static byte[] encode(ASN1Encodable asn1) {
        try {
            return asn1.toASN1Primitive().getEncoded(ASN1Encoding.DER);
        } catch (IOException e) {
            throw new UncheckedIOException("encoding to memory does not fail", e);
        }
    }
}

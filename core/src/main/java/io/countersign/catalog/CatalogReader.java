package io.countersign.catalog;

import io.countersign.catalog.CatalogMember.Content;
import io.countersign.catalog.CatalogMember.Kind;
import io.countersign.catalog.CatalogMember.MemberInfo;
import io.countersign.cms.CatalogSignature;
import io.countersign.cms.CertificateTrustList;
import io.countersign.cms.ElementLimit;
import io.countersign.cms.MalformedSignature;
import io.countersign.cms.Oids;
import io.countersign.cms.SpcIndirectDataContent;
import io.countersign.key.Bytes;
import io.countersign.key.HostileInput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1BMPString;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1Set;
import org.bouncycastle.asn1.cms.CMSObjectIdentifiers;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.cms.SignedData;

/**
 * Reads the trust list of a catalog: a {@link CertificateTrustList} whose usage is szOID_CATALOG_LIST and whose subjects are
 * szOID_CATALOG_LIST_MEMBER or …_V2.
 *
 * <pre>
 * Extension ::= SEQUENCE { type OBJECT IDENTIFIER, critical BOOLEAN DEFAULT FALSE, value OCTET STRING }
 * Subject ::= SEQUENCE { tag OCTET STRING, SET OF SEQUENCE { type OBJECT IDENTIFIER, SET OF ANY } }
 * NameValue ::= SEQUENCE { name BMPString, flags INTEGER, value OCTET STRING }
 * MemberInfo ::= SEQUENCE { guid BMPString, version INTEGER }
 * </pre>
 */
final class CatalogReader {
    /** Of ASN.1, each some hundred bytes when parsed: a member has about forty. */
    private static final int MAXIMUM_ELEMENTS = 1 << 22;

    private static final int MAXIMUM_MEMBER_ATTRIBUTES = 64;

    private CatalogReader() {}

    static Catalog parse(Bytes der) throws MalformedCatalog {
        try {
            ElementLimit.require(der, MAXIMUM_ELEMENTS);
            ContentInfo info = ContentInfo.getInstance(ASN1Primitive.fromByteArray(der.toByteArray()));
            if (info == null) {
                throw new MalformedCatalog("the catalog is not well formed: it is empty");
            }
            if (!info.getContentType().equals(CMSObjectIdentifiers.signedData)) {
                throw new MalformedCatalog("content type is " + info.getContentType() + ", wanted SignedData");
            }
            ContentInfo content = SignedData.getInstance(info.getContent()).getEncapContentInfo();
            if (!content.getContentType().equals(Oids.CERTIFICATE_TRUST_LIST) || content.getContent() == null) {
                throw new MalformedCatalog("not a catalog: the signed content is " + content.getContentType()
                        + ", wanted a certificate trust list " + Oids.CERTIFICATE_TRUST_LIST);
            }
            return list(CertificateTrustList.of(content.getContent()), CatalogSignature.parse(der));
        } catch (IOException | MalformedSignature | RuntimeException e) {
            // Bouncy Castle parses lazily and answers hostile ASN.1 with many kinds of exception, some without a
            // message.
            throw new MalformedCatalog("the catalog is not well formed: " + HostileInput.reason(e), e);
        }
    }

    private static Catalog list(CertificateTrustList list, Optional<CatalogSignature> signature)
            throws MalformedCatalog, MalformedSignature, IOException {
        if (!list.usages().equals(List.of(CatalogOids.LIST))) {
            throw new MalformedCatalog("the trust list is not about a catalog: its usage is not " + CatalogOids.LIST);
        }
        CatalogVersion version = CatalogVersion.of(list.subjectAlgorithm())
                .orElseThrow(() -> new MalformedCatalog("members are of kind " + list.subjectAlgorithm() + ", wanted "
                        + CatalogOids.MEMBER_V1 + " (version 1) or " + CatalogOids.MEMBER_V2 + " (version 2)"));
        List<CatalogMember> members = new ArrayList<>();
        for (CertificateTrustList.Subject subject : list.subjects()) {
            members.add(member(subject));
        }
        List<CatalogAttribute> attributes = new ArrayList<>();
        for (ASN1Sequence extension : list.extensions()) {
            // Others would be extensions as certificates have them.
            if (extension.getObjectAt(0).equals(CatalogOids.NAME_VALUE)) {
                ASN1OctetString value = ASN1OctetString.getInstance(extension.getObjectAt(extension.size() - 1));
                attributes.add(nameValue(ASN1Primitive.fromByteArray(value.getOctets())));
            }
        }
        return new Catalog(list.listId(), list.thisUpdate(), version, members, attributes, signature);
    }

    private static CatalogMember member(CertificateTrustList.Subject subject)
            throws MalformedCatalog, MalformedSignature {
        ASN1Set set = subject.attributes();
        bound(set.size(), MAXIMUM_MEMBER_ATTRIBUTES, "attributes of a member");
        Optional<Content> content = Optional.empty();
        Optional<MemberInfo> info = Optional.empty();
        List<CatalogAttribute> attributes = new ArrayList<>();
        for (ASN1Encodable element : set) {
            ASN1Sequence attribute = sized(element, 2, "an attribute of a member");
            ASN1Set values = ASN1Set.getInstance(attribute.getObjectAt(1));
            bound(values.size(), MAXIMUM_MEMBER_ATTRIBUTES, "values of an attribute");
            for (ASN1Encodable value : values) {
                if (attribute.getObjectAt(0).equals(CatalogOids.NAME_VALUE)) {
                    attributes.add(nameValue(value));
                } else if (attribute.getObjectAt(0).equals(CatalogOids.MEMBER_INFO)) {
                    ASN1Sequence pair = sized(value, 2, "a member's information");
                    info = Optional.of(
                            new MemberInfo(text(pair.getObjectAt(0)), unsigned(pair.getObjectAt(1), "its version")));
                } else if (attribute.getObjectAt(0).equals(Oids.SPC_INDIRECT_DATA)) {
                    if (content.isPresent()) {
                        throw new MalformedCatalog("a member has more than one digest");
                    }
                    content = Optional.of(content(SpcIndirectDataContent.of(value)));
                }
            }
        }
        return new CatalogMember(subject.id(), content, info, attributes);
    }

    private static Content content(SpcIndirectDataContent data) throws MalformedSignature {
        Kind kind = data.type().equals(Oids.SPC_PE_IMAGE_DATA)
                ? Kind.PE_IMAGE
                : data.type().equals(Oids.SPC_CAB_DATA) ? Kind.FILE : Kind.OTHER;
        return new Content(kind, data.digest());
    }

    private static CatalogAttribute nameValue(ASN1Encodable asn1) throws MalformedCatalog {
        ASN1Sequence nameValue = sized(asn1, 3, "a named value");
        return new CatalogAttribute(
                text(nameValue.getObjectAt(0)),
                unsigned(nameValue.getObjectAt(1), "the flags of a named value"),
                Bytes.of(ASN1OctetString.getInstance(nameValue.getObjectAt(2)).getOctets()));
    }

    private static String text(ASN1Encodable bmp) {
        return ASN1BMPString.getInstance(bmp).getString();
    }

    private static long unsigned(ASN1Encodable number, String what) throws MalformedCatalog {
        ASN1Integer integer = ASN1Integer.getInstance(number);
        if (integer.getValue().signum() < 0 || integer.getValue().bitLength() > 32) {
            throw new MalformedCatalog(what + " must fit 32 bits without a sign");
        }
        return integer.getValue().longValue();
    }

    private static ASN1Sequence sized(ASN1Encodable asn1, int size, String what) throws MalformedCatalog {
        ASN1Sequence sequence = ASN1Sequence.getInstance(asn1);
        if (sequence.size() != size) {
            throw new MalformedCatalog(what + " has " + sequence.size() + " elements, wanted " + size);
        }
        return sequence;
    }

    private static void bound(int count, int most, String what) throws MalformedCatalog {
        if (count > most) {
            throw new MalformedCatalog(count + " " + what + "; at most " + most + " are read");
        }
    }
}

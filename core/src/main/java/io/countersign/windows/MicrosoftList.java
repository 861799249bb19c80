package io.countersign.windows;

import io.countersign.cms.CatalogSignature;
import io.countersign.cms.CertificateTrustList;
import io.countersign.cms.CertificateTrustList.Subject;
import io.countersign.cms.ElementLimit;
import io.countersign.cms.MalformedSignature;
import io.countersign.key.Bytes;
import io.countersign.key.DigestAlgorithm;
import io.countersign.key.HostileInput;
import io.countersign.windows.DenyList.DeniedDigest;
import io.countersign.windows.DenyList.Entry;
import io.countersign.x509.CertificatePath;
import io.countersign.x509.DistinguishedNames;
import io.countersign.x509.PathBuilder;
import io.countersign.x509.Purpose;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.cms.SignedData;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.KeyPurposeId;

/**
 * A list Microsoft publishes as a signed certificate trust list (.stl): roots by thumbprint, or what is distrusted. Immutable;
 * everything is decoded while parsing.
 */
public final class MicrosoftList {
    private static final ASN1ObjectIdentifier PROPERTY = new ASN1ObjectIdentifier("1.3.6.1.4.1.311.10.11");
    /** CERT_ENHKEY_USAGE_PROP_ID, CERT_FRIENDLY_NAME_PROP_ID and CERT_DISALLOWED_ENHKEY_USAGE_PROP_ID of wincrypt.h. */
    private static final ASN1ObjectIdentifier USAGES = PROPERTY.branch("9");

    private static final ASN1ObjectIdentifier FRIENDLY_NAME = PROPERTY.branch("11");
    private static final ASN1ObjectIdentifier DISALLOWED_USAGES = PROPERTY.branch("122");
    /** CERT_DISALLOWED_FILETIME_PROP_ID. */
    private static final ASN1ObjectIdentifier DISALLOWED_SINCE = PROPERTY.branch("104");

    private static final int MAXIMUM_USAGES = 64;
    private static final int LABEL_DIGITS = 16;
    /** The content type stands behind a few lengths and the digest algorithms. */
    private static final int BEGINNING = 128;

    private final Kind kind;
    private final CertificateTrustList content;
    private final Optional<CatalogSignature> signature;
    private final Map<Bytes, Root> roots = new LinkedHashMap<>();

    /** What a list is about, which its usage says. */
    public enum Kind {
        /** authroot.stl: the roots of Microsoft's program. */
        ROOT_PROGRAM("the list of Microsoft's root program", Purpose.ROOT_LIST_SIGNING),
        /** disallowedcert.stl. */
        DISALLOWED("the list of disallowed certificates", Purpose.DISALLOWED_LIST_SIGNING),
        /** Driver.STL. */
        DRIVER_REVOCATION("Driver.STL", Purpose.REVOCATION_LIST_SIGNING);

        private final String title;
        private final Purpose purpose;

        Kind(String title, Purpose purpose) {
            this.title = title;
            this.purpose = purpose;
        }

        /** For sentences. */
        public String title() {
            return title;
        }
    }

    /**
     * A root as the program lists it.
     *
     * @param name the friendly name; empty if it has none
     * @param allowed extended key usages, dotted; empty for all
     * @param denied extended key usages, dotted
     * @param distrusted whether it has a date since which it is disallowed, which may be any
     */
    public record Root(Bytes sha1, String name, List<String> allowed, List<String> denied, boolean distrusted) {
        public Root {
            allowed = List.copyOf(allowed);
            denied = List.copyOf(denied);
        }

        /** Whether the program trusts it for this. */
        public boolean isFor(Purpose purpose) {
            return !distrusted
                    && !denied.contains(purpose.oid())
                    && (allowed.isEmpty() || allowed.contains(purpose.oid()));
        }
    }

    /**
     * What its signature is worth.
     *
     * @param broken true if there is one and it does not hold: somebody changed the list
     * @param trusted true if it holds, by a certificate that ends in one of the roots that were given
     * @param reason for sentences
     */
    public record SignatureVerdict(boolean broken, boolean trusted, String reason) {}

    private MicrosoftList(Kind kind, CertificateTrustList content, Optional<CatalogSignature> signature)
            throws MalformedList, IOException {
        this.kind = kind;
        this.content = content;
        this.signature = signature;
        for (Subject subject : content.subjects()) {
            if (kind == Kind.ROOT_PROGRAM) {
                Root root = root(subject);
                roots.put(root.sha1(), root);
            }
        }
    }

    /**
     * Reads a list.
     *
     * @param der the .stl file, which is unpacked already where Microsoft serves it in a cabinet
     * @throws MalformedList if it is none of the known kinds
     */
    public static MicrosoftList parse(Bytes der) throws MalformedList {
        try {
            ElementLimit.require(der);
            Optional<CatalogSignature> signature = CatalogSignature.parse(der);
            CertificateTrustList content = CertificateTrustList.of(
                    SignedData.getInstance(ContentInfo.getInstance(ASN1Primitive.fromByteArray(der.toByteArray()))
                                    .getContent())
                            .getEncapContentInfo()
                            .getContent());
            return new MicrosoftList(kind(content), content, signature);
        } catch (IOException | MalformedSignature | RuntimeException e) {
            // Bouncy Castle parses lazily and answers hostile ASN.1 with many kinds of exception, some without a
            // message.
            throw new MalformedList("no certificate trust list (.stl): " + HostileInput.reason(e), e);
        }
    }

    /** Whether these octets begin as a certificate trust list of any kind does, catalogs among them. */
    public static boolean isTrustList(byte[] octets) {
        byte[] type = {0x06, 0x09, 0x2B, 0x06, 0x01, 0x04, 0x01, (byte) 0x82, 0x37, 0x0A, 0x01};
        int last = Math.min(octets.length, BEGINNING) - type.length;
        for (int at = 0; at <= last; at++) {
            if (Arrays.equals(octets, at, at + type.length, type, 0, type.length)) {
                return true;
            }
        }
        return false;
    }

    private static Kind kind(CertificateTrustList content) throws MalformedList {
        return Arrays.stream(Kind.values())
                .filter(k -> content.usages().contains(new ASN1ObjectIdentifier(k.purpose.oid())))
                .findFirst()
                .orElseThrow(() -> new MalformedList("a certificate trust list for " + content.usages()
                        + ", wanted that of authroot.stl (" + Purpose.ROOT_LIST_SIGNING.oid()
                        + "), disallowedcert.stl (" + Purpose.DISALLOWED_LIST_SIGNING.oid() + ") or Driver.STL ("
                        + Purpose.REVOCATION_LIST_SIGNING.oid() + ")"));
    }

    private static Root root(Subject subject) throws MalformedList, IOException {
        if (subject.id().size() != DigestAlgorithm.SHA1.size()) {
            throw new MalformedList("a root is named by " + subject.id().size() + " bytes, wanted a SHA-1 thumbprint");
        }
        return new Root(
                subject.id(),
                value(subject, FRIENDLY_NAME)
                        .map(octets -> new String(octets, StandardCharsets.UTF_16LE)
                                .replace("\0", "")
                                .replaceAll("\\p{C}", "?"))
                        .orElse(""),
                usages(subject, USAGES),
                usages(subject, DISALLOWED_USAGES),
                value(subject, DISALLOWED_SINCE).isPresent());
    }

    private static List<String> usages(Subject subject, ASN1ObjectIdentifier type) throws MalformedList, IOException {
        Optional<byte[]> value = value(subject, type);
        if (value.isEmpty()) {
            return List.of();
        }
        KeyPurposeId[] usages = ExtendedKeyUsage.getInstance(ASN1Primitive.fromByteArray(value.get()))
                .getUsages();
        if (usages.length > MAXIMUM_USAGES) {
            throw new MalformedList(usages.length + " usages of a root; at most " + MAXIMUM_USAGES + " are read");
        }
        return Arrays.stream(usages).map(KeyPurposeId::getId).toList();
    }

    /** Every property is an OCTET STRING around what it means. */
    private static Optional<byte[]> value(Subject subject, ASN1ObjectIdentifier type) {
        for (ASN1Encodable element : subject.attributes()) {
            Attribute attribute = Attribute.getInstance(element);
            if (attribute.getAttrType().equals(type)
                    && attribute.getAttrValues().size() > 0) {
                return Optional.of(
                        ASN1OctetString.getInstance(attribute.getAttrValues().getObjectAt(0))
                                .getOctets());
            }
        }
        return Optional.empty();
    }

    public Kind kind() {
        return kind;
    }

    /** When it was made, by whom for what: as the list says. */
    public CertificateTrustList content() {
        return content;
    }

    /** A root of the program by its thumbprint; empty if the list has none, or is of another kind. */
    public Optional<Root> root(X509Certificate certificate) {
        return Optional.ofNullable(roots.get(KernelRoots.thumbprint(certificate, DigestAlgorithm.SHA1)));
    }

    /**
     * What it distrusts; nothing, if it is a list of roots. Neither disallowedcert.stl nor Driver.STL is documented in how it
     * names things, so each name is taken in every sense it can have.
     */
    public DenyList denyList() {
        List<Entry> entries = kind == Kind.ROOT_PROGRAM
                ? List.of()
                : content.subjects().stream()
                        .map(s -> (Entry) new DeniedDigest(s.id(), label(s.id())))
                        .toList();
        return new DenyList(kind.title(), entries);
    }

    private static String label(Bytes id) {
        String hex = id.hex();
        return hex.length() <= LABEL_DIGITS ? hex : hex.substring(0, LABEL_DIGITS) + "…";
    }

    /**
     * Judges the signature as of the time the list says it was made: a list outlives its signer's certificate.
     *
     * @param roots that may vouch for the signer
     */
    public SignatureVerdict verify(List<X509Certificate> roots) {
        if (signature.isEmpty()) {
            return new SignatureVerdict(false, false, "not signed");
        }
        if (!signature.get().holds() || signature.get().signerCertificate().isEmpty()) {
            return new SignatureVerdict(true, false, "its signature does not hold: the list was changed or damaged");
        }
        X509Certificate signer = signature.get().signerCertificate().get();
        String name = "signed by “" + DistinguishedNames.commonName(signer) + "”";
        CertificatePath path = new PathBuilder(roots)
                .build(signer, signature.get().certificates(), kind.purpose, content.thisUpdate());
        if (path.isGood()) {
            X509Certificate root = path.certificates().get(path.certificates().size() - 1);
            return new SignatureVerdict(false, true, name + ", up to “" + DistinguishedNames.commonName(root) + "”");
        }
        return new SignatureVerdict(
                false,
                false,
                name + ", whom nothing here vouches for: "
                        + (path.problems().isEmpty()
                                ? "the path ends in none of the roots"
                                : String.join("; ", path.problems())));
    }
}

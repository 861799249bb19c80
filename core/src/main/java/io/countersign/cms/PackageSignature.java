package io.countersign.cms;

import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.cms.SignedData;
import org.bouncycastle.asn1.esf.CommitmentTypeIndication;
import org.bouncycastle.asn1.ess.ESSCertIDv2;
import org.bouncycastle.asn1.ess.SigningCertificateV2;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;

/**
 * The author's signature of a NuGet package: a SignedData over id-data, a text that carries the package's digest, in a profile
 * of CAdES (NuGet Package Signatures Technical Specification,
 * https://github.com/NuGet/Home/wiki/Package-Signatures-Technical-Details).
 */
public final class PackageSignature extends SignedDataSignature {
    private static final int MINIMUM_RSA_BITS = 2048;
    private static final int MAXIMUM_CONTENT = 4096;
    private static final Pattern CONTENT =
            Pattern.compile("Version:1\r?\n\r?\n([0-9.]{1,64})-Hash:([A-Za-z0-9+/=]{1,256})\r?\n\r?\n");

    private final Digest packageDigest;
    private final Optional<String> flaw;

    private PackageSignature(Bytes encoded, SignedData signedData, SignedOctets octets)
            throws MalformedSignature, IOException, CertificateException {
        super(encoded, signedData, octets, Oids.SIGNATURE_TIMESTAMP);
        byte[] content = new byte[octets.content().remaining()];
        octets.content().get(content);
        packageDigest = digest(content);
        flaw = findFlaw();
    }

    /**
     * Reads one.
     *
     * @param der a ContentInfo
     * @throws MalformedSignature if it is not a SignedData over the digest of a package, with the reason
     */
    public static PackageSignature parse(Bytes der) throws MalformedSignature {
        ElementLimit.require(der);
        return read(der, PackageSignature::of);
    }

    private static PackageSignature of(Bytes encoded) throws MalformedSignature, IOException, CertificateException {
        SignedData signedData = signedData(encoded, PKCSObjectIdentifiers.data, "id-data");
        if (signedData.getSignerInfos().size() != 1) {
            throw new MalformedSignature("a package has exactly one primary signature, this has "
                    + signedData.getSignerInfos().size());
        }
        return new PackageSignature(encoded, signedData, new SignedOctets(encoded));
    }

    /** What is signed for a package with this digest: its Signature Content File. */
    static byte[] content(Digest packageDigest) {
        return ("Version:1\n\n" + packageDigest.algorithm().oid() + "-Hash:"
                        + packageDigest.value().base64() + "\n\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Reads the Signature Content File.
     *
     * @throws MalformedSignature if it is none
     */
    public static Digest digest(byte[] content) throws MalformedSignature {
        Matcher matcher = CONTENT.matcher(
                content.length > MAXIMUM_CONTENT ? "" : new String(content, StandardCharsets.ISO_8859_1));
        if (!matcher.matches()) {
            throw new MalformedSignature("the signed content is not 'Version:1' and the hash of a package");
        }
        String oid = matcher.group(1);
        DigestAlgorithm algorithm = DigestAlgorithm.of(new ASN1ObjectIdentifier(oid))
                .orElseThrow(
                        () -> new MalformedSignature("the package digest's algorithm " + oid + " is none we know"));
        return new Digest(algorithm, Bytes.of(Base64.getDecoder().decode(matcher.group(2))));
    }

    private Optional<String> findFlaw() throws CertificateEncodingException {
        List<ASN1Encodable> commitments = signed(PKCSObjectIdentifiers.id_aa_ets_commitmentType);
        if (commitments.size() != 1
                || !CommitmentTypeIndication.getInstance(commitments.get(0))
                        .getCommitmentTypeId()
                        .equals(PKCSObjectIdentifiers.id_cti_ets_proofOfOrigin)) {
            return Optional.of("the commitment-type-indication is not proof-of-origin: it is no author's signature");
        }
        if (signed(PKCSObjectIdentifiers.pkcs_9_at_signingTime).size() != 1) {
            return Optional.of("the signing-time attribute is missing");
        }
        List<ASN1Encodable> bindings = signed(PKCSObjectIdentifiers.id_aa_signingCertificateV2);
        if (bindings.size() != 1 || signerCertificate().isEmpty()) {
            return Optional.of("the signing-certificate-v2 attribute or the signer's certificate is missing");
        }
        X509Certificate signer = signerCertificate().get();
        ESSCertIDv2[] bound = SigningCertificateV2.getInstance(bindings.get(0)).getCerts();
        Optional<DigestAlgorithm> algorithm = bound.length == 0
                ? Optional.empty()
                : DigestAlgorithm.of(bound[0].getHashAlgorithm().getAlgorithm());
        if (algorithm.isEmpty()
                || !algorithm.get().digest(signer.getEncoded()).value().equals(Bytes.of(bound[0].getCertHash()))) {
            return Optional.of("the signing-certificate-v2 attribute is about another certificate than the signer's");
        }
        return keyFlaw(signer);
    }

    /** What NuGet would refuse this certificate's key for. */
    public static Optional<String> keyFlaw(X509Certificate signer) {
        return signer.getPublicKey() instanceof RSAPublicKey rsa
                        && rsa.getModulus().bitLength() >= MINIMUM_RSA_BITS
                ? Optional.empty()
                : Optional.of("NuGet takes RSA keys of " + MINIMUM_RSA_BITS + " bits or more, this is another");
    }

    /** The digest of the package that this signature is about. */
    public Digest packageDigest() {
        return packageDigest;
    }

    /** What makes it no author's signature in NuGet's profile; empty if it is one. */
    public Optional<String> profileFlaw() {
        return flaw;
    }

    @Override
    public PackageSignature withTimestamp(Bytes token) throws MalformedSignature {
        return parse(encodedWithTimestamp(token));
    }
}

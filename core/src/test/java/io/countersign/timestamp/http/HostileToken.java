package io.countersign.timestamp.http;

import io.countersign.key.DigestAlgorithm;
import io.countersign.lab.ThrowAwayKey;
import io.countersign.timestamp.TimestampRequest;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1GeneralizedTime;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.cmp.PKIStatus;
import org.bouncycastle.asn1.cmp.PKIStatusInfo;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.AttributeTable;
import org.bouncycastle.asn1.ess.ESSCertIDv2;
import org.bouncycastle.asn1.ess.SigningCertificateV2;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.tsp.Accuracy;
import org.bouncycastle.asn1.tsp.TSTInfo;
import org.bouncycastle.asn1.tsp.TimeStampReq;
import org.bouncycastle.asn1.tsp.TimeStampResp;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.cms.DefaultSignedAttributeTableGenerator;
import org.bouncycastle.cms.SignerInfoGeneratorBuilder;
import org.bouncycastle.operator.bc.BcDigestCalculatorProvider;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A token of a form that no sound authority issues, nor a library that follows RFC 3161 makes.
 *
 * @param key an EC key that signs, with the certificates that are sent
 * @param bound the certificate that the signing-certificate attribute (RFC 5816) is about
 * @param accuracySeconds empty to say nothing of it
 */
record HostileToken(ThrowAwayKey key, X509Certificate bound, Instant genTime, Optional<BigInteger> accuracySeconds) {
    static HostileToken by(ThrowAwayKey key, Instant genTime) {
        return new HostileToken(key, key.certificate(), genTime, Optional.empty());
    }

    /** A granted TimeStampResp. */
    byte[] answer(TimestampRequest request) throws Exception {
        TimeStampReq asn1 = TimeStampReq.getInstance(request.encode());
        TSTInfo info = new TSTInfo(
                new ASN1ObjectIdentifier("1.2.3"),
                asn1.getMessageImprint(),
                new ASN1Integer(7),
                new ASN1GeneralizedTime(Date.from(genTime)),
                accuracySeconds
                        .map(s -> new Accuracy(new ASN1Integer(s), null, null))
                        .orElse(null),
                null,
                asn1.getNonce(),
                null,
                null);
        ESSCertIDv2 binding = new ESSCertIDv2(
                DigestAlgorithm.SHA256.digest(bound.getEncoded()).value().toByteArray());
        Attribute attribute = new Attribute(
                PKCSObjectIdentifiers.id_aa_signingCertificateV2, new DERSet(new SigningCertificateV2(binding)));
        CMSSignedDataGenerator generator = new CMSSignedDataGenerator();
        generator.addSignerInfoGenerator(new SignerInfoGeneratorBuilder(new BcDigestCalculatorProvider())
                .setSignedAttributeGenerator(new DefaultSignedAttributeTableGenerator(new AttributeTable(attribute)))
                .build(
                        new JcaContentSignerBuilder("SHA256withECDSA").build(key.key()),
                        new JcaX509CertificateHolder(key.certificate())));
        List<X509Certificate> withoutRoot =
                key.chain().subList(0, Math.max(1, key.chain().size() - 1));
        generator.addCertificates(new JcaCertStore(withoutRoot));
        return new TimeStampResp(
                        new PKIStatusInfo(PKIStatus.granted),
                        generator
                                .generate(
                                        new CMSProcessableByteArray(
                                                PKCSObjectIdentifiers.id_ct_TSTInfo, info.getEncoded("DER")),
                                        true)
                                .toASN1Structure())
                .getEncoded("DER");
    }
}

package io.countersign.verify;

import static io.countersign.fixture.TableSample.attach;
import static io.countersign.fixture.TableSample.entry;
import static io.countersign.verify.HostileLab.NOW;
import static io.countersign.verify.HostileLab.PUBLISHER;
import static io.countersign.verify.HostileLab.ROOT;
import static io.countersign.verify.HostileLab.TIMESTAMPER;
import static io.countersign.verify.HostileLab.TIMESTAMP_ROOT;
import static io.countersign.verify.HostileLab.assertNoted;
import static io.countersign.verify.HostileLab.assertTrusted;
import static io.countersign.verify.HostileLab.assertUntrusted;
import static io.countersign.verify.HostileLab.judge;
import static io.countersign.verify.HostileLab.unsigned;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.cms.AuthenticodeSignature;
import io.countersign.cms.Oids;
import io.countersign.fixture.CmsSample;
import io.countersign.fixture.CountersignatureSample;
import io.countersign.fixture.SoftwareKey;
import io.countersign.fixture.TestPki;
import io.countersign.fixture.TestPki.Kind;
import io.countersign.fixture.TokenSample;
import io.countersign.key.DigestAlgorithm;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Set;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.CMSAttributes;
import org.bouncycastle.asn1.cms.SignerInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** PKCS#9 countersignatures, the timestamps of old: judged as RFC 3161 tokens are. */
@Timeout(60)
class CountersignatureTest {
    private static final Instant PAST = NOW.minus(Duration.ofDays(50));
    private static final SoftwareKey EXPIRED =
            TestPki.issue(ROOT, "Expired", Kind.CODE_SIGNING, "RSA", PAST.minusSeconds(60), PAST.plusSeconds(60));
    private static final SoftwareKey THEN = authority("LAB-PAST Authority", Kind.TIME_STAMPING);

    private static SoftwareKey authority(String name, Kind kind) {
        return TestPki.issue(TIMESTAMP_ROOT, name, kind, "RSA", PAST.minusSeconds(60), PAST.plusSeconds(60));
    }

    private static AuthenticodeSignature signature(SoftwareKey signer, SoftwareKey authority) throws Exception {
        List<X509Certificate> all = Stream.concat(signer.chain().stream(), authority.chain().stream())
                .toList();
        return AuthenticodeSignature.parse(
                CmsSample.by(signer, HostileLab.imageDigest(unsigned(), DigestAlgorithm.SHA256))
                        .certificates(all)
                        .toBytes());
    }

    private static byte[] octets(AuthenticodeSignature signature) {
        return signature.signatureValue().toByteArray();
    }

    private static byte[] file(AuthenticodeSignature signature, ASN1Encodable countersignature) throws Exception {
        AuthenticodeSignature with = signature.withUnsigned(CMSAttributes.counterSignature, countersignature);
        return attach(unsigned(), entry(with.encoded().toByteArray()));
    }

    @Test
    void aCountersignatureKeepsASignatureGoodAfterItsCertificateExpired() throws Exception {
        AuthenticodeSignature signature = signature(EXPIRED, THEN);
        assertUntrusted(judge(attach(unsigned(), entry(signature.encoded().toByteArray()))), "expired at");

        Report report = judge(
                file(signature, CountersignatureSample.by(THEN, DigestAlgorithm.SHA256, octets(signature), PAST)));

        assertTrusted(report);
        Report.SignatureReport judged = report.signatures().get(0);
        assertThat(judged.timestampKind()).contains(TimestampKind.PKCS_9);
        assertThat(judged.timestamp()).contains(PAST);
        assertThat(judged.timestampPath().orElseThrow().toString()).startsWith("LAB-PAST Authority");
    }

    /** As signtool's /t made them for years: the file by SHA-256, the countersignature by SHA-1. */
    @Test
    void oneBySha1HoldsWithANoteThoughTheSignatureIsBySha256() throws Exception {
        AuthenticodeSignature signature = signature(EXPIRED, THEN);

        Report report =
                judge(file(signature, CountersignatureSample.by(THEN, DigestAlgorithm.SHA1, octets(signature), PAST)));

        assertTrusted(report);
        assertNoted(report, "tsp.token", "by a PKCS#9 countersignature with SHA-1");
    }

    @Test
    void oneOverOtherOctetsIsUntrusted() throws Exception {
        AuthenticodeSignature signature = signature(EXPIRED, THEN);
        byte[] image = signature.imageDigest().value().toByteArray();

        Report report = judge(file(signature, CountersignatureSample.by(THEN, DigestAlgorithm.SHA256, image, PAST)));

        assertUntrusted(report, "covers something else");
        assertUntrusted(report, "expired at");
    }

    @Test
    void oneWhoseTimeWasChangedIsUntrusted() throws Exception {
        AuthenticodeSignature signature = signature(PUBLISHER, TIMESTAMPER);
        SignerInfo honest = CountersignatureSample.by(TIMESTAMPER, DigestAlgorithm.SHA256, octets(signature), NOW);
        SignerInfo other = CountersignatureSample.by(
                TIMESTAMPER, DigestAlgorithm.SHA256, octets(signature), NOW.minusSeconds(300));

        assertTrusted(judge(file(signature, honest)));
        assertUntrusted(
                judge(file(signature, with(honest, other.getAuthenticatedAttributes()))),
                "does not fit the authority's key");
    }

    @Test
    void oneByAnAuthorityThatIsNotForTimeStampingIsUntrusted() throws Exception {
        for (Kind kind : List.of(Kind.CODE_SIGNING, Kind.TLS_SERVER)) {
            SoftwareKey authority = authority("No Authority", kind);
            AuthenticodeSignature signature = signature(EXPIRED, authority);

            Report report = judge(file(
                    signature, CountersignatureSample.by(authority, DigestAlgorithm.SHA256, octets(signature), PAST)));

            assertUntrusted(report, "“No Authority” is not for time stamping");
            assertUntrusted(report, "expired at");
        }
    }

    @Test
    void oneFromAfterItsAuthoritysCertificateIsUntrusted() throws Exception {
        AuthenticodeSignature signature = signature(PUBLISHER, THEN);

        Report report =
                judge(file(signature, CountersignatureSample.by(THEN, DigestAlgorithm.SHA256, octets(signature), NOW)));

        assertUntrusted(report, "“LAB-PAST Authority” expired at");
    }

    @Test
    void oneByAStrangerOrWithoutACertificateIsUntrusted() throws Exception {
        SoftwareKey root = TestPki.root("Stranger", PAST.minus(Duration.ofDays(1)));
        SoftwareKey stranger = TestPki.issue(
                root, "Strange Authority", Kind.TIME_STAMPING, "RSA", PAST.minusSeconds(60), PAST.plusSeconds(60));
        AuthenticodeSignature signature = signature(EXPIRED, stranger);
        assertUntrusted(
                judge(file(
                        signature,
                        CountersignatureSample.by(stranger, DigestAlgorithm.SHA256, octets(signature), PAST))),
                "ends in none of the given roots");

        assertUntrusted(
                judge(file(
                        signature, CountersignatureSample.by(THEN, DigestAlgorithm.SHA256, octets(signature), PAST))),
                "the authority's certificate is not in the signature");
    }

    @Test
    void oneThatIsNoneOrSaysNoTimeIsUntrusted() throws Exception {
        AuthenticodeSignature signature = signature(PUBLISHER, TIMESTAMPER);
        assertUntrusted(judge(file(signature, new DERUTF8String("whatever"))), "not a PKCS#9 countersignature");

        SignerInfo honest = CountersignatureSample.by(TIMESTAMPER, DigestAlgorithm.SHA256, octets(signature), NOW);
        ASN1Encodable[] timeless = Stream.of(honest.getAuthenticatedAttributes().toArray())
                .filter(a -> !Attribute.getInstance(a).getAttrType().equals(CMSAttributes.signingTime))
                .toArray(ASN1Encodable[]::new);
        assertUntrusted(judge(file(signature, with(honest, new DERSet(timeless)))), "one signing time, this has 0");
    }

    @Test
    void whereThereIsATokenTooItIsTheOneThatCounts() throws Exception {
        AuthenticodeSignature signature = signature(EXPIRED, THEN);
        byte[] token = TokenSample.by(THEN, DigestAlgorithm.SHA256.digest(octets(signature)), PAST);
        AuthenticodeSignature both =
                signature.withUnsigned(Oids.SPC_RFC3161_TIMESTAMP, ASN1Primitive.fromByteArray(token));

        Report report =
                judge(file(both, CountersignatureSample.by(THEN, DigestAlgorithm.SHA1, octets(signature), PAST)));

        assertTrusted(report);
        assertThat(report.signatures().get(0).timestampKind()).contains(TimestampKind.RFC_3161);
    }

    private static SignerInfo with(SignerInfo signer, ASN1Set attributes) {
        return new SignerInfo(
                signer.getSID(),
                signer.getDigestAlgorithm(),
                attributes,
                signer.getDigestEncryptionAlgorithm(),
                signer.getEncryptedDigest(),
                null);
    }
}

package io.countersign.verify;

import static io.countersign.fixture.TableSample.attach;
import static io.countersign.fixture.TableSample.entry;
import static io.countersign.verify.HostileLab.NOW;
import static io.countersign.verify.HostileLab.ROOT;
import static io.countersign.verify.HostileLab.TIMESTAMPER;
import static io.countersign.verify.HostileLab.TIMESTAMP_ROOT;
import static io.countersign.verify.HostileLab.assertNoted;
import static io.countersign.verify.HostileLab.assertTrusted;
import static io.countersign.verify.HostileLab.assertUntrusted;
import static io.countersign.verify.HostileLab.cms;
import static io.countersign.verify.HostileLab.judge;
import static io.countersign.verify.HostileLab.unsigned;

import io.countersign.cms.AuthenticodeSignature;
import io.countersign.cms.MalformedSignature;
import io.countersign.cms.Oids;
import io.countersign.fixture.CmsSample;
import io.countersign.fixture.SoftwareKey;
import io.countersign.fixture.TestPki;
import io.countersign.fixture.TestPki.Kind;
import io.countersign.fixture.TokenSample;
import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.DERUTF8String;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Timestamps that would lend a time nobody vouches for. */
@Timeout(60)
class HostileTimestampTest {
    private final byte[] unsigned = unsigned();
    private final AuthenticodeSignature signature = parse(cms(unsigned).toBytes());

    @Test
    void theTokenAllOthersAreChangedFromIsTrusted() {
        assertTrusted(judge(stamped(signature, TokenSample.by(TIMESTAMPER, imprint(DigestAlgorithm.SHA256), NOW))));
    }

    @Test
    void aTokenOverOtherOctetsIsUntrusted() {
        Digest image = signature.imageDigest();
        assertUntrusted(judge(stamped(signature, TokenSample.by(TIMESTAMPER, image, NOW))), "covers something else");
    }

    @Test
    void aTokenOfAnotherSignatureIsUntrusted() {
        byte[] token = TokenSample.by(TIMESTAMPER, imprint(DigestAlgorithm.SHA256), NOW);
        AuthenticodeSignature other =
                parse(cms(unsigned).signerAlgorithm(DigestAlgorithm.SHA384).toBytes());
        assertUntrusted(judge(stamped(other, token)), "covers something else");
    }

    /** Old files carry them, so they hold; no authority may issue one since 2022, so it is said. */
    @Test
    void aTokenOverASha1ImprintHoldsWithANote() {
        byte[] token = TokenSample.by(TIMESTAMPER, imprint(DigestAlgorithm.SHA1), NOW);
        Report report = judge(stamped(signature, token));
        assertTrusted(report);
        assertNoted(report, "tsp.token", "SHA-1");
    }

    @Test
    void aTokenWhoseAlgorithmIsNotTheSignersHolds() {
        assertTrusted(judge(stamped(signature, TokenSample.by(TIMESTAMPER, imprint(DigestAlgorithm.SHA512), NOW))));
    }

    @Test
    void aTokenByACodeSigningKeyIsUntrusted() {
        SoftwareKey publisher = HostileLab.publisher(TIMESTAMP_ROOT, "No Authority", Kind.CODE_SIGNING);
        byte[] token = TokenSample.by(publisher, imprint(DigestAlgorithm.SHA256), NOW);
        assertUntrusted(judge(stamped(signature, token)), "the timestamp does not hold");
    }

    @Test
    void aTokenByAnAuthorityWithoutCriticalTimeStampingUsageIsUntrusted() {
        SoftwareKey lax = HostileLab.publisher(TIMESTAMP_ROOT, "Lax Authority", Kind.TIME_STAMPING_NOT_CRITICAL);
        byte[] token = TokenSample.by(lax, imprint(DigestAlgorithm.SHA256), NOW);
        assertUntrusted(judge(stamped(signature, token)), "ExtendedKeyUsage");
    }

    @Test
    void aTokenFromBeforeItsAuthoritysCertificateIsUntrusted() {
        byte[] token = TokenSample.by(TIMESTAMPER, imprint(DigestAlgorithm.SHA256), NOW.minus(Duration.ofDays(50)));
        assertUntrusted(judge(stamped(signature, token)), "the timestamp does not hold");
    }

    /** A stolen key whose certificate has expired, and a time in its life from an authority of the thief's own. */
    @Test
    void aForgedOldTimeDoesNotSaveAnExpiredCertificate() {
        Instant then = NOW.minus(Duration.ofDays(50));
        SoftwareKey stolen =
                TestPki.issue(ROOT, "Stolen", Kind.CODE_SIGNING, "RSA", then.minusSeconds(600), then.plusSeconds(600));
        SoftwareKey ownRoot = TestPki.root("LAB Timestamp Root", NOW.minus(Duration.ofDays(100)));
        SoftwareKey own = TestPki.issue(
                ownRoot,
                "LAB Timestamp Authority",
                Kind.TIME_STAMPING,
                "RSA",
                then.minusSeconds(600),
                then.plusSeconds(600));
        AuthenticodeSignature late =
                parse(CmsSample.by(stolen, HostileLab.imageDigest(unsigned, DigestAlgorithm.SHA256))
                        .toBytes());
        byte[] token = TokenSample.by(
                own, DigestAlgorithm.SHA256.digest(late.signatureValue().toByteArray()), then);
        Report report = judge(stamped(late, token));
        assertUntrusted(report, "ends in none of the given roots");
        assertUntrusted(report, "expired at");
    }

    @Test
    void aTokenThatIsNoneIsUntrusted() throws Exception {
        AuthenticodeSignature blob =
                signature.withUnsigned(Oids.SPC_RFC3161_TIMESTAMP, new DERUTF8String("not a token"));
        assertUntrusted(judge(file(blob)), "not an RFC 3161 token");
    }

    @Test
    void aTokenWithMoreCertificatesThanAnyChainNeedsIsUntrusted() {
        SoftwareKey crowd = new SoftwareKey(TIMESTAMPER.key(), crowd());
        byte[] token = TokenSample.by(crowd, imprint(DigestAlgorithm.SHA256), NOW);
        assertUntrusted(judge(stamped(signature, token)), "at most 64");
    }

    private static List<X509Certificate> crowd() {
        List<X509Certificate> all = new ArrayList<>(TIMESTAMPER.chain());
        SoftwareKey issuer = TestPki.root("Crowd", NOW.minusSeconds(600));
        for (int i = 0; i < 64; i++) {
            all.add(TestPki.issue(issuer, "One of many " + i, Kind.TIME_STAMPING, "EC", NOW, NOW.plusSeconds(60))
                    .certificate());
        }
        return all;
    }

    private Digest imprint(DigestAlgorithm algorithm) {
        return algorithm.digest(signature.signatureValue().toByteArray());
    }

    private byte[] stamped(AuthenticodeSignature over, byte[] token) {
        try {
            return file(over.withUnsigned(Oids.SPC_RFC3161_TIMESTAMP, ASN1Primitive.fromByteArray(token)));
        } catch (IOException | MalformedSignature e) {
            throw new IllegalArgumentException(e);
        }
    }

    private byte[] file(AuthenticodeSignature with) {
        return attach(unsigned, entry(with.encoded().toByteArray()));
    }

    private static AuthenticodeSignature parse(Bytes der) {
        try {
            return AuthenticodeSignature.parse(der);
        } catch (MalformedSignature e) {
            throw new IllegalArgumentException(e);
        }
    }
}

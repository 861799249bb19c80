package io.countersign.timestamp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import io.countersign.key.KeyUnavailable;
import io.countersign.key.SigningKey;
import io.countersign.timestamp.TestTsa.Ext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1GeneralizedTime;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.cms.CMSAttributes;
import org.bouncycastle.asn1.cms.Time;
import org.bouncycastle.asn1.ess.ESSCertIDv2;
import org.bouncycastle.asn1.ess.SigningCertificateV2;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.tsp.TSTInfo;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.tsp.TSPException;
import org.bouncycastle.tsp.TimeStampRequest;
import org.bouncycastle.tsp.TimeStampResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class TimestampAuthorityTest {
    private static final Digest IMPRINT = DigestAlgorithm.SHA256.digest(new byte[] {1, 2, 3});
    private static final TimestampRequest BARE =
            new TimestampRequest(IMPRINT, Optional.empty(), false, Optional.empty());

    private final SigningKey key = TestTsa.key();
    private final TimestampAuthority authority = new TimestampAuthority("test", key, InstantSource.fixed(TestTsa.NOW));

    @ParameterizedTest
    @EnumSource(names = {"SHA256", "SHA384", "SHA512"})
    void aTokenHoldsWhatWasAskedAndTheTimeOfTheClock(DigestAlgorithm algorithm) throws MalformedTimestamp {
        Digest imprint = algorithm.digest(new byte[] {4, 5, 6});
        Optional<BigInteger> nonce = Optional.of(new BigInteger("-1234567890123456789"));

        TimestampToken token = granted(new TimestampRequest(imprint, nonce, false, Optional.empty()));

        assertThat(token.imprint()).contains(imprint);
        assertThat(token.nonce()).isEqualTo(nonce);
        assertThat(token.genTime()).isEqualTo(TestTsa.NOW);
        assertThat(token.policy()).isEqualTo(TimestampPolicy.LAB.oid());
        TSTInfo info = token.asBouncyCastle().getTimeStampInfo().toASN1Structure();
        assertThat(info.getAccuracy().getSeconds().intValueExact()).isEqualTo(1);
        assertThat(info.getAccuracy().getMillis()).isNull();
        assertThat(info.getOrdering().isTrue()).isFalse();
        assertThat(info.getExtensions()).isNull();
    }

    @Test
    void aTokenForARequestWithoutNonceHasNone() throws MalformedTimestamp {
        assertThat(granted(BARE).nonce()).isEmpty();
    }

    @Test
    void certReqBringsTheWholeChainButTheRoot() throws MalformedTimestamp, CertificateEncodingException {
        TimestampToken token = granted(new TimestampRequest(IMPRINT, Optional.empty(), true, Optional.empty()));

        assertThat(certificates(token))
                .containsExactlyInAnyOrder(
                        encoded(key.chain().get(0)), encoded(key.chain().get(1)));
    }

    @Test
    void withoutCertReqNoCertificateIsIncluded() throws MalformedTimestamp {
        assertThat(certificates(granted(BARE))).isEmpty();
    }

    @Test
    void theTokenBindsItsCertificateWithEssCertIdV2AndVerifies()
            throws MalformedTimestamp, CertificateEncodingException, OperatorCreationException, TSPException {
        TimestampToken token = granted(BARE);

        token.asBouncyCastle().validate(new JcaSimpleSignerInfoVerifierBuilder().build(key.certificate()));
        ESSCertIDv2[] bound = SigningCertificateV2.getInstance(
                        signedAttribute(token, PKCSObjectIdentifiers.id_aa_signingCertificateV2))
                .getCerts();
        assertThat(bound).hasSize(1);
        // SHA-256 is the default of RFC 5816, which DER leaves out.
        assertThat(ASN1Sequence.getInstance(bound[0].toASN1Primitive()).getObjectAt(0))
                .isInstanceOf(ASN1OctetString.class);
        assertThat(DigestAlgorithm.of(bound[0].getHashAlgorithm().getAlgorithm()))
                .contains(DigestAlgorithm.SHA256);
        assertThat(bound[0].getCertHash())
                .isEqualTo(DigestAlgorithm.SHA256
                        .digest(key.certificate().getEncoded())
                        .value()
                        .toByteArray());
    }

    @Test
    void bouncyCastleFindsThatTheResponseFitsTheRequest() throws Exception {
        byte[] request = new TimestampRequest(IMPRINT, Optional.of(BigInteger.TEN), true, Optional.empty()).encode();

        new TimeStampResponse(authority.respond(request)).validate(new TimeStampRequest(request));
    }

    @Test
    void theWholeTokenIsDer() throws IOException {
        TimestampAnswer answer = authority.answer(
                new TimestampRequest(IMPRINT, Optional.of(BigInteger.TEN), true, Optional.empty()).encode());
        byte[] encoded = answer.encoded().toByteArray();

        assertThat(ASN1Primitive.fromByteArray(encoded).getEncoded(ASN1Encoding.DER))
                .isEqualTo(encoded);
    }

    @Test
    void theSigningTimeIsTheClocksToo() throws MalformedTimestamp {
        Time signingTime = Time.getInstance(signedAttribute(granted(BARE), CMSAttributes.signingTime));

        assertThat(signingTime.getDate().toInstant()).isEqualTo(TestTsa.NOW.truncatedTo(ChronoUnit.SECONDS));
    }

    @Test
    void serialNumbersArePositiveOfTwentyOctetsAndNeverRepeatAcrossInstances() throws MalformedTimestamp {
        Set<BigInteger> seen = new HashSet<>();
        for (int i = 0; i < 50; i++) {
            seen.add(granted(TestTsa.authority(), BARE).serialNumber());
            seen.add(granted(authority, BARE).serialNumber());
        }

        assertThat(seen).hasSize(100).allSatisfy(serial -> {
            assertThat(serial.signum()).isPositive();
            assertThat(serial.toByteArray()).hasSize(20);
        });
    }

    @Test
    void everyRequestIsStampedWithTheTimeItIsAnswered() throws MalformedTimestamp {
        Instant[] time = {TestTsa.NOW};
        TimestampAuthority moving = new TimestampAuthority("test", key, () -> time[0]);

        Instant first = granted(moving, BARE).genTime();
        time[0] = time[0].plusMillis(1500);
        Instant second = granted(moving, BARE).genTime();

        assertThat(Duration.between(first, second)).hasMillis(1500);
    }

    @Test
    void anRsaAuthorityIssuesTokensThatVerify() throws MalformedTimestamp, OperatorCreationException, TSPException {
        SigningKey rsa = TestTsa.rsaKey();
        TimestampToken token = granted(new TimestampAuthority("rsa", rsa, InstantSource.fixed(TestTsa.NOW)), BARE);

        token.asBouncyCastle().validate(new JcaSimpleSignerInfoVerifierBuilder().build(rsa.certificate()));
    }

    @Test
    void ourOwnPolicyIsAcceptedByNameAndAnotherIsNot() throws MalformedTimestamp {
        TimestampPolicy policy = TimestampPolicy.of("1.3.6.1.4.1.32473.7");
        TimestampAuthority own = new TimestampAuthority("own", key, TimeSource.of(TestTsa.clock()), policy);

        TimestampToken token = granted(
                own, new TimestampRequest(IMPRINT, Optional.empty(), false, Optional.of("1.3.6.1.4.1.32473.7")));

        assertThat(token.policy()).isEqualTo("1.3.6.1.4.1.32473.7");
        assertRefused(
                own,
                new TimestampRequest(IMPRINT, Optional.empty(), false, Optional.of("1.3.6.1.4.1.32473.8")),
                Refusal.UNACCEPTED_POLICY);
    }

    @Test
    void aSha1ImprintIsBadAlg() throws MalformedTimestamp {
        Digest sha1 = DigestAlgorithm.SHA1.digest(new byte[0]);

        assertRefused(
                authority, new TimestampRequest(sha1, Optional.empty(), false, Optional.empty()), Refusal.BAD_ALG);
    }

    @Test
    void rubbishGetsARefusalInTheProtocol() throws MalformedTimestamp {
        byte[] rubbish = {1, 2, 3};

        TimestampResponse.Refused refused =
                (TimestampResponse.Refused) TimestampResponse.parse(authority.respond(rubbish));

        assertThat(refused.status()).isEqualTo(2);
        assertThat(refused.refusals()).containsExactly(Refusal.BAD_DATA_FORMAT);
        assertThat(refused.text()).contains("TimeStampReq");
    }

    @Test
    void aFailingKeyIsASystemFailureWhoseCauseStaysWithUs() throws MalformedTimestamp {
        KeyUnavailable failure = KeyUnavailable.forNow("the token in slot 3 is gone", null);
        TimestampAuthority failing =
                new TimestampAuthority("failing", TestTsa.broken(failure), InstantSource.fixed(TestTsa.NOW));

        TimestampAnswer.Rejected ours = (TimestampAnswer.Rejected) failing.answer(BARE.encode());
        TimestampResponse.Refused theirs = (TimestampResponse.Refused)
                TimestampResponse.parse(ours.encoded().toByteArray());

        assertThat(ours.cause()).contains(failure);
        assertThat(theirs.refusals()).containsExactly(Refusal.SYSTEM_FAILURE);
        assertThat(theirs.text()).isNotEmpty().doesNotContain("slot 3");
    }

    @Test
    void inProcessAFailingKeyIsTimestampUnavailableWithItsReason() {
        KeyUnavailable failure = KeyUnavailable.forNow("the token in slot 3 is gone", null);
        TimestampAuthority failing =
                new TimestampAuthority("failing", TestTsa.broken(failure), InstantSource.fixed(TestTsa.NOW));

        assertThatThrownBy(() -> failing.timestamp(IMPRINT))
                .isInstanceOf(TimestampUnavailable.class)
                .hasMessageContaining("failing")
                .hasMessageContaining("the token in slot 3 is gone")
                .hasCause(failure);
    }

    @Test
    void inProcessATokenCarriesTheChainAndANonce() throws TimestampUnavailable {
        TimestampToken token = authority.timestamp(IMPRINT).token();

        assertThat(token.imprint()).contains(IMPRINT);
        assertThat(token.nonce()).isPresent();
        assertThat(certificates(token)).hasSize(2);
    }

    @Test
    void nothingIsSignedAfterTheCertificateHasExpired() throws MalformedTimestamp {
        Instant[] time = {TestTsa.NOW};
        TimestampAuthority outliving = new TimestampAuthority("old", key, () -> time[0]);
        time[0] = TestTsa.NOW.plus(Duration.ofDays(366));

        TimestampAnswer.Rejected refused = (TimestampAnswer.Rejected) outliving.answer(BARE.encode());

        assertThat(refused.refusal()).isEqualTo(Refusal.SYSTEM_FAILURE);
        assertThat(refused.cause())
                .hasValueSatisfying(cause -> assertThat(cause).hasMessageContaining("renew"));
    }

    @Test
    void whileTheTimeIsNotKnownEveryRequestIsRefusedWithTheReason() throws MalformedTimestamp {
        TimeSource lost = () -> {
            throw new TimeNotAvailable("no reference clock has answered");
        };
        TimestampAuthority timeless = new TimestampAuthority("timeless", key, lost, TimestampPolicy.LAB);

        TimestampResponse.Refused refused =
                (TimestampResponse.Refused) TimestampResponse.parse(timeless.respond(BARE.encode()));

        assertThat(refused.refusals()).containsExactly(Refusal.TIME_NOT_AVAILABLE);
        assertThat(refused.text()).isEqualTo("no reference clock has answered");
    }

    @Test
    void whatWasIssuedIsToldAsValues() throws MalformedTimestamp {
        TimestampAnswer.Issued issued = (TimestampAnswer.Issued) authority.answer(BARE.encode());

        TimestampToken token = granted(TimestampResponse.parse(issued.encoded().toByteArray()));
        assertThat(issued.token()).isEqualTo(token.encoded());
        assertThat(issued.serialNumber()).isEqualTo(token.serialNumber());
        assertThat(issued.genTime()).isEqualTo(token.genTime());
        assertThat(issued.policy()).isEqualTo(token.policy());
        assertThat(token.imprint()).contains(issued.imprint());
    }

    @Test
    void theProblemsOfAKeyTellFromWhenTheyHold() {
        assertThat(KeyProblem.of(key.chain()))
                .noneMatch(p -> p.holdsAt(TestTsa.NOW))
                .filteredOn(p -> p.from().isAfter(TestTsa.NOW))
                .hasSize(3)
                .first()
                .satisfies(p -> assertThat(p.text()).contains("TEST TSA", "renew"))
                .satisfies(p -> assertThat(p.from())
                        .isAfter(key.certificate().getNotAfter().toInstant()));
        assertThat(KeyProblem.of(TestTsa.keyWith(TestTsa.SIGNS).chain()))
                .filteredOn(p -> p.holdsAt(TestTsa.NOW))
                .singleElement()
                .satisfies(p -> assertThat(p.text()).contains("has no extended key usage"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("unfitKeys")
    void aKeyThatIsNoTsasIsRefusedAtTheStart(String reason, SigningKey unfit) {
        assertThatThrownBy(() -> new TimestampAuthority("unfit", unfit, InstantSource.fixed(TestTsa.NOW)))
                .isInstanceOf(UnfitTimestampKey.class)
                .hasMessageContaining(reason)
                .hasMessageContaining("TEST TSA");
    }

    static Stream<Arguments> unfitKeys() {
        Ext codeSigning = eku(true, KeyPurposeId.id_kp_codeSigning);
        Ext both = eku(true, KeyPurposeId.id_kp_timeStamping, KeyPurposeId.id_kp_codeSigning);
        Ext lax = eku(false, KeyPurposeId.id_kp_timeStamping);
        Ext ca = new Ext(Extension.basicConstraints, true, new BasicConstraints(true));
        Ext encrypts = new Ext(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyEncipherment));
        Ext usedUp = new Ext(Extension.privateKeyUsagePeriod, false, new DERSequence(new ASN1Encodable[] {
            new DERTaggedObject(false, 1, new ASN1GeneralizedTime(Date.from(TestTsa.NOW.minus(Duration.ofDays(1)))))
        }));
        return Stream.of(
                Arguments.of("no extensions", TestTsa.keyWith()),
                Arguments.of("has no extended key usage", TestTsa.keyWith(TestTsa.SIGNS)),
                Arguments.of("extended key usage is 1.3.6.1.5.5.7.3.3", TestTsa.keyWith(codeSigning, TestTsa.SIGNS)),
                Arguments.of(
                        "extended key usage is 1.3.6.1.5.5.7.3.8, 1.3.6.1.5.5.7.3.3",
                        TestTsa.keyWith(both, TestTsa.SIGNS)),
                Arguments.of("is not critical", TestTsa.keyWith(lax, TestTsa.SIGNS)),
                Arguments.of("it is a CA's", TestTsa.keyWith(TestTsa.TIMESTAMPING, TestTsa.SIGNS, ca)),
                Arguments.of("lacks digitalSignature", TestTsa.keyWith(TestTsa.TIMESTAMPING)),
                Arguments.of("lacks digitalSignature", TestTsa.keyWith(TestTsa.TIMESTAMPING, encrypts)),
                Arguments.of("renew", TestTsa.keyAround(TestTsa.NOW.minus(Duration.ofDays(400)))),
                Arguments.of("the clock says", TestTsa.keyAround(TestTsa.NOW.plus(Duration.ofDays(400)))),
                Arguments.of("renew", TestTsa.keyWith(TestTsa.TIMESTAMPING, TestTsa.SIGNS, usedUp)));
    }

    private static Ext eku(boolean critical, KeyPurposeId... purposes) {
        return new Ext(Extension.extendedKeyUsage, critical, new ExtendedKeyUsage(purposes));
    }

    private TimestampToken granted(TimestampRequest request) throws MalformedTimestamp {
        return granted(authority, request);
    }

    /** Over the wire and back, so that what is asserted is what a client reads. */
    private static TimestampToken granted(TimestampAuthority authority, TimestampRequest request)
            throws MalformedTimestamp {
        return granted(TimestampResponse.parse(authority.respond(request.encode())));
    }

    private static TimestampToken granted(TimestampResponse response) {
        assertThat(response).isInstanceOf(TimestampResponse.Granted.class);
        return ((TimestampResponse.Granted) response).token();
    }

    private static void assertRefused(TimestampAuthority authority, TimestampRequest request, Refusal refusal)
            throws MalformedTimestamp {
        TimestampResponse response = TimestampResponse.parse(authority.respond(request.encode()));
        assertThat(response).isInstanceOfSatisfying(TimestampResponse.Refused.class, refused -> {
            assertThat(refused.refusals()).containsExactly(refusal);
            assertThat(refused.text()).isNotEmpty();
        });
    }

    private static ASN1Encodable signedAttribute(TimestampToken token, ASN1ObjectIdentifier oid) {
        return token.asBouncyCastle()
                .getSignedAttributes()
                .get(oid)
                .getAttrValues()
                .getObjectAt(0);
    }

    private static List<Bytes> certificates(TimestampToken token) {
        List<Bytes> found = new ArrayList<>();
        for (X509CertificateHolder holder :
                token.asBouncyCastle().getCertificates().getMatches(null)) {
            try {
                found.add(Bytes.of(holder.getEncoded()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return found;
    }

    private static Bytes encoded(X509Certificate certificate) throws CertificateEncodingException {
        return Bytes.of(certificate.getEncoded());
    }
}

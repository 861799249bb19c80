package io.countersign.timestamp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Boolean;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.BERSequence;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.tsp.MessageImprint;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimestampRequestTest {
    private static final Digest IMPRINT =
            DigestAlgorithm.SHA256.digest("to be stamped".getBytes(StandardCharsets.UTF_8));
    private static final ASN1Integer V1 = new ASN1Integer(1);
    private static final ASN1ObjectIdentifier POLICY = new ASN1ObjectIdentifier("1.3.6.1.4.1.32473.1");
    private static final MessageImprint ASN1_IMPRINT = new MessageImprint(
            DigestAlgorithm.SHA256.algorithmIdentifier(), IMPRINT.value().toByteArray());

    @ParameterizedTest
    @EnumSource(DigestAlgorithm.class)
    void whatIsEncodedIsRead(DigestAlgorithm algorithm) throws RefusedRequest {
        Digest imprint = algorithm.digest(new byte[] {1, 2, 3});
        TimestampRequest bare = new TimestampRequest(imprint, Optional.empty(), false, Optional.empty());
        TimestampRequest full = new TimestampRequest(
                imprint, Optional.of(BigInteger.ONE.shiftLeft(64)), true, Optional.of(POLICY.getId()));

        assertThat(TimestampRequest.parse(bare.encode())).isEqualTo(bare);
        assertThat(TimestampRequest.parse(full.encode())).isEqualTo(full);
    }

    @Test
    void anImprintWithoutAlgorithmParametersIsRead() throws IOException, RefusedRequest {
        MessageImprint imprint = new MessageImprint(
                new AlgorithmIdentifier(NISTObjectIdentifiers.id_sha256),
                IMPRINT.value().toByteArray());

        assertThat(TimestampRequest.parse(der(V1, imprint)).imprint()).isEqualTo(IMPRINT);
    }

    @Test
    void anExplicitFalseForCertReqIsRead() throws IOException, RefusedRequest {
        assertThat(TimestampRequest.parse(der(V1, ASN1_IMPRINT, ASN1Boolean.FALSE))
                        .certReq())
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "00", "3000", "30030201", "0500", "3003020101", "30060201010a0100", "ffffffffffff"})
    void whatIsNoRequestIsBadDataFormat(String hex) {
        assertRefused(HexFormat.of().parseHex(hex), Refusal.BAD_DATA_FORMAT);
    }

    @Test
    void aRequestOfAnotherVersionIsABadRequest() throws IOException {
        assertRefused(der(new ASN1Integer(2), ASN1_IMPRINT), Refusal.BAD_REQUEST);
    }

    @Test
    void bytesAfterTheRequestAreRefused() throws IOException {
        byte[] request = der(V1, ASN1_IMPRINT);

        assertRefused(Arrays.copyOf(request, request.length + 1), Refusal.BAD_DATA_FORMAT);
    }

    @Test
    void indefiniteLengthsAreRefused() throws IOException {
        byte[] ber = new BERSequence(new ASN1Encodable[] {V1, ASN1_IMPRINT}).getEncoded(ASN1Encoding.BER);

        assertRefused(ber, Refusal.BAD_DATA_FORMAT);
    }

    @Test
    void fieldsOutOfOrderAreRefused() throws IOException {
        assertRefused(der(V1, ASN1_IMPRINT, ASN1Boolean.TRUE, new ASN1Integer(7)), Refusal.BAD_DATA_FORMAT);
        assertRefused(der(V1, ASN1_IMPRINT, new ASN1Integer(7), POLICY), Refusal.BAD_DATA_FORMAT);
        assertRefused(der(V1, ASN1_IMPRINT, new ASN1Integer(7), new ASN1Integer(7)), Refusal.BAD_DATA_FORMAT);
    }

    @Test
    void anUnknownDigestAlgorithmIsBadAlg() throws IOException {
        MessageImprint md5 = new MessageImprint(
                new AlgorithmIdentifier(new ASN1ObjectIdentifier("1.2.840.113549.2.5"), DERNull.INSTANCE),
                new byte[16]);

        assertRefused(der(V1, md5), Refusal.BAD_ALG);
    }

    @Test
    void aDigestAlgorithmWithParametersIsBadAlg() throws IOException {
        MessageImprint odd = new MessageImprint(
                new AlgorithmIdentifier(NISTObjectIdentifiers.id_sha256, new DEROctetString(new byte[3])),
                new byte[32]);

        assertRefused(der(V1, odd), Refusal.BAD_ALG);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 20, 31, 33, 48})
    void anImprintOfTheWrongLengthIsBadDataFormat(int length) throws IOException {
        MessageImprint imprint = new MessageImprint(DigestAlgorithm.SHA256.algorithmIdentifier(), new byte[length]);

        assertRefused(der(V1, imprint), Refusal.BAD_DATA_FORMAT);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anExtensionIsUnacceptedWhetherCriticalOrNot(boolean critical) throws IOException {
        Extensions extensions = new Extensions(new Extension(POLICY, critical, new byte[] {5, 0}));

        assertRefused(der(V1, ASN1_IMPRINT, new DERTaggedObject(false, 0, extensions)), Refusal.UNACCEPTED_EXTENSION);
    }

    @Test
    void aNonceIsReadUpToItsLimitAndRefusedBeyond() throws IOException, RefusedRequest {
        byte[] longest = new byte[TimestampRequest.MAX_NONCE_BYTES];
        Arrays.fill(longest, (byte) 0x7f);
        byte[] tooLong = Arrays.copyOf(longest, longest.length + 1);

        assertThat(TimestampRequest.parse(der(V1, ASN1_IMPRINT, new ASN1Integer(longest)))
                        .nonce())
                .contains(new BigInteger(longest));
        assertRefused(der(V1, ASN1_IMPRINT, new ASN1Integer(tooLong)), Refusal.BAD_DATA_FORMAT);
    }

    @Test
    void aRequestBeyondTheSizeLimitIsNotRead() throws IOException {
        Extensions extensions =
                new Extensions(new Extension(POLICY, false, new byte[TimestampRequest.MAX_ENCODED_BYTES]));

        assertRefused(der(V1, ASN1_IMPRINT, new DERTaggedObject(false, 0, extensions)), Refusal.BAD_DATA_FORMAT);
    }

    @Test
    void deepNestingIsRefusedNotFollowed() {
        byte[] nested = new byte[TimestampRequest.MAX_ENCODED_BYTES];
        for (int i = 0; i < nested.length; i += 2) {
            nested[i] = 0x30;
            nested[i + 1] = (byte) 0x80;
        }

        assertRefused(nested, Refusal.BAD_DATA_FORMAT);
    }

    private static byte[] der(ASN1Encodable... fields) throws IOException {
        return new DERSequence(fields).getEncoded(ASN1Encoding.DER);
    }

    private static void assertRefused(byte[] request, Refusal refusal) {
        RefusedRequest refused = catchThrowableOfType(RefusedRequest.class, () -> TimestampRequest.parse(request));
        assertThat(refused).isNotNull();
        assertThat(refused.refusal()).as(refused.getMessage()).isEqualTo(refusal);
    }
}

package io.countersign.timestamp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.countersign.fixture.Tool;
import io.countersign.key.Bytes;
import io.countersign.key.DigestAlgorithm;
import io.countersign.key.KeyUnavailable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.tsp.MessageImprint;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every way to be refused, over the wire, in our reading and in OpenSSL's. */
class RefusalTest {
    private static final ASN1Integer V1 = new ASN1Integer(1);
    private static final ASN1ObjectIdentifier POLICY = new ASN1ObjectIdentifier("1.3.6.1.4.1.32473.1");
    private static final MessageImprint IMPRINT = imprint("2.16.840.1.101.3.4.2.1", 32);
    private static final Bytes SOUND = Bytes.of(der(V1, IMPRINT));

    private static final TimestampAuthority AUTHORITY = TestTsa.authority();
    private static final TimestampAuthority FAILING = new TimestampAuthority(
            "failing", TestTsa.broken(KeyUnavailable.forNow("the device is gone", null)), TestTsa.clock());
    private static final TimestampAuthority TIMELESS = new TimestampAuthority(
            "timeless",
            TestTsa.key(),
            () -> {
                throw new TimeNotAvailable("no reference clock has answered");
            },
            TimestampPolicy.LAB);

    @TempDir
    private Path folder;

    static Stream<Arguments> refusals() {
        byte[] sound = SOUND.toByteArray();
        byte[] indefinite = Arrays.copyOf(sound, sound.length + 2);
        indefinite[1] = (byte) 0x80;
        return Stream.of(
                arguments("no octets", new byte[0], Refusal.BAD_DATA_FORMAT, "not an ASN.1 SEQUENCE", AUTHORITY),
                arguments("rubbish", new byte[] {5, 0}, Refusal.BAD_DATA_FORMAT, "not an ASN.1 SEQUENCE", AUTHORITY),
                arguments("BER", indefinite, Refusal.BAD_DATA_FORMAT, "not DER", AUTHORITY),
                arguments("cut off", Arrays.copyOf(sound, 20), Refusal.BAD_DATA_FORMAT, "TimeStampReq", AUTHORITY),
                arguments(
                        "something behind it",
                        Arrays.copyOf(sound, sound.length + 1),
                        Refusal.BAD_DATA_FORMAT,
                        "TimeStampReq",
                        AUTHORITY),
                arguments(
                        "too large",
                        new byte[TimestampRequest.MAX_ENCODED_BYTES + 1],
                        Refusal.BAD_DATA_FORMAT,
                        "at most 8192",
                        AUTHORITY),
                arguments(
                        "a digest too short for its algorithm",
                        der(V1, imprint("2.16.840.1.101.3.4.2.1", 31)),
                        Refusal.BAD_DATA_FORMAT,
                        "has 31 bytes",
                        AUTHORITY),
                arguments(
                        "a huge nonce",
                        der(V1, IMPRINT, new ASN1Integer(filled(8000))),
                        Refusal.BAD_DATA_FORMAT,
                        "nonce is longer",
                        AUTHORITY),
                arguments(
                        "a policy of one enormous number",
                        der(V1, IMPRINT, enormous(4000)),
                        Refusal.BAD_DATA_FORMAT,
                        "object identifier is longer",
                        AUTHORITY),
                arguments(
                        "an algorithm of one enormous number",
                        der(V1, new MessageImprint(new AlgorithmIdentifier(enormous(4000)), new byte[32])),
                        Refusal.BAD_DATA_FORMAT,
                        "object identifier is longer",
                        AUTHORITY),
                arguments(
                        "another version",
                        der(new ASN1Integer(2), IMPRINT),
                        Refusal.BAD_REQUEST,
                        "version 1",
                        AUTHORITY),
                arguments(
                        "SHA-1",
                        der(V1, imprint("1.3.14.3.2.26", 20)),
                        Refusal.BAD_ALG,
                        "SHA-1 is not accepted; use SHA-256",
                        AUTHORITY),
                arguments(
                        "MD5",
                        der(V1, imprint("1.2.840.113549.2.5", 16)),
                        Refusal.BAD_ALG,
                        "1.2.840.113549.2.5",
                        AUTHORITY),
                arguments(
                        "an unknown digest",
                        der(V1, imprint("1.3.6.1.4.1.32473.9", 32)),
                        Refusal.BAD_ALG,
                        "not known",
                        AUTHORITY),
                arguments(
                        "a foreign policy",
                        der(V1, IMPRINT, POLICY),
                        Refusal.UNACCEPTED_POLICY,
                        "ask for " + TimestampPolicy.LAB.oid(),
                        AUTHORITY),
                arguments(
                        "an extension",
                        der(
                                V1,
                                IMPRINT,
                                new DERTaggedObject(
                                        false, 0, new Extensions(new Extension(POLICY, false, new byte[] {5, 0})))),
                        Refusal.UNACCEPTED_EXTENSION,
                        "extensions",
                        AUTHORITY),
                arguments("no time", sound, Refusal.TIME_NOT_AVAILABLE, "no reference clock has answered", TIMELESS),
                arguments("no key", sound, Refusal.SYSTEM_FAILURE, "cannot sign now", FAILING));
    }

    @ParameterizedTest(name = "{0}: {2}")
    @MethodSource("refusals")
    void aRefusalIsARejectionWithItsReasonAndWords(
            String what, byte[] request, Refusal refusal, String words, TimestampAuthority authority)
            throws MalformedTimestamp, IOException {
        byte[] response = authority.respond(request);

        assertThat(TimestampResponse.parse(response))
                .isInstanceOfSatisfying(TimestampResponse.Refused.class, refused -> {
                    assertThat(refused.status()).isEqualTo(2);
                    assertThat(refused.refusals()).containsExactly(refusal);
                    assertThat(refused.text()).contains(words);
                });
        Files.write(folder.resolve("response"), response);
        Tool.Run openssl = Tool.named("openssl", "openssl").in(folder).run("ts", "-reply", "-in", "response", "-text");
        assertThat(openssl.output()).contains("Status: Rejected.", failure(refusal), "TST info:\nNot included.");
    }

    /** In OpenSSL's words. */
    private static String failure(Refusal refusal) {
        return switch (refusal) {
            case BAD_ALG -> "unrecognized or unsupported algorithm identifier";
            case BAD_REQUEST -> "transaction not permitted or supported";
            case BAD_DATA_FORMAT -> "the data submitted has the wrong format";
            case TIME_NOT_AVAILABLE -> "the TSA's time source is not available";
            case UNACCEPTED_POLICY -> "the requested TSA policy is not supported by the TSA";
            case UNACCEPTED_EXTENSION -> "the requested extension is not supported by the TSA";
            case ADD_INFO_NOT_AVAILABLE -> "the additional information requested could not be understood";
            case SYSTEM_FAILURE -> "the request cannot be handled due to system failure";
        };
    }

    @ParameterizedTest
    @MethodSource("imprintsAsClientsWriteThem")
    void theImprintIsRepeatedAsItWasSent(MessageImprint sent) throws MalformedTimestamp {
        TimestampAnswer.Issued issued = (TimestampAnswer.Issued) AUTHORITY.answer(der(V1, sent));

        assertThat(TimestampToken.parse(issued.token().toByteArray())
                        .asBouncyCastle()
                        .getTimeStampInfo()
                        .toASN1Structure()
                        .getMessageImprint())
                .isEqualTo(sent);
    }

    static Stream<MessageImprint> imprintsAsClientsWriteThem() {
        AlgorithmIdentifier bare = new AlgorithmIdentifier(DigestAlgorithm.SHA256.oid());
        return Stream.of(IMPRINT, new MessageImprint(bare, new byte[32]));
    }

    private static MessageImprint imprint(String algorithm, int length) {
        return new MessageImprint(
                new AlgorithmIdentifier(new ASN1ObjectIdentifier(algorithm), DERNull.INSTANCE), new byte[length]);
    }

    private static ASN1ObjectIdentifier enormous(int length) {
        byte[] contents = filled(length);
        contents[0] = 0x2b;
        for (int i = 1; i < length - 1; i++) {
            contents[i] = (byte) 0xff;
        }
        return ASN1ObjectIdentifier.fromContents(contents);
    }

    private static byte[] filled(int length) {
        byte[] octets = new byte[length];
        Arrays.fill(octets, (byte) 0x7f);
        return octets;
    }

    private static byte[] der(ASN1Encodable... fields) {
        try {
            return new DERSequence(fields).getEncoded(ASN1Encoding.DER);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}

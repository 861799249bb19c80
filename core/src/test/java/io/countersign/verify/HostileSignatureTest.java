package io.countersign.verify;

import static io.countersign.fixture.TableSample.attach;
import static io.countersign.fixture.TableSample.entry;
import static io.countersign.fixture.TableSample.signatureOf;
import static io.countersign.verify.HostileLab.NOW;
import static io.countersign.verify.HostileLab.PUBLISHER;
import static io.countersign.verify.HostileLab.assertMalformed;
import static io.countersign.verify.HostileLab.assertNoted;
import static io.countersign.verify.HostileLab.assertTrusted;
import static io.countersign.verify.HostileLab.assertUntrusted;
import static io.countersign.verify.HostileLab.cms;
import static io.countersign.verify.HostileLab.judge;
import static io.countersign.verify.HostileLab.signed;
import static io.countersign.verify.HostileLab.unsigned;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.cms.AuthenticodeSignature;
import io.countersign.cms.MalformedSignature;
import io.countersign.cms.Oids;
import io.countersign.fixture.CmsSample;
import io.countersign.fixture.LongLength;
import io.countersign.fixture.PeSample;
import io.countersign.fixture.SoftwareKey;
import io.countersign.fixture.TestPki;
import io.countersign.fixture.TestPki.Kind;
import io.countersign.key.Bytes;
import io.countersign.key.DigestAlgorithm;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HexFormat;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERUTF8String;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** SignedData that contradicts itself, hides something, or is built to cost. */
@Timeout(60)
class HostileSignatureTest {
    private static final int TABLE = 0x600;

    private final byte[] unsigned = unsigned();

    @Test
    void theSampleAllOthersAreChangedFromIsTrusted() {
        assertTrusted(judge(file(cms(unsigned).toBytes())));
    }

    @Test
    void anImageDigestOfAnotherAlgorithmThanTheSignersIsUntrusted() {
        Bytes mixed = CmsSample.by(PUBLISHER, HostileLab.imageDigest(unsigned, DigestAlgorithm.SHA1))
                .toBytes();
        assertUntrusted(judge(file(mixed)), "the image digest uses SHA-1, the signature SHA-256");
        Bytes other = cms(unsigned).signerAlgorithm(DigestAlgorithm.SHA512).toBytes();
        assertUntrusted(judge(file(other)), "the image digest uses SHA-256, the signature SHA-512");
    }

    @Test
    void aTruncatedDigestIsMalformedThoughItsOctetsAreRight() {
        assertMalformed(file(cms(unsigned).truncatedTo(4).toBytes()), "has 4 bytes, SHA-256 has 32", TABLE);
        assertMalformed(file(cms(unsigned).truncatedTo(0).toBytes()), "has 0 bytes, SHA-256 has 32", TABLE);
    }

    /** Signers who wrote these exist; neither number is signed or means anything to Windows. */
    @Test
    void versionNumbersMatterNotAtAll() {
        assertTrusted(judge(file(cms(unsigned).versions(3, 0).toBytes())));
    }

    @Test
    void twoSignersAreMalformedAsIsNone() {
        assertMalformed(file(cms(unsigned).signers(2).toBytes()), "exactly one SignerInfo, this has 2", TABLE);
        assertMalformed(file(cms(unsigned).signers(0).toBytes()), "exactly one SignerInfo, this has 0", TABLE);
    }

    @Test
    void contentOfIndefiniteLengthIsMalformed() {
        assertMalformed(file(cms(unsigned).indefiniteContent().toBytes()), "is not DER", TABLE);
    }

    /** A parser that makes DER of it would find the digest and the issuer's signature right, which are over other octets. */
    @Test
    void signedOctetsInAnotherEncodingAreNotWhatWasSigned() {
        Bytes honest =
                cms(unsigned).certificates(PUBLISHER.chain().subList(0, 1)).toBytes();
        assertMalformed(file(LongLength.of(honest, 1, 0, 2, 1, 0, 1)), "is not DER", TABLE);
        assertUntrusted(judge(file(LongLength.of(honest, 1, 0, 3, 0, 0, 3))), "LAB Publisher");

        String critical = "551d0f0101ff"; // keyUsage, and a BOOLEAN that any octet but 0 makes true in BER
        assertThat(honest.hex()).contains(critical);
        Bytes lax = Bytes.ofHex(honest.hex().replace(critical, "551d0f01010c"));
        assertUntrusted(judge(file(lax)), "LAB Publisher");
    }

    @ParameterizedTest
    @ValueSource(ints = {0x30, 0x31, 0xA0, 0x24})
    void nestingAsDeepAsTheSignatureIsLongIsMalformed(int tag) {
        byte[] indefinite = new byte[1 << 17];
        for (int at = 0; at < indefinite.length; at += 2) {
            indefinite[at] = (byte) tag;
            indefinite[at + 1] = (byte) 0x80;
        }
        assertMalformed(file(sequence(indefinite)), "the signature is not well", TABLE);

        ByteBuffer definite = ByteBuffer.allocate(5 << 16);
        while (definite.hasRemaining()) {
            definite.put((byte) tag).put((byte) 0x83);
            int inside = definite.remaining() - 3;
            definite.put((byte) (inside >> 16)).putShort((short) inside);
        }
        assertMalformed(file(sequence(definite.array())), "the signature is not well", TABLE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0500", "020100", "3000", "0000", "0c0141"})
    void millionsOfSmallElementsAreMalformedBeforeTheyCostMemory(String element) {
        byte[] one = HexFormat.of().parseHex(element);
        byte[] many = new byte[(15 << 20) / one.length * one.length];
        for (int at = 0; at < many.length; at++) {
            many[at] = one[at % one.length];
        }
        assertMalformed(file(sequence(many)), "ASN.1 elements", TABLE);
    }

    @Test
    void aSignatureOverAnotherFileIsUntrusted() {
        byte[] other = PeSample.plus().overlay(8).toByteArray();
        assertUntrusted(judge(file(cms(other).toBytes())), "changed after signing");
    }

    @Test
    void storageInAnUnsignedAttributeIsTrustedWithANote() throws Exception {
        AuthenticodeSignature tagged = AuthenticodeSignature.parse(signatureOf(signed()))
                .withUnsigned(
                        new ASN1ObjectIdentifier("1.3.6.1.4.1.99999.1"),
                        new DEROctetString("who downloaded this".getBytes(StandardCharsets.UTF_8)));
        Report report = judge(file(tagged.encoded()));
        assertTrusted(report);
        assertNoted(report, "cms.unsigned-attributes", "1.3.6.1.4.1.99999.1");
    }

    @Test
    void aStrangersNestedSignatureMakesTheFileUntrusted() throws Exception {
        SoftwareKey stranger = HostileLab.publisher(
                TestPki.root("Stranger", NOW.minusSeconds(900)), "Stranger's Publisher", Kind.CODE_SIGNING);
        Bytes nested = CmsSample.by(stranger, HostileLab.imageDigest(unsigned, DigestAlgorithm.SHA256))
                .toBytes();
        Report report = judge(file(withUnsigned(Oids.SPC_NESTED_SIGNATURE, nested)));
        assertUntrusted(report, "nested signature 1: Stranger's Publisher");
    }

    @Test
    void aNestedSignatureThatIsNoneMakesTheFileMalformed() throws Exception {
        AuthenticodeSignature rubbish =
                AuthenticodeSignature.parse(cms(unsigned).toBytes());
        assertThatThrownBy(() -> rubbish.withUnsigned(Oids.SPC_NESTED_SIGNATURE, new DERUTF8String("blob")))
                .isInstanceOf(MalformedSignature.class);
    }

    @Test
    void moreCertificatesThanAnyChainNeedsAreMalformed() {
        Bytes crowd = cms(unsigned)
                .certificates(Collections.nCopies(65, PUBLISHER.certificate()))
                .toBytes();
        assertMalformed(file(crowd), "65 certificates; at most 64", TABLE);
    }

    @Test
    void aSignatureWithoutItsSignersCertificateIsUntrusted() {
        Bytes bare = cms(unsigned).certificates(PUBLISHER.chain().subList(1, 2)).toBytes();
        assertUntrusted(judge(file(bare)), "the signer's certificate is not in the signature");
    }

    private byte[] file(Bytes cms) {
        return attach(unsigned, entry(cms.toByteArray()));
    }

    private Bytes withUnsigned(ASN1ObjectIdentifier type, Bytes value) throws Exception {
        return AuthenticodeSignature.parse(cms(unsigned).toBytes())
                .withUnsigned(type, ASN1Primitive.fromByteArray(value.toByteArray()))
                .encoded();
    }

    private static Bytes sequence(byte[] body) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(0x30);
        out.write(0x84);
        for (int shift = 24; shift >= 0; shift -= 8) {
            out.write(body.length >>> shift);
        }
        out.writeBytes(body);
        return Bytes.of(out.toByteArray());
    }
}

package io.countersign.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.catalog.CatalogMember.Content;
import io.countersign.catalog.CatalogMember.Kind;
import io.countersign.catalog.CatalogMember.MemberInfo;
import io.countersign.cms.AuthenticodeSigner;
import io.countersign.cms.SpcSpOpusInfo;
import io.countersign.fixture.LongLength;
import io.countersign.fixture.SoftwareKey;
import io.countersign.fixture.TestPki;
import io.countersign.fixture.Tool;
import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import io.countersign.key.SignatureAlgorithm;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Set;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.cms.SignedData;
import org.bouncycastle.asn1.cms.SignerInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Catalogs as Windows' own tools write them: version 1 as drivers for Windows 7 have it, version 2 as Inf2Cat makes it now. */
class CatalogTest {
    private static final Instant TIME = Instant.parse("2026-11-23T10:00:00Z");
    private static final String PE = "{C689AAB8-8E78-11D0-8C47-00C04FC295EE}";

    @TempDir
    private Path folder;

    private static Digest digest(DigestAlgorithm algorithm, String of) {
        return algorithm.digest(of.getBytes(StandardCharsets.UTF_8));
    }

    private static Catalog catalog(CatalogVersion version) {
        Digest digest = digest(version.digest(), "image");
        Bytes tag = version == CatalogVersion.V1
                ? Bytes.of((digest.value().hex().toUpperCase(Locale.ROOT) + "\0").getBytes(StandardCharsets.UTF_16LE))
                : digest.value();
        CatalogMember member = new CatalogMember(
                tag,
                Optional.of(new Content(Kind.PE_IMAGE, digest)),
                version == CatalogVersion.V1 ? Optional.of(new MemberInfo(PE, 0x200)) : Optional.empty(),
                List.of(
                        CatalogAttribute.ofText("File", "hello.sys"),
                        CatalogAttribute.ofText("OSAttr", "2:6.1,2:10.0")));
        return new Catalog(
                Bytes.ofHex("00112233445566778899aabbccddeeff"),
                TIME,
                version,
                List.of(member),
                List.of(CatalogAttribute.ofText("OS", "_v100_X64"), CatalogAttribute.ofText("HWID1", "root\\hello")),
                Optional.empty());
    }

    @Test
    void whatIsWrittenIsReadAgain() throws Exception {
        for (CatalogVersion version : CatalogVersion.values()) {
            Catalog written = catalog(version);

            Catalog read = Catalog.parse(written.encoded());

            assertThat(read.listId()).isEqualTo(written.listId());
            assertThat(read.time()).isEqualTo(TIME);
            assertThat(read.version()).isEqualTo(version);
            assertThat(read.attributes()).isEqualTo(written.attributes());
            assertThat(read.signature()).isEmpty();
            CatalogMember member = read.members().get(0);
            assertThat(member.content()).isEqualTo(written.members().get(0).content());
            assertThat(member.info()).isEqualTo(written.members().get(0).info());
            assertThat(member.file()).contains("hello.sys");
            assertThat(member.attribute("osattr")).contains("2:6.1,2:10.0");
            assertThat(member.tagDigest()).contains(digest(version.digest(), "image"));
            assertThat(read.encoded()).isEqualTo(written.encoded());
        }
    }

    @Test
    void aVersion1TagIsReadAsTheDigitsItIs() throws Exception {
        CatalogMember member =
                Catalog.parse(catalog(CatalogVersion.V1).encoded()).members().get(0);

        assertThat(member.tagText())
                .isEqualTo(digest(DigestAlgorithm.SHA1, "image").value().hex().toUpperCase(Locale.ROOT));
        assertThat(member.tag().size()).isEqualTo(82);
    }

    @Test
    void opensslReadsTheSameStructure() throws Exception {
        Path file = Files.write(
                folder.resolve("v2.cat"), catalog(CatalogVersion.V2).encoded().toByteArray());

        Tool.Run run = Tool.named("openssl", "openssl").run("asn1parse", "-inform", "DER", "-in", file);

        assertThat(run.exitCode()).as(run.output()).isZero();
        assertThat(run.output())
                .contains(
                        "1.3.6.1.4.1.311.10.1",
                        "1.3.6.1.4.1.311.12.1.1",
                        "00112233445566778899AABBCCDDEEFF",
                        "261123100000Z",
                        "1.3.6.1.4.1.311.12.1.3",
                        "1.3.6.1.4.1.311.12.2.3",
                        "1.3.6.1.4.1.311.2.1.15",
                        digest(DigestAlgorithm.SHA256, "image").value().hex().toUpperCase(Locale.ROOT));
    }

    @Test
    void aSignatureHoldsForItsCatalogAndForNoOther() throws Exception {
        SoftwareKey key = key();
        Bytes made = signed(key);

        Catalog read = Catalog.parse(made);

        assertThat(read.signature()).hasValueSatisfying(s -> {
            assertThat(s.holds()).isTrue();
            assertThat(s.signerCertificate()).contains(key.certificate());
            assertThat(s.certificates()).hasSize(1);
        });
        byte[] changed = made.toByteArray();
        int at =
                indexOf(changed, digest(DigestAlgorithm.SHA256, "image").value().toByteArray());
        changed[at] ^= 1;
        assertThat(Catalog.parse(Bytes.of(changed)).signature())
                .hasValueSatisfying(s -> assertThat(s.holds()).isFalse());
    }

    @Test
    void theSameListInOtherOctetsIsNotTheOneThatWasSigned() throws Exception {
        Bytes signed = signed(key());
        assertThat(holds(signed)).isTrue();
        Bytes other = LongLength.of(signed, 1, 0, 2, 1, 0, 4);
        assertThat(Catalog.parse(other).members())
                .isEqualTo(Catalog.parse(signed).members());
        assertThat(holds(other)).isFalse();
    }

    /** RFC 5652 section 5.3: only of plain data may a signature be made without them. */
    @Test
    void aSignatureWithoutSignedAttributesDoesNotHold() throws Exception {
        SoftwareKey key = key();
        ContentInfo signed = ContentInfo.getInstance(signed(key).toByteArray());
        SignedData data = SignedData.getInstance(signed.getContent());
        SignerInfo signer = SignerInfo.getInstance(data.getSignerInfos().getObjectAt(0));
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (ASN1Encodable element : catalog(CatalogVersion.V2).trustList()) {
            content.writeBytes(element.toASN1Primitive().getEncoded());
        }
        byte[] value = key.sign(SignatureAlgorithm.RSA_SHA256, content.toByteArray());
        SignerInfo direct = new SignerInfo(
                signer.getSID(),
                signer.getDigestAlgorithm(),
                (ASN1Set) null,
                signer.getDigestEncryptionAlgorithm(),
                new DEROctetString(value),
                null);
        SignedData whole = new SignedData(
                data.getDigestAlgorithms(),
                data.getEncapContentInfo(),
                data.getCertificates(),
                null,
                new DERSet(direct));

        assertThat(holds(Bytes.of(new ContentInfo(signed.getContentType(), whole).getEncoded())))
                .isFalse();
    }

    @Test
    void millionsOfSmallElementsAreRefusedBeforeTheyCostMemory() {
        byte[] many = new byte[1 << 24];
        for (int i = 0; i < many.length; i += 2) {
            many[i] = 0x05;
        }
        assertThatThrownBy(() -> Catalog.parse(Bytes.of(many)))
                .isInstanceOf(MalformedCatalog.class)
                .hasMessageContaining("ASN.1 elements");
    }

    private static SoftwareKey key() {
        return TestPki.issue(TestPki.root("LAB root"), "LAB publisher", TestPki.Kind.CODE_SIGNING);
    }

    private static Bytes signed(SoftwareKey key) throws Exception {
        return new AuthenticodeSigner(key)
                .signCatalog(
                        catalog(CatalogVersion.V2).trustList(),
                        DigestAlgorithm.SHA256,
                        new SpcSpOpusInfo(Optional.empty(), Optional.empty()))
                .encoded();
    }

    private static boolean holds(Bytes catalog) throws Exception {
        return Catalog.parse(catalog).signature().orElseThrow().holds();
    }

    @Test
    void otherSignedDataIsNotACatalog() {
        assertThatThrownBy(() -> Catalog.parse(Bytes.of()))
                .isInstanceOf(MalformedCatalog.class)
                .hasMessageContaining("not well");
        byte[] octets = catalog(CatalogVersion.V2).encoded().toByteArray();
        // 1.3.6.1.4.1.311.10.1 becomes 1.3.6.1.4.1.311.10.2
        octets[indexOf(octets, Bytes.ofHex("2b0601040182370a01").toByteArray()) + 8] = 2;
        assertThatThrownBy(() -> Catalog.parse(Bytes.of(octets)))
                .isInstanceOf(MalformedCatalog.class)
                .hasMessageContaining("not a catalog")
                .hasMessageContaining("1.3.6.1.4.1.311.10.2");
    }

    @Test
    void everyTruncationAndManyMutantsAreReadOrRefusedAndNothingElse() {
        byte[] whole = catalog(CatalogVersion.V1).encoded().toByteArray();
        for (int size = 0; size < whole.length; size++) {
            byte[] cut = Arrays.copyOf(whole, size);
            assertThatThrownBy(() -> Catalog.parse(Bytes.of(cut))).isInstanceOf(MalformedCatalog.class);
        }
        Random random = new Random(3);
        int refused = 0;
        for (int i = 0; i < 5_000; i++) {
            byte[] mutant = whole.clone();
            for (int n = random.nextInt(3); n >= 0; n--) {
                mutant[random.nextInt(mutant.length)] = (byte) random.nextInt(256);
            }
            try {
                Catalog read = Catalog.parse(Bytes.of(mutant));
                read.members()
                        .forEach(m -> assertThat(m.tagText() + m.tagDigest() + m.file())
                                .isNotEmpty());
            } catch (MalformedCatalog e) {
                assertThat(e).hasMessageContaining(" ");
                refused++;
            }
        }
        assertThat(refused).isPositive();
    }

    @Test
    void deepNestingOfIndefiniteLengthsIsRefused() {
        byte[] deep = new byte[200_000];
        for (int i = 0; i < deep.length; i += 2) {
            deep[i] = 0x30;
            deep[i + 1] = (byte) 0x80;
        }
        assertThatThrownBy(() -> Catalog.parse(Bytes.of(deep))).isInstanceOf(MalformedCatalog.class);
    }

    @Test
    void deepNestingOfDefiniteLengthsIsRefused() {
        assertThatThrownBy(() -> Catalog.parse(Bytes.of(nested(50_000)))).isInstanceOf(MalformedCatalog.class);
    }

    private static byte[] nested(int levels) {
        byte[] octets = new byte[levels * 6];
        int start = octets.length;
        for (int i = 0; i < levels; i++) {
            int length = octets.length - start;
            start -= 5;
            octets[start] = 0x30;
            octets[start + 1] = (byte) 0x83;
            octets[start + 2] = (byte) (length >> 16);
            octets[start + 3] = (byte) (length >> 8);
            octets[start + 4] = (byte) length;
        }
        return Arrays.copyOfRange(octets, start, octets.length);
    }

    @Test
    void aFileAboveTheLimitIsNotRead() throws Exception {
        Path file = Files.write(folder.resolve("big.cat"), new byte[Catalog.MAXIMUM_SIZE + 1]);

        assertThatThrownBy(() -> Catalog.read(file))
                .isInstanceOf(MalformedCatalog.class)
                .hasMessageContaining("more than " + Catalog.MAXIMUM_SIZE);
    }

    private static int indexOf(byte[] where, byte[] what) {
        for (int i = 0; i <= where.length - what.length; i++) {
            if (Arrays.equals(where, i, i + what.length, what, 0, what.length)) {
                return i;
            }
        }
        throw new AssertionError("not there");
    }

    @Test
    void anEmptyFileIsSaidToBeEmpty(@TempDir Path folder) throws IOException {
        Path empty = Files.createFile(folder.resolve("empty.cat"));

        assertThatThrownBy(() -> Catalog.read(empty))
                .isInstanceOf(MalformedCatalog.class)
                .hasMessage("the catalog is not well formed: it is empty");
    }
}

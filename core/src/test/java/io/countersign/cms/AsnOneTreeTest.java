package io.countersign.cms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.countersign.fixture.Mutation;
import io.countersign.fixture.PeSample;
import io.countersign.fixture.TableSample;
import io.countersign.fixture.Tool;
import io.countersign.fixture.WindowsPki;
import io.countersign.key.Bytes;
import io.countersign.key.DigestAlgorithm;
import io.countersign.sign.SignFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AsnOneTreeTest {
    private static final String THEN = "2026-10-01T00:00:00Z";
    private static final byte[] DRIVER = PeSample.plus().sectionSize(0x3000).toByteArray();
    private static final Pattern LINE = Pattern.compile(" *(\\d+):d=(\\d+) +hl=(\\d+) l= *(\\d+|inf) +(prim|cons): .*");

    @TempDir
    private Path folder;

    /** With page hashes, a description, a timestamp, and a second signature nested in it. */
    private Bytes signature() throws Exception {
        Path file = Files.write(folder.resolve("driver.sys"), DRIVER);
        SignFile.Options options = new SignFile.Options(
                        DigestAlgorithm.SHA256,
                        SignFile.Existing.APPEND,
                        Optional.of("A driver\u001b"),
                        Optional.of("https://example.org/"))
                .withPageHashes(true);
        new SignFile(WindowsPki.ATTESTED, Optional.of(WindowsPki.timestamps(THEN))).sign(file, file, options);
        return TableSample.signatureOf(
                WindowsPki.sign(Files.readAllBytes(file), WindowsPki.CURRENT_EV, "2026-10-02T00:00:00Z"));
    }

    private static Bytes catalog() {
        return WindowsPki.catalog(DRIVER, WindowsPki.WHQL, THEN).encoded();
    }

    private static List<String> lines(AsnOneTree tree) {
        return tree.nodes().stream()
                .map(n -> (n.name() + " " + n.type()).strip() + ": " + n.tag() + " " + n.value())
                .map(String::strip)
                .toList();
    }

    @Test
    void everythingHasTheNameItsStandardGivesIt() throws Exception {
        List<String> lines = lines(AsnOneTree.of(signature()));

        assertThat(lines)
                .startsWith(
                        "ContentInfo: SEQUENCE",
                        "contentType: OBJECT IDENTIFIER id-signedData (1.2.840.113549.1.7.2)",
                        "content: [0]",
                        "SignedData: SEQUENCE",
                        "version: INTEGER 1",
                        "digestAlgorithms DigestAlgorithmIdentifiers: SET")
                .contains(
                        "eContentType: OBJECT IDENTIFIER SPC_INDIRECT_DATA (1.3.6.1.4.1.311.2.1.4)",
                        "data SpcAttributeTypeAndOptionalValue: SEQUENCE",
                        "value SpcPeImageData: SEQUENCE",
                        "moniker SpcSerializedObject: [1]",
                        "classId: OCTET STRING a6b586d5b4a12466ae05a217da8e60d6",
                        "table: OCTET STRING 5 page hashes, each an offset and its SHA-256",
                        "attrValue SpcSpOpusInfo: SEQUENCE",
                        "unicode: [0] \"A driver?\"",
                        "url: [0] \"https://example.org/\"",
                        "extnValue ExtensionOctets: OCTET STRING",
                        "keyPurpose: OBJECT IDENTIFIER szOID_ATTEST_WHQL_CRYPTO (1.3.6.1.4.1.311.10.3.5.1)",
                        "unsignedAttrs UnsignedAttributes: [1]",
                        "attrType: OBJECT IDENTIFIER SPC_RFC3161_TIMESTAMP (1.3.6.1.4.1.311.3.3.1)",
                        "attrType: OBJECT IDENTIFIER SPC_NESTED_SIGNATURE (1.3.6.1.4.1.311.2.4.1)",
                        "attrValue SourceImage: SEQUENCE",
                        "TSTInfo: SEQUENCE",
                        "genTime: GeneralizedTime 20261001000000Z",
                        "genTime: GeneralizedTime 20261002000000Z");
        assertThat(lines)
                .filteredOn(l -> l.equals("attrValue ContentInfo: SEQUENCE"))
                .hasSize(3);
        assertThat(lines).filteredOn(l -> l.contains("no ASN.1")).isEmpty();
    }

    @Test
    void aCatalogsListIsNamedToo() {
        assertThat(lines(AsnOneTree.of(catalog())))
                .contains(
                        "CertificateTrustList: SEQUENCE",
                        "usage: OBJECT IDENTIFIER CATALOG_LIST (1.3.6.1.4.1.311.12.1.1)",
                        "trustedSubject TrustedSubject: SEQUENCE",
                        "attrValue SpcIndirectDataContent: SEQUENCE");
    }

    @Test
    void opensslSeesTheSameElements() throws Exception {
        Tool openssl = Tool.named("openssl", "openssl");
        byte[] indefinite = Bytes.ofHex("30800609" + "2a864886f70d010702" + "a0803003020105" + "0000" + "0000")
                .toByteArray();
        for (Bytes encoded : List.of(signature(), catalog(), Bytes.of(indefinite))) {
            Path file = Files.write(folder.resolve("signature.der"), encoded.toByteArray());
            Tool.Run run = openssl.run("asn1parse", "-inform", "DER", "-in", file);
            assertThat(run.exitCode()).as(run.output()).isZero();
            List<String> theirs = new ArrayList<>();
            for (Matcher m = LINE.matcher(run.output()); m.find(); ) {
                theirs.add(m.group(1) + " " + m.group(2) + " " + m.group(3) + " " + m.group(4) + " " + m.group(5));
            }

            assertThat(AsnOneTree.of(encoded).nodes().stream().filter(n -> !n.embedded()))
                    .extracting(n -> n.offset() + " " + n.depth() + " " + n.header() + " "
                            + (n.length() < 0 ? "inf" : n.length()) + (n.constructed() ? " cons" : " prim"))
                    .isEqualTo(theirs)
                    .hasSizeGreaterThan(5);
        }
    }

    /** Whatever is wrong, it is shown: within the octets there are, in order, without an exception. */
    @Test
    void brokenOnesAreShownAsFarAsTheyGo() throws Exception {
        byte[] original = signature().toByteArray();
        Random random = new Random(7);
        int broken = 0;
        for (int i = 0; i < 400; i++) {
            Mutation mutation = Mutation.of(original, 0, random);
            AsnOneTree tree = AsnOneTree.of(mutation.mutant());
            assertThat(tree.nodes()).as(mutation.what()).allSatisfy(n -> {
                assertThat(n.offset() + n.header() + Math.max(n.length(), 0))
                        .isLessThanOrEqualTo(mutation.mutant().size());
                assertThat(n.value()).hasSizeLessThan(200).doesNotContainPattern("\\p{Cc}");
            });
            assertThat(tree.nodes()).extracting(AsnOneNode::offset).isSorted();
            broken += tree.nodes().stream().anyMatch(n -> n.value().startsWith("no ASN.1")) ? 1 : 0;
        }
        assertThat(broken).isBetween(40, 399);
    }

    @Test
    void depthAndNumberAreBounded() {
        byte[] deep = new byte[1 << 16];
        for (int i = 0; i + 1 < deep.length; i += 2) {
            deep[i] = 0x30;
            deep[i + 1] = (byte) 0x80;
        }
        byte[] many = new byte[1 << 20];
        for (int i = 0; i < many.length; i += 2) {
            many[i] = 5;
        }

        assertThat(AsnOneTree.of(Bytes.of(deep)).nodes())
                .hasSize(66)
                .last()
                .satisfies(n -> assertThat(n.value()).contains("deeper than 64"));
        assertThat(AsnOneTree.of(Bytes.of(many)))
                .satisfies(t -> assertThat(t.nodes()).hasSize(1 << 16))
                .satisfies(t -> assertThat(t.whole()).isFalse());
        assertThatCode(() -> AsnOneTree.of(Bytes.of())).doesNotThrowAnyException();
    }
}

package io.countersign.sign;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.cms.AuthenticodeContent;
import io.countersign.cms.AuthenticodeSignature;
import io.countersign.cms.AuthenticodeSigner;
import io.countersign.cms.EmbeddedSignature;
import io.countersign.cms.InvalidMarker;
import io.countersign.cms.SignedAttributes;
import io.countersign.cms.SpcSpOpusInfo;
import io.countersign.fixture.PeSample;
import io.countersign.fixture.SoftwareKey;
import io.countersign.fixture.TestPki;
import io.countersign.fixture.TestPki.Kind;
import io.countersign.fixture.Tool;
import io.countersign.key.Bytes;
import io.countersign.key.DigestAlgorithm;
import io.countersign.pe.ByteSource;
import io.countersign.pe.PageHashes;
import io.countersign.pe.PeImage;
import io.countersign.sign.SignFile.Existing;
import io.countersign.sign.SignFile.Options;
import io.countersign.verify.Finding;
import io.countersign.verify.Finding.Outcome;
import io.countersign.verify.Report;
import io.countersign.verify.Verdict;
import io.countersign.verify.VerifyFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The marker attribute, the sequence number of nested signatures, and the warnings about markers and ECDSA. */
class SignedAttributesTest {
    private static final String MARKER_OID = "1.3.6.1.4.1.311.2.6.1";
    private static SoftwareKey root;
    private static SoftwareKey publisher;

    @TempDir
    private Path folder;

    private Path input;
    private Path output;

    @BeforeAll
    static void makeKeys() {
        root = TestPki.root("Attribute Root");
        publisher = TestPki.issue(root, "Attribute Publisher", Kind.CODE_SIGNING);
    }

    @BeforeEach
    void makeInput() {
        input = PeSample.plus().writeTo(folder.resolve("in.exe"));
        output = folder.resolve("out.exe");
    }

    @Test
    void anOrdinarySignatureHasNoMarkerAttributeAndNoWarnings() throws Exception {
        SignedFile signed = sign(publisher, input, Options.defaults());

        assertThat(signed.warnings()).isEmpty();
        assertThat(asn1()).doesNotContain(MARKER_OID);
        assertThat(outcomes("cms.invalid-markers")).containsExactly(Outcome.PASSED);
        assertThat(outcomes("cms.key-algorithm")).containsExactly(Outcome.PASSED);
    }

    @Test
    void theMarkerAttributeIsASignedIntegerAndOsslsigncodeAcceptsTheSignature() throws Exception {
        SignedFile signed = sign(publisher, input, Options.defaults().withRelaxedMarkerCheck(true));

        assertThat(signed.warnings()).isEmpty();
        assertThat(asn1()).containsPattern(MARKER_OID.replace(".", "\\.") + "\\s+\\S.*SET\\s+\\S.*INTEGER\\s+:01\\s");
        assertThat(signature().hasRelaxedMarkerCheck()).isTrue();
        assertThat(verify().verdict()).isEqualTo(new Verdict.Trusted());
        assertThat(osslsigncode()).contains("Signature verification: ok");
    }

    @Test
    void aSignatureWithAMarkerInItIsMadeAgainWithTheAttributeAndSaysSo() throws Exception {
        for (String marker : List.of("EGGA", "Rar!")) {
            SignedFile signed = sign(
                    publisher,
                    input,
                    new Options(
                            DigestAlgorithm.SHA256,
                            Existing.REFUSE,
                            Optional.empty(),
                            Optional.of("https://example.org/" + marker)));

            assertThat(signed.warnings()).hasSize(2);
            assertThat(signed.warnings().get(0))
                    .contains("contained “" + marker + "”", "made again with the marker attribute");
            assertThat(signed.warnings().get(1)).contains("stands outside the signed hashes", "the URL");
            assertThat(signature().hasRelaxedMarkerCheck()).isTrue();
            assertThat(outcomes("cms.invalid-markers")).containsExactly(Outcome.NOTE);
            assertThat(verify().verdict()).isEqualTo(new Verdict.Trusted());
        }
    }

    @Test
    void aMarkerThatIsThereAlreadyIsNoReasonToSignTwiceWhenAppending() throws Exception {
        sign(
                publisher,
                input,
                new Options(
                        DigestAlgorithm.SHA256,
                        Existing.REFUSE,
                        Optional.empty(),
                        Optional.of("https://example.org/EGGA")));

        SignedFile appended = sign(publisher, output, existing(Existing.APPEND));

        assertThat(appended.warnings()).singleElement().asString().contains("another signature");
        assertThat(signature().nested().get(0).hasRelaxedMarkerCheck()).isFalse();
    }

    /** A digest with a marker in it cannot be made to order, so the table is. */
    @Test
    void aMarkerAmongPageHashesIsExcusedByTheAttribute() throws Exception {
        AuthenticodeSignature signature = withMarkerAmongPageHashes(true);

        assertThat(signature.invalidMarker()).contains(new InvalidMarker("Rar!", true));
        assertThat(AttachFile.warnings(signature, signature)).isEmpty();
    }

    @Test
    void whoAttachesASignatureWithAMarkerIsToldWhatToRun() throws Exception {
        AuthenticodeSignature signature = withMarkerAmongPageHashes(false);

        assertThat(AttachFile.warnings(signature, signature))
                .singleElement()
                .asString()
                .contains("“Rar!” stands in the signed hashes", "'countersign digest --rmc'");
    }

    private static AuthenticodeSignature withMarkerAmongPageHashes(boolean excused) throws Exception {
        byte[] table = new byte[72];
        System.arraycopy("Rar!".getBytes(StandardCharsets.US_ASCII), 0, table, 50, 4);
        return new AuthenticodeSigner(publisher)
                .sign(AuthenticodeContent.ofPeImage(
                        DigestAlgorithm.SHA256.digest(new byte[1]),
                        Optional.of(new PageHashes(DigestAlgorithm.SHA256, Bytes.of(table))),
                        new SignedAttributes(
                                new SpcSpOpusInfo(Optional.empty(), Optional.empty()), excused, OptionalInt.empty())));
    }

    @Test
    void nestedSignaturesAreNumberedInTheOrderTheyWereMade() throws Exception {
        sign(publisher, input, Options.defaults());
        sign(publisher, output, existing(Existing.APPEND));
        sign(publisher, output, existing(Existing.APPEND));

        List<String> numbers = osslsigncode()
                .lines()
                .map(String::strip)
                .filter(l -> l.startsWith("Signature Index") || l.startsWith("Sequence number"))
                .toList();

        // It lists the newest first, its own signatures too.
        assertThat(numbers)
                .containsExactly(
                        "Signature Index: 0  (Primary Signature)",
                        "Signature Index: 1",
                        "Sequence number: 2",
                        "Signature Index: 2",
                        "Sequence number: 1");
        assertThat(verify().verdict()).isEqualTo(new Verdict.Trusted());
    }

    @Test
    void anEcdsaSignatureIsMadeWithAWarningAndFoundWithANote() throws Exception {
        SoftwareKey elliptic = TestPki.issue(
                root,
                "Elliptic Publisher",
                Kind.CODE_SIGNING,
                "EC",
                Instant.now().minusSeconds(60),
                Instant.now().plusSeconds(86400));
        SignedFile signed = sign(elliptic, input, Options.defaults());

        assertThat(signed.warnings()).singleElement().asString().contains("ECDSA", "VerificationError 23");
        assertThat(outcomes("cms.key-algorithm")).containsExactly(Outcome.NOTE);
        assertThat(verify().verdict()).isEqualTo(new Verdict.Trusted());
    }

    private static Options existing(Existing existing) {
        return new Options(DigestAlgorithm.SHA256, existing, Optional.empty(), Optional.empty());
    }

    private SignedFile sign(SoftwareKey key, Path file, Options options) throws Exception {
        return new SignFile(key, Optional.empty()).sign(file, output, options);
    }

    private AuthenticodeSignature signature() throws Exception {
        try (ByteSource source = ByteSource.open(output)) {
            return EmbeddedSignature.read(PeImage.parse(source), source)
                    .orElseThrow()
                    .signature();
        }
    }

    private String asn1() throws Exception {
        Path der = Files.write(
                folder.resolve("signature.der"), signature().encoded().toByteArray());
        return Tool.named("openssl", "openssl")
                .run("asn1parse", "-inform", "DER", "-in", der)
                .output();
    }

    private String osslsigncode() {
        Tool.Run run = Tool.named("osslsigncode", "osslsigncode")
                .run("verify", "-CAfile", TestPki.pem(folder.resolve("root.pem"), root.certificate()), "-in", output);
        assertThat(run.exitCode()).as(run.output()).isZero();
        return run.output();
    }

    private Report verify() throws Exception {
        return new VerifyFile(List.of(root.certificate()), List.of(), Instant.now()).verify(output);
    }

    private List<Outcome> outcomes(String check) throws Exception {
        return verify().findings().stream()
                .filter(f -> f.check().equals(check))
                .map(Finding::outcome)
                .toList();
    }
}

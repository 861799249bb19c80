package io.countersign.windows.checker;

import static io.countersign.fixture.WindowsPki.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.cms.EmbeddedSignature;
import io.countersign.fixture.WindowsPki;
import io.countersign.pe.ByteSource;
import io.countersign.pe.PeImage;
import io.countersign.timestamp.TimestampToken;
import io.countersign.windows.DenyLists;
import io.countersign.windows.FileEvidence;
import io.countersign.windows.GatherEvidence;
import io.countersign.windows.KernelRoots;
import io.countersign.windows.Role;
import io.countersign.windows.SignatureClass;
import io.countersign.windows.SignatureEvidence;
import io.countersign.windows.Stamp;
import io.countersign.windows.TrustAnchors;
import io.countersign.x509.RevocationLists;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1TaggedObject;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.cms.SignedData;
import org.junit.jupiter.api.Test;

/** A DLL that Microsoft signed and timestamped, from Maven Central. Microsoft's roots are not part of this project. */
class MicrosoftSignedFileTest {
    private static final String ROOT = "Microsoft Root Certificate Authority 2011";
    private static final Instant TIMESTAMP = Instant.parse("2024-08-22T21:06:24.573Z");

    @Test
    void itsChainIsFoundUpToTheRootThatIsKnownByThumbprint() {
        SignatureEvidence signature = only(gather(TrustAnchors.none()));

        assertThat(signature.isSound()).isTrue();
        assertThat(signature.kernelPath().orElseThrow())
                .hasToString("Microsoft Corporation ← Microsoft Code Signing PCA 2011");
        assertThat(signature.kind()).isEqualTo(SignatureClass.ROOT_NOT_SUPPLIED);
        assertThat(signature.kindReason())
                .isEqualTo("“" + ROOT + "” was not supplied: the arithmetic holds up to “Microsoft Code Signing PCA"
                        + " 2011”, which names it as its issuer");
        assertThat(KernelRoots.ALL)
                .filteredOn(r -> r.name().equals(ROOT))
                .singleElement()
                .satisfies(r -> {
                    assertThat(r.role()).isEqualTo(Role.MICROSOFT_ROOT);
                    assertThat(r.sha1().hex()).isEqualTo("8f43288ad272f3103b6fb1428485ea3014c0bcfe");
                });
    }

    @Test
    void itsTimestampIsReadWithTheAttributeCertificatesInIt() throws Exception {
        Stamp stamp = only(gather(TrustAnchors.none())).stamp().orElseThrow();
        assertThat(stamp.time()).contains(TIMESTAMP);
        assertThat(stamp.flaw()).isEmpty();
        assertThat(stamp.good()).as("its root was not supplied").isFalse();
        assertThat(stamp.path().orElseThrow())
                .hasToString("Microsoft Time-Stamp Service ← Microsoft Time-Stamp PCA 2010");

        TimestampToken token = token();
        token.requireOwnSignature();
        SignedData inside = SignedData.getInstance(
                ContentInfo.getInstance(token.encoded().toByteArray()).getContent());
        assertThat(inside.getCertificates())
                .as("one of them is no X.509 certificate")
                .hasSizeGreaterThan(token.certificates().size());
        assertThat(Stream.of(inside.getCertificates().toArray()).map(ASN1Encodable::toASN1Primitive))
                .anyMatch(ASN1TaggedObject.class::isInstance);
    }

    @Test
    void whatIsNotKnownIsSaidAndNotGuessed() {
        for (TrustAnchors anchors : List.of(TrustAnchors.none(), WindowsPki.anchors())) {
            FileEvidence evidence = gather(anchors);
            for (Checker checker : List.of(
                    SigntoolVerify.of(SigntoolPolicy.PA),
                    SigntoolVerify.of(SigntoolPolicy.KP),
                    SigntoolVerify.of(SigntoolPolicy.DRIVER),
                    Sigcheck.current())) {
                CheckerReport report = checker.judge("mssql-jdbc_auth.dll", evidence);
                assertThat(report.verdict())
                        .as(checker.command() + ": " + report.reason())
                        .isEqualTo(CheckerVerdict.UNKNOWN);
                assertThat(report.missing()).anyMatch(m -> m.contains("“" + ROOT + "” was not supplied"));
                assertThat(report.toolOutput()).isEmpty();
            }
            assertThat(Sigverif.defaults()
                            .judge("mssql-jdbc_auth.dll", evidence)
                            .verdict())
                    .as("it is in no catalog, whoever signed it")
                    .isEqualTo(CheckerVerdict.REFUSED);
        }
    }

    private static FileEvidence.Image gather(TrustAnchors anchors) {
        try {
            return (FileEvidence.Image) new GatherEvidence(anchors, DenyLists.none(), RevocationLists.none(), NOW)
                    .gather(file(), List.of());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static SignatureEvidence only(FileEvidence.Image image) {
        assertThat(image.signatures()).hasSize(1);
        return image.signatures().get(0);
    }

    private static TimestampToken token() throws Exception {
        try (ByteSource source = ByteSource.open(file())) {
            EmbeddedSignature embedded =
                    EmbeddedSignature.read(PeImage.parse(source), source).orElseThrow();
            return TimestampToken.parse(embedded.signature().timestamps().get(0).toByteArray());
        }
    }

    /** Copied by the build out of the local repository. */
    private static Path file() throws IOException {
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("microsoft.signed.files")))) {
            return files.filter(f -> f.toString().endsWith(".dll")).findFirst().orElseThrow();
        }
    }
}

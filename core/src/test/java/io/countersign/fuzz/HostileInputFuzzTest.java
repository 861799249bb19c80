package io.countersign.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.countersign.catalog.Catalog;
import io.countersign.catalog.CatalogCheck;
import io.countersign.catalog.CatalogMember;
import io.countersign.catalog.CatalogVersion;
import io.countersign.catalog.DriverPackage;
import io.countersign.catalog.MalformedCatalog;
import io.countersign.catalog.UnfitPackage;
import io.countersign.cms.AuthenticodeSignature;
import io.countersign.cms.Countersignature;
import io.countersign.cms.MalformedSignature;
import io.countersign.fixture.PeSample;
import io.countersign.fixture.TableSample;
import io.countersign.fixture.TrustListSample;
import io.countersign.format.ArchiveFiles;
import io.countersign.format.MalformedFile;
import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import io.countersign.pe.ByteSource;
import io.countersign.pe.CertificateTable;
import io.countersign.pe.ImageScan;
import io.countersign.pe.MalformedPe;
import io.countersign.pe.PeImage;
import io.countersign.timestamp.MalformedTimestamp;
import io.countersign.timestamp.Refusal;
import io.countersign.timestamp.TestTsa;
import io.countersign.timestamp.TimestampAuthority;
import io.countersign.timestamp.TimestampResponse;
import io.countersign.timestamp.TimestampToken;
import io.countersign.verify.Report;
import io.countersign.verify.Verdict;
import io.countersign.verify.VerifyFile;
import io.countersign.windows.DriverBlockPolicy;
import io.countersign.windows.MalformedList;
import io.countersign.windows.MicrosoftList;
import io.countersign.x509.OcspResponse;
import io.countersign.x509.PemCertificates;
import io.countersign.x509.Revocation;
import io.countersign.x509.RevocationLists;
import io.countersign.x509.UnreadableOcspResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;

/**
 * Whatever octets come in, the answer is a value or the one exception that says they are malformed. Seeds and past findings are
 * in this class's Inputs folder among the resources; {@link SeedCorpus} wrote the first of them.
 */
class HostileInputFuzzTest {
    private static final byte[] UNSIGNED = PeSample.plus().toByteArray();
    private static final TimestampAuthority AUTHORITY = TestTsa.authority();

    private static VerifyFile verifier;
    private static Digest signedImage;
    private static List<List<CatalogMember>> signedMembers;

    @BeforeAll
    static void trustTheSeedsRoots() throws IOException {
        List<X509Certificate> roots = PemCertificates.read(SeedCorpus.ROOTS);
        verifier = new VerifyFile(roots, roots, SeedCorpus.TIME);
        signedImage = imageDigest(UNSIGNED);
    }

    @BeforeAll
    static void rememberWhatTheCatalogsHold() throws Exception {
        signedMembers = new ArrayList<>();
        for (CatalogVersion version : CatalogVersion.values()) {
            // As read: DER sorts a member's attributes.
            signedMembers.add(
                    Catalog.parse(SeedCorpus.catalog(version).encoded()).members());
        }
    }

    /** No file is trusted but one whose covered octets are those that were signed, and none with a table is unsigned. */
    @FuzzTest
    void peFile(byte[] octets) throws IOException {
        Path file = Files.createTempFile("fuzz", ".exe");
        try {
            Files.write(file, octets);
            Report report = verifier.verify(file);
            if (report.verdict() instanceof Verdict.Trusted) {
                assertThat(imageDigest(octets)).isEqualTo(signedImage);
            }
            if (report.verdict() instanceof Verdict.Unsigned) {
                assertThat(PeImage.parse(ByteSource.of(Bytes.of(octets))).certificateTable())
                        .isEmpty();
            }
        } catch (MalformedPe e) {
            throw new AssertionError("called unsigned", e);
        } finally {
            Files.delete(file);
        }
    }

    /** A table is malformed or has entries, each inside it and behind the one before. */
    @FuzzTest
    void certificateTable(byte[] table) throws IOException {
        byte[] file = TableSample.attach(UNSIGNED, table);
        ByteSource source = ByteSource.of(Bytes.of(file));
        try {
            PeImage image = PeImage.parse(source);
            List<CertificateTable.Entry> entries = CertificateTable.entries(image, source);
            assertThat(entries.isEmpty()).isEqualTo(table.length == 0);
            long end = UNSIGNED.length;
            for (CertificateTable.Entry entry : entries) {
                assertThat(entry.range().offset()).isGreaterThanOrEqualTo(end);
                end = entry.range().end();
                assertThat(end).isLessThanOrEqualTo(file.length);
                Bytes der = CertificateTable.der(entry, source);
                assertThat(der.size()).isLessThanOrEqualTo((int) entry.range().length() - 8);
                assertThat(CertificateTable.padding(
                                        entry,
                                        der.size(),
                                        image.certificateTable().orElseThrow(),
                                        source)
                                .size())
                        .isNotNegative();
            }
        } catch (MalformedPe e) {
            assertThat(e.offset()).isBetween(0L, (long) file.length);
        }
    }

    @FuzzTest
    void authenticodeSignature(byte[] der) {
        try {
            AuthenticodeSignature signature = AuthenticodeSignature.parse(Bytes.of(der));
            for (X509Certificate certificate : signature.certificates()) {
                signature.isSignedBy(certificate);
            }
            assertThat(signature.encoded()).isEqualTo(Bytes.of(der));
            assertThat(signature.signatureValue()).isNotNull();
            assertThat(signature.nested()).hasSizeLessThanOrEqualTo(16);
            for (Bytes countersignature : signature.countersignatures()) {
                Countersignature made = Countersignature.parse(countersignature, signature);
                made.signerCertificate().ifPresent(made::isSignedBy);
                assertThat(made.time()).isNotNull();
            }
        } catch (MalformedSignature e) {
            assertThat(e.getMessage()).doesNotEndWith(": null"); // in the middle a hostile file may say so
        }
    }

    @FuzzTest
    void timestampToken(byte[] der) {
        try {
            TimestampToken token = TimestampToken.parse(der);
            assertThat(List.of(token.genTime(), token.imprint(), token.serialNumber(), token.policy(), token.nonce()))
                    .doesNotContainNull();
            token.requireOwnSignature();
        } catch (MalformedTimestamp e) {
            assertThat(e.getMessage()).doesNotEndWith(": null"); // in the middle a hostile file may say so
        }
    }

    /** Every request gets an answer that can be read, and none looks like a failure of ours. */
    @FuzzTest
    void timestampRequest(byte[] request) throws MalformedTimestamp {
        TimestampResponse response = TimestampResponse.parse(AUTHORITY.respond(request));
        if (response instanceof TimestampResponse.Refused refused) {
            assertThat(refused.refusals()).hasSize(1).isNotEqualTo(Set.of(Refusal.SYSTEM_FAILURE));
        } else {
            Optional<X509Certificate> signer =
                    ((TimestampResponse.Granted) response).token().signerCertificate();
            assertThat(signer).isNotNull();
        }
    }

    /** A catalog can be asked anything once it is read, and its signature holds over no other members than were signed. */
    @FuzzTest
    void catalog(byte[] der) throws IOException {
        try {
            Catalog catalog = Catalog.parse(Bytes.of(der));
            assertThat(catalog.trustList().getEncoded()).isNotEmpty();
            catalog.attributes().forEach(a -> assertThat(a.text()).isNotNull());
            catalog.members()
                    .forEach(m ->
                            assertThat(m.tagText() + m.tagDigest() + m.file()).isNotEmpty());
            CatalogCheck check = new CatalogCheck(catalog);
            assertThat(check.check(SeedCorpus.DRIVER).message()).isNotEmpty();
            assertThat(check.membersWithout(List.of(SeedCorpus.DRIVER)))
                    .hasSizeLessThanOrEqualTo(catalog.members().size());
            if (catalog.signature().isPresent()) {
                assertThat(catalog.encoded()).isEqualTo(Bytes.of(der));
                assertThat(catalog.signature().get().signatureValue()).isNotNull();
                if (catalog.signature().get().holds()) {
                    assertThat(signedMembers).contains(catalog.members());
                }
            }
        } catch (MalformedCatalog e) {
            assertThat(e.getMessage()).doesNotEndWith(": null"); // in the middle a hostile file may say so
        }
    }

    /** An INF gives a package whose files are in its folder, or is unfit. */
    @FuzzTest
    void driverPackage(byte[] inf) throws IOException {
        Path folder = Files.createTempDirectory("fuzz");
        Path file = Files.write(folder.resolve("hello.inf"), inf);
        Path driver = Files.createFile(folder.resolve("hello.sys"));
        try {
            DriverPackage read = DriverPackage.read(folder, Optional.empty(), SeedCorpus.SYSTEMS);
            assertThat(read.catalogName()).doesNotContain("/", "\\");
            for (DriverPackage.Source source : read.files()) {
                assertThat(source.path()).isIn(file.toRealPath(), driver.toRealPath());
            }
        } catch (UnfitPackage e) {
            assertThat(e.getMessage()).doesNotEndWith(": null"); // in the middle a hostile file may say so
        } finally {
            Files.delete(driver);
            Files.delete(file);
            Files.delete(folder);
        }
    }

    /** An archive gives files that stay in the folder and are not more than may be read, or is malformed. */
    @FuzzTest
    void archive(byte[] octets) throws IOException {
        Path parent = Files.createTempDirectory("fuzz");
        Path archive = Files.write(parent.resolve("archive"), octets);
        Path folder = Files.createDirectory(parent.resolve("out"));
        try {
            ArchiveFiles.extract(archive, folder);
        } catch (MalformedFile e) {
            assertThat(e.getMessage()).doesNotEndWith(": null"); // in the middle a hostile file may say so
        } finally {
            List<Path> all;
            try (Stream<Path> walk = Files.walk(parent)) {
                all = walk.sorted(Comparator.reverseOrder()).toList();
            }
            long total = 0;
            for (Path path : all) {
                assertThat(path.equals(parent) || path.equals(archive) || path.startsWith(folder))
                        .isTrue();
                total += Files.isRegularFile(path) ? Files.size(path) : 0;
                Files.delete(path);
            }
            assertThat(total).isLessThanOrEqualTo(octets.length + (1L << 24) + 100L * octets.length);
        }
    }

    /** A list can be asked anything once it is read, and one whose signature does not hold is trusted by nobody. */
    @FuzzTest
    void microsoftList(byte[] der) {
        try {
            MicrosoftList list = MicrosoftList.parse(Bytes.of(der));
            assertThat(list.denyList().entries()).doesNotContainNull();
            assertThat(list.kind().title()).isNotEmpty();
            MicrosoftList.SignatureVerdict verdict =
                    list.verify(List.of(TrustListSample.root().certificate()));
            assertThat(verdict.broken() && verdict.trusted()).isFalse();
            assertThat(verdict.reason()).isNotEmpty();
        } catch (MalformedList e) {
            assertThat(e.getMessage()).doesNotEndWith(": null"); // in the middle a hostile file may say so
        }
    }

    @FuzzTest
    void driverBlockPolicy(byte[] xml) {
        try {
            assertThat(DriverBlockPolicy.parse(Bytes.of(xml)).entries()).doesNotContainNull();
        } catch (MalformedList e) {
            assertThat(e.getMessage()).doesNotEndWith(": null"); // in the middle a hostile file may say so
        }
    }

    /** A response tells nothing of a certificate whose authority did not sign it. */
    @FuzzTest
    void ocspResponse(byte[] der) {
        try {
            OcspResponse response = OcspResponse.parse(Bytes.of(der));
            assertThat(response.size()).isNotNegative();
            assertThat(response.producedAt()).isNotNull();
            X509Certificate root = TrustListSample.root().certificate();
            assertThat(new RevocationLists(List.of(), List.of(response)).of(root, root, SeedCorpus.TIME))
                    .isInstanceOf(Revocation.NotKnown.class);
        } catch (UnreadableOcspResponse e) {
            assertThat(e.getMessage()).doesNotEndWith(": null"); // in the middle a hostile file may say so
        }
    }

    private static Digest imageDigest(byte[] octets) throws IOException {
        ByteSource source = ByteSource.of(Bytes.of(octets));
        try {
            return ImageScan.of(PeImage.parse(source), source, EnumSet.of(DigestAlgorithm.SHA256))
                    .imageDigest(DigestAlgorithm.SHA256);
        } catch (MalformedPe e) {
            throw new AssertionError(e);
        }
    }
}

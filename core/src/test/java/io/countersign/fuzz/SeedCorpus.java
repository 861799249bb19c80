package io.countersign.fuzz;

import io.countersign.catalog.BuildCatalog;
import io.countersign.catalog.Catalog;
import io.countersign.catalog.CatalogVersion;
import io.countersign.catalog.DriverPackage;
import io.countersign.catalog.TargetSystem;
import io.countersign.catalog.UnfitPackage;
import io.countersign.cms.AuthenticodeSignature;
import io.countersign.fixture.CountersignatureSample;
import io.countersign.fixture.PackageSample;
import io.countersign.fixture.PeSample;
import io.countersign.fixture.SoftwareKey;
import io.countersign.fixture.TableSample;
import io.countersign.fixture.TestPki;
import io.countersign.fixture.TestPki.Kind;
import io.countersign.fixture.TrustListSample;
import io.countersign.key.Bytes;
import io.countersign.key.DigestAlgorithm;
import io.countersign.sign.SignCatalog;
import io.countersign.sign.SignFile;
import io.countersign.sign.SignFile.Existing;
import io.countersign.sign.SignFile.Options;
import io.countersign.timestamp.TimestampAuthority;
import io.countersign.timestamp.TimestampRequest;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.cms.CMSAttributes;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.OCSPRespBuilder;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.jcajce.JcaBasicOCSPRespBuilder;
import org.bouncycastle.operator.DigestCalculator;
import org.bouncycastle.operator.bc.BcDigestCalculatorProvider;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Writes the seeds of {@link HostileInputFuzzTest} anew, all by our own writer and throw-away keys: run it in {@code core}. */
final class SeedCorpus {
    static final Instant TIME = Instant.parse("2026-11-01T12:00:00Z");

    private static final Path FOLDER = Path.of("src/test/resources/io/countersign/fuzz/HostileInputFuzzTestInputs");

    /** The roots that the seeds' signatures and timestamps lead to. */
    static final Path ROOTS = FOLDER.resolveSibling("roots.pem");

    static final List<TargetSystem> SYSTEMS = List.of(TargetSystem.of("10_X64").orElseThrow());

    private static final Path PACKAGE = Path.of("../samples/hello-driver");

    /** A file that the seeds' catalogs hold. */
    static final Path DRIVER = PACKAGE.resolve("prebuilt/hello.sys");

    private SeedCorpus() {}

    /** The catalog of the sample driver, unsigned. */
    static Catalog catalog(CatalogVersion version) throws IOException, UnfitPackage {
        DriverPackage source = new DriverPackage(
                PACKAGE.resolve("hello.inf"),
                "hello.cat",
                List.of(new DriverPackage.Source("hello.sys", DRIVER)),
                List.of("root\\hello"),
                SYSTEMS);
        return BuildCatalog.of(source, version, TIME);
    }

    public static void main(String[] arguments) throws Exception {
        SoftwareKey root = TestPki.root("SEED Root", TIME.minus(Duration.ofDays(30)));
        SoftwareKey publisher = key(root, "SEED Publisher", Kind.CODE_SIGNING);
        SoftwareKey authority = key(root, "SEED Timestamp Authority", Kind.TIME_STAMPING);
        TimestampAuthority stamps = new TimestampAuthority("SEED", authority, InstantSource.fixed(TIME));

        Path work = Files.createTempDirectory("seeds");
        Path unsigned = PeSample.plus().writeTo(work.resolve("unsigned"));
        Path plain = work.resolve("plain");
        Path nested = work.resolve("nested");
        new SignFile(publisher, Optional.of(stamps)).sign(unsigned, plain, Options.defaults());
        new SignFile(publisher, Optional.empty())
                .sign(
                        plain,
                        nested,
                        new Options(DigestAlgorithm.SHA256, Existing.APPEND, Optional.of("seed"), Optional.empty()));

        Files.createDirectories(FOLDER);
        TestPki.pem(ROOTS, root.certificate());
        byte[] signed = Files.readAllBytes(plain);
        seed("peFile", "unsigned-pe32", PeSample.pe32().overlay(3).toByteArray());
        seed("peFile", "signed", signed);
        seed("peFile", "nested", Files.readAllBytes(nested));
        seed("certificateTable", "one-entry", TableSample.tableOf(signed));
        seed(
                "certificateTable",
                "two-entries",
                TableSample.concat(
                        TableSample.entry(new byte[] {0x30, 0}), TableSample.entry(new byte[] {0x30, 1, 5})));
        Bytes signature = TableSample.signatureOf(signed);
        seed("authenticodeSignature", "timestamped", signature.toByteArray());
        AuthenticodeSignature parsed = AuthenticodeSignature.parse(TableSample.signatureOf(Files.readAllBytes(nested)));
        seed("authenticodeSignature", "nested", parsed.encoded().toByteArray());
        seed("authenticodeSignature", "bare", parsed.nested().get(0).encoded().toByteArray());
        seed(
                "authenticodeSignature",
                "countersigned",
                parsed.nested()
                        .get(0)
                        .withUnsigned(
                                CMSAttributes.counterSignature,
                                CountersignatureSample.by(
                                        authority,
                                        DigestAlgorithm.SHA256,
                                        parsed.nested().get(0).signatureValue().toByteArray(),
                                        TIME))
                        .encoded()
                        .toByteArray());
        seed("timestampToken", "ours", parsed.timestamps().get(0).toByteArray());
        seed("timestampRequest", "plain", request(DigestAlgorithm.SHA256, false, Optional.empty()));
        seed(
                "timestampRequest",
                "all-fields",
                request(DigestAlgorithm.SHA512, true, Optional.of(BigInteger.TEN.pow(18))));
        Path signedCatalog = work.resolve("catalog");
        seed("catalog", "unsigned", catalog(CatalogVersion.V2).encoded().toByteArray());
        new SignCatalog(publisher, Optional.empty())
                .sign(catalog(CatalogVersion.V1), signedCatalog, DigestAlgorithm.SHA256);
        seed("catalog", "signed-version-1", Files.readAllBytes(signedCatalog));
        new SignCatalog(publisher, Optional.of(stamps))
                .sign(catalog(CatalogVersion.V2), signedCatalog, DigestAlgorithm.SHA256);
        seed("catalog", "timestamped-version-2", Files.readAllBytes(signedCatalog));
        String inf = Files.readString(PACKAGE.resolve("hello.inf"));
        seed("driverPackage", "hello", inf.getBytes(StandardCharsets.UTF_8));
        PackageSample packaged = PackageSample.in(work, PeSample.plus().toByteArray());
        seed("archive", "zip", Files.readAllBytes(packaged.zip()));
        seed("archive", "mszip-cabinet", Files.readAllBytes(packaged.cabinet()));
        seedLists(publisher, root);
        seed("driverPackage", "utf-16", ("\ufeff" + inf).getBytes(StandardCharsets.UTF_16LE));
    }

    private static void seedLists(SoftwareKey leaf, SoftwareKey authority) throws Exception {
        Bytes digest = DigestAlgorithm.SHA256.digest(new byte[] {1}).value();
        Bytes sha1 = DigestAlgorithm.SHA1.digest(new byte[] {1}).value();
        seed(
                "microsoftList",
                "roots",
                TrustListSample.of(TrustListSample.ROOT_PROGRAM)
                        .root(sha1, "SEED Root", List.of("1.3.6.1.5.5.7.3.3"), List.of())
                        .signed()
                        .toByteArray());
        seed(
                "microsoftList",
                "drivers",
                TrustListSample.of(TrustListSample.DRIVER_REVOCATION)
                        .subject(digest)
                        .unsigned()
                        .toByteArray());
        seed("driverBlockPolicy", "rules", """
                <?xml version="1.0" encoding="utf-8"?>
                <SiPolicy xmlns="urn:schemas-microsoft-com:sipolicy">
                  <VersionEx>10.0.0.1</VersionEx>
                  <FileRules>
                    <Deny ID="ID_DENY_1" FriendlyName="a" Hash="%1$s" />
                    <Deny ID="ID_DENY_2" FileName="b.sys" MinimumFileVersion="0.0.0.0" MaximumFileVersion="1.2.3.4" />
                    <FileAttrib ID="ID_FILEATTRIB_1" FileName="c.sys" MaximumFileVersion="1.0.0.0" />
                  </FileRules>
                  <Signers>
                    <Signer ID="ID_SIGNER_1" Name="d">
                      <CertRoot Type="TBS" Value="%1$s" /><CertPublisher Value="e" />
                      <FileAttribRef RuleID="ID_FILEATTRIB_1" />
                    </Signer>
                  </Signers>
                  <SigningScenarios>
                    <SigningScenario Value="131" ID="ID_SIGNINGSCENARIO_DRIVERS_1">
                      <ProductSigners>
                        <DeniedSigners><DeniedSigner SignerId="ID_SIGNER_1" /></DeniedSigners>
                        <FileRulesRef><FileRuleRef RuleID="ID_DENY_1" /><FileRuleRef RuleID="ID_DENY_2" /></FileRulesRef>
                      </ProductSigners>
                    </SigningScenario>
                  </SigningScenarios>
                </SiPolicy>
                """.formatted(digest.hex()).getBytes(StandardCharsets.UTF_8));
        DigestCalculator sha1s = new BcDigestCalculatorProvider().get(CertificateID.HASH_SHA1);
        BasicOCSPResp basic = new JcaBasicOCSPRespBuilder(
                        authority.certificate().getPublicKey(), sha1s)
                .addResponse(
                        new CertificateID(
                                sha1s,
                                new JcaX509CertificateHolder(authority.certificate()),
                                leaf.certificate().getSerialNumber()),
                        new RevokedStatus(Date.from(TIME), CRLReason.keyCompromise))
                .build(
                        new JcaContentSignerBuilder("SHA256withRSA").build(authority.key()),
                        new X509CertificateHolder[] {new JcaX509CertificateHolder(authority.certificate())},
                        Date.from(TIME));
        seed(
                "ocspResponse",
                "revoked",
                new OCSPRespBuilder().build(OCSPRespBuilder.SUCCESSFUL, basic).getEncoded());
    }

    private static SoftwareKey key(SoftwareKey root, String name, Kind kind) {
        return TestPki.issue(root, name, kind, "EC", TIME.minusSeconds(600), TIME.plusSeconds(600));
    }

    private static byte[] request(DigestAlgorithm algorithm, boolean certReq, Optional<BigInteger> nonce) {
        return new TimestampRequest(algorithm.digest(new byte[] {1}), nonce, certReq, Optional.empty()).encode();
    }

    private static void seed(String target, String name, byte[] octets) throws Exception {
        Files.write(Files.createDirectories(FOLDER.resolve(target)).resolve(name), octets);
    }
}

package io.countersign.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.catalog.BuildCatalog;
import io.countersign.catalog.Catalog;
import io.countersign.catalog.CatalogVersion;
import io.countersign.catalog.DriverPackage;
import io.countersign.catalog.MalformedCatalog;
import io.countersign.catalog.TargetSystem;
import io.countersign.cms.CatalogSignature;
import io.countersign.cms.Oids;
import io.countersign.fixture.Mutation;
import io.countersign.fixture.PeSample;
import io.countersign.fixture.SoftwareKey;
import io.countersign.fixture.TestPki;
import io.countersign.fixture.TestPki.Kind;
import io.countersign.key.Bytes;
import io.countersign.key.DigestAlgorithm;
import io.countersign.sign.SignCatalog;
import io.countersign.sign.SignFile;
import io.countersign.sign.SignFile.Existing;
import io.countersign.sign.SignFile.Options;
import io.countersign.timestamp.TimestampAuthority;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.AttributeTable;
import org.bouncycastle.asn1.cms.SignedData;
import org.bouncycastle.asn1.x509.Certificate;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.SignerInformation;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Thousands of mutants of every kind of signed file. What a good verdict rests on is taken from the file by other means than ours,
 * and must be what was signed: octet by octet outside the three holes, and in every signature and token that was judged.
 */
@Tag("any-jdk")
class MutantTest {
    private static final int MUTANTS = 3000;
    private static final Instant NOW = Instant.parse("2026-11-01T12:00:00Z");
    private static final Options DEFAULTS = Options.defaults();
    private static final Options SHA384 =
            new Options(DigestAlgorithm.SHA384, Existing.APPEND, Optional.empty(), Optional.empty());

    @TempDir
    private static Path folder;

    private static SoftwareKey root;
    private static SignFile plain;
    private static SignFile timestamped;
    private static SignCatalog catalogs;
    private static VerifyFile verifier;

    @BeforeAll
    static void makeKeys() {
        root = TestPki.root("Mutant Root", NOW.minusSeconds(9000));
        SoftwareKey publisher = key("Mutant Publisher", Kind.CODE_SIGNING, "RSA");
        TimestampAuthority authority = new TimestampAuthority(
                "mutants", key("Mutant Timestamp Authority", Kind.TIME_STAMPING, "EC"), InstantSource.fixed(NOW));
        plain = new SignFile(publisher, Optional.empty());
        timestamped = new SignFile(publisher, Optional.of(authority));
        catalogs = new SignCatalog(publisher, Optional.of(authority));
        verifier = new VerifyFile(List.of(root.certificate()), List.of(root.certificate()), NOW);
    }

    private static SoftwareKey key(String name, Kind kind, String algorithm) {
        return TestPki.issue(root, name, kind, algorithm, NOW.minusSeconds(600), NOW.plusSeconds(600));
    }

    private interface Signing {
        void sign(Path from, Path to) throws Exception;
    }

    /** Every kind of signed PE file. */
    private enum Kinds {
        PE32_PLUS(PeSample.plus(), (from, to) -> plain.sign(from, to, DEFAULTS)),
        PE32(PeSample.pe32(), (from, to) -> plain.sign(from, to, DEFAULTS)),
        ODD_LENGTH(PeSample.plus().overlay(13), (from, to) -> plain.sign(from, to, DEFAULTS)),
        PAGE_HASHED(
                PeSample.plus().sections(0x1200, 0x600),
                (from, to) -> plain.sign(from, to, DEFAULTS.withPageHashes(true))),
        TIMESTAMPED(PeSample.plus(), (from, to) -> timestamped.sign(from, to, DEFAULTS)),
        NESTED(PeSample.pe32(), (from, to) -> {
            timestamped.sign(from, to, DEFAULTS);
            plain.sign(to, to, SHA384.withPageHashes(true));
        });

        private final PeSample sample;
        private final Signing signing;

        Kinds(PeSample sample, Signing signing) {
            this.sample = sample;
            this.signing = signing;
        }

        byte[] signed() throws Exception {
            Path to = folder.resolve("signed.exe");
            signing.sign(sample.writeTo(folder.resolve("in.exe")), to);
            return Files.readAllBytes(to);
        }
    }

    @ParameterizedTest
    @EnumSource(Kinds.class)
    void noMutantIsTrustedButForWhatWasSigned(Kinds kind) throws Exception {
        byte[] signed = kind.signed();
        List<Bytes> basis = basis(signed).orElseThrow();
        assertThat(basis).hasSizeGreaterThanOrEqualTo(4);

        int refused = 0;
        Random random = new Random(MUTANTS);
        for (int i = 0; i < MUTANTS; i++) {
            // Half of them in the signature, which is smaller than the file.
            int from = i % 2 == 0 ? 0 : table(signed).getInt(0);
            Mutation mutation = Mutation.of(signed, from, random);
            Optional<List<Bytes>> restsOn = basis(mutation.mutant().toByteArray());
            if (restsOn.isEmpty()) {
                refused++;
            } else {
                assertThat(basis).as(mutation.what()).containsAll(restsOn.get());
            }
        }
        assertThat(refused).isGreaterThan(MUTANTS / 2);
    }

    @ParameterizedTest
    @EnumSource(CatalogVersion.class)
    void noMutantOfACatalogHoldsButForWhatWasSigned(CatalogVersion version) throws Exception {
        Path sample = Path.of("../samples/hello-driver");
        DriverPackage source = new DriverPackage(
                sample.resolve("hello.inf"),
                "hello.cat",
                List.of(new DriverPackage.Source("hello.sys", sample.resolve("prebuilt/hello.sys"))),
                List.of(),
                List.of(TargetSystem.of("10_X64").orElseThrow()));
        byte[] signed = catalogs.sign(
                        BuildCatalog.of(source, version, NOW), folder.resolve("hello.cat"), DigestAlgorithm.SHA256)
                .encoded()
                .toByteArray();
        List<Bytes> basis = catalogBasis(signed).orElseThrow();

        int refused = 0;
        Random random = new Random(MUTANTS);
        for (int i = 0; i < MUTANTS; i++) {
            Mutation mutation = Mutation.of(signed, 0, random);
            Optional<List<Bytes>> restsOn = catalogBasis(mutation.mutant().toByteArray());
            if (restsOn.isEmpty()) {
                refused++;
            } else {
                assertThat(restsOn.get()).as(mutation.what()).isEqualTo(basis);
            }
        }
        // What is behind the certificates, the timestamp, is not judged here.
        assertThat(refused).isGreaterThan(MUTANTS / 4);
    }

    /** The octets that a signature which holds covers; empty where it does not hold. */
    private static Optional<List<Bytes>> catalogBasis(byte[] octets) throws IOException, CMSException {
        try {
            Catalog catalog = Catalog.parse(Bytes.of(octets));
            if (catalog.signature().filter(CatalogSignature::holds).isEmpty()) {
                return Optional.empty();
            }
            List<Bytes> basis = new ArrayList<>();
            signature(octets, basis);
            // Whether the signer's certificate is genuine is not for the signature to say.
            return Optional.of(basis.subList(0, 2));
        } catch (MalformedCatalog e) {
            return Optional.empty();
        }
    }

    /** What a verdict of trust rests on; empty for any other verdict. */
    private static Optional<List<Bytes>> basis(byte[] octets) throws IOException, CMSException {
        Report report = verifier.verify(Files.write(folder.resolve("mutant.exe"), octets));
        if (!(report.verdict() instanceof Verdict.Trusted)) {
            return Optional.empty();
        }
        ByteBuffer table = table(octets);
        int start = table.getInt(0);
        int size = table.getInt(4);
        List<Bytes> basis = new ArrayList<>(List.of(outsideTheHoles(octets, start, start + size)));
        SignerInformation signer = signature(Arrays.copyOfRange(octets, start + 8, start + size), basis);
        List<byte[]> nested = unsigned(signer, Oids.SPC_NESTED_SIGNATURE.getId());
        for (int i = 0; i < report.signatures().size(); i++) {
            SignerInformation judged = i == 0 ? signer : signature(nested.get(i - 1), basis);
            if (report.signatures().get(i).timestamp().isPresent()) {
                signature(unsigned(judged, Oids.SPC_RFC3161_TIMESTAMP.getId()).get(0), basis);
            }
        }
        return Optional.of(basis);
    }

    /** Adds what a signature covers: content, signed attributes, and the signer's certificate but for its own signature. */
    private static SignerInformation signature(byte[] der, List<Bytes> basis) throws IOException, CMSException {
        CMSSignedData cms = new CMSSignedData(der);
        SignerInformation signer = cms.getSignerInfos().iterator().next();
        SignedData content = SignedData.getInstance(cms.toASN1Structure().getContent());
        basis.add(encoded(content.getEncapContentInfo().getContent()));
        basis.add(Bytes.of(signer.getEncodedSignedAttributes()));
        for (ASN1Encodable one : content.getCertificates()) {
            certificate(one)
                    .filter(signer.getSID()::match)
                    .ifPresent(c -> basis.add(encoded(c.toASN1Structure().getTBSCertificate())));
        }
        return signer;
    }

    /** Empty for one that cannot be read, on which no verdict rests. */
    private static Optional<X509CertificateHolder> certificate(ASN1Encodable encoded) {
        try {
            return Optional.of(new X509CertificateHolder(Certificate.getInstance(encoded)));
        } catch (IllegalArgumentException | ClassCastException e) {
            return Optional.empty();
        }
    }

    private static Bytes encoded(ASN1Encodable asn1) {
        try {
            return Bytes.of(asn1.toASN1Primitive().getEncoded());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<byte[]> unsigned(SignerInformation signer, String type) throws IOException {
        List<byte[]> values = new ArrayList<>();
        AttributeTable attributes = signer.getUnsignedAttributes();
        if (attributes != null) {
            for (Attribute attribute : attributes.toASN1Structure().getAttributes()) {
                if (attribute.getAttrType().getId().equals(type)) {
                    for (ASN1Encodable value : attribute.getAttributeValues()) {
                        values.add(value.toASN1Primitive().getEncoded());
                    }
                }
            }
        }
        return values;
    }

    /** The file without CheckSum, the certificate table's directory entry and the table. */
    private static Bytes outsideTheHoles(byte[] octets, int tableStart, int tableEnd) {
        int pe = ByteBuffer.wrap(octets).order(ByteOrder.LITTLE_ENDIAN).getInt(0x3C);
        int entry = octets.length - table(octets).capacity();
        ByteArrayOutputStream rest = new ByteArrayOutputStream();
        rest.write(octets, 0, pe + 88);
        rest.write(octets, pe + 92, entry - pe - 92);
        rest.write(octets, entry + 8, tableStart - entry - 8);
        rest.write(octets, tableEnd, octets.length - tableEnd);
        return Bytes.of(rest.toByteArray());
    }

    /** What follows from the certificate table's directory entry on. */
    private static ByteBuffer table(byte[] octets) {
        ByteBuffer file = ByteBuffer.wrap(octets).order(ByteOrder.LITTLE_ENDIAN);
        int pe = file.getInt(0x3C);
        int entry = pe + (file.getShort(pe + 24) == 0x20B ? 168 : 152);
        return file.position(entry).slice().order(ByteOrder.LITTLE_ENDIAN);
    }
}

package io.countersign.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.countersign.file.AtomicFile;
import io.countersign.fixture.SoftwareKey;
import io.countersign.fixture.TestPki;
import io.countersign.fixture.TestPki.Kind;
import io.countersign.fixture.Tool;
import io.countersign.fixture.TrustListSample;
import io.countersign.fixture.WindowsPki;
import io.countersign.home.Home;
import io.countersign.key.Bytes;
import io.countersign.key.DigestAlgorithm;
import io.countersign.trust.TrustImport.Imported;
import io.countersign.trust.TrustImport.State;
import io.countersign.windows.DenyLists;
import io.countersign.windows.Role;
import io.countersign.windows.TrustAnchors.Anchor;
import io.countersign.x509.Revocation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.OCSPRespBuilder;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.jcajce.JcaBasicOCSPRespBuilder;
import org.bouncycastle.operator.DigestCalculator;
import org.bouncycastle.operator.bc.BcDigestCalculatorProvider;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrustFolderTest {
    private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
    private static final SoftwareKey ROOT = TestPki.root("Test Root");
    private static final Bytes DIGEST =
            DigestAlgorithm.SHA256.digest(new byte[1]).value();
    private static final String YAML = """
            driverBlockList:
              - { name: bad.sys, file: "%s" }
            """.formatted(DIGEST.hex());

    @TempDir
    private Path folder;

    private Home home;

    @BeforeEach
    void nameHome() {
        home = new Home(folder.resolve("home"));
    }

    @Test
    void aHomeWithoutAnythingTrustsNothing() throws Exception {
        Trust trust = new TrustFolder(home).read();
        assertThat(trust.anchors().anchors()).isEmpty();
        assertThat(trust.denyLists()).isEqualTo(DenyLists.none());
        assertThat(home.root()).doesNotExist();
    }

    @Test
    void theLabsOwnRootsAreThereInTheRolesOfThoseTheyStandFor() throws Exception {
        Files.createDirectories(home.pki());
        TestPki.pem(home.pki().resolve("lab-root.pem"), WindowsPki.EV_ROOT.certificate());
        TestPki.pem(home.pki().resolve("lab-timestamp-root.pem"), WindowsPki.TIMESTAMP_ROOT.certificate());
        TestPki.pem(home.pki().resolve("lab-portal-root.pem"), WindowsPki.PORTAL_ROOT.certificate());
        TestPki.pem(
                home.pki().resolve("lab-code-verification-root.pem"), WindowsPki.CODE_VERIFICATION_ROOT.certificate());

        Trust trust = new TrustFolder(home).read();
        assertThat(trust.anchors().anchors())
                .containsExactlyInAnyOrderElementsOf(WindowsPki.anchors().anchors());
        assertThat(trust.roots()).allMatch(r -> r.ofThisHome() && r.isLab());
        assertThatThrownBy(
                        () -> new TrustFolder(home).remove(trust.roots().get(0).thumbprint()))
                .isInstanceOf(UnusableTrust.class)
                .hasMessageContaining("always trusted here");
    }

    @Test
    void aRootIsKeptAsTextWithItsOriginAndTheSecondTimeNothingChanges() throws Exception {
        Path pem = TestPki.pem(folder.resolve("my\nroot.pem"), ROOT.certificate());

        assertThat(take(pem))
                .extracting(Imported::state, Imported::role)
                .containsExactly(tuple(State.ADDED, "user-root"));
        Path kept = home.trust().resolve("roots/user-root/" + TrustedRoot.thumbprint(ROOT.certificate()) + ".pem");
        byte[] written = Files.readAllBytes(kept);
        assertThat(new String(written, StandardCharsets.UTF_8))
                .startsWith("From: " + folder.resolve("my?root.pem") + "\nSHA-256: ")
                .contains("\nImported: 2026-11-23T12:00:00Z\n-----BEGIN CERTIFICATE-----\n");
        assertThat(take(pem)).extracting(Imported::state).containsExactly(State.ALREADY_THERE);
        assertThat(kept).hasBinaryContent(written);
        Tool.named("openssl", "openssl").mustRun("x509", "-in", kept, "-noout");

        Trust trust = new TrustFolder(home).read();
        assertThat(trust.anchors().anchors()).containsExactly(new Anchor(ROOT.certificate(), Role.USER_ROOT));
        assertThat(trust.roots().get(0).origin().orElseThrow().sha256())
                .isEqualTo(
                        DigestAlgorithm.SHA256.digest(Files.readAllBytes(pem)).value());

        assertThat(new TrustFolder(home)
                        .remove(TrustedRoot.thumbprint(ROOT.certificate()).toUpperCase(Locale.ROOT)))
                .containsExactly(kept);
        assertThat(kept).doesNotExist();
    }

    @Test
    void ofAChainOnlyTheRootIsTaken() throws Exception {
        SoftwareKey leaf = TestPki.issue(ROOT, "Leaf", Kind.CODE_SIGNING);
        Path chain = TestPki.pem(folder.resolve("chain.pem"), leaf.certificate(), ROOT.certificate());

        assertThat(take(chain)).extracting(Imported::state).containsExactly(State.LEFT_OUT, State.ADDED);
        refused(
                TestPki.pem(folder.resolve("leaf.pem"), leaf.certificate()),
                "holds no root: “Leaf” is issued by “Test Root”");
    }

    @Test
    void onlyALabRootMayStandForOneOfTheKernel() throws Exception {
        Path pem = TestPki.pem(folder.resolve("root.pem"), ROOT.certificate());
        for (Role role : List.of(Role.MICROSOFT_ROOT, Role.CODE_VERIFICATION_ROOT)) {
            assertThatThrownBy(() -> new TrustImport(home, Optional.of(role), Optional.empty()).take(pem, NOW))
                    .isInstanceOf(UnusableTrust.class)
                    .hasMessageContaining("is no " + role.label() + ": the kernel knows those by thumbprint");
        }
        assertThat(home.trust()).doesNotExist();

        Path lab = TestPki.pem(folder.resolve("lab.pem"), WindowsPki.PORTAL_ROOT.certificate());
        new TrustImport(home, Optional.of(Role.MICROSOFT_ROOT), Optional.empty()).take(lab, NOW);
        assertThat(new TrustFolder(home).read().anchors().in(Role.MICROSOFT_ROOT))
                .containsExactly(WindowsPki.PORTAL_ROOT.certificate());
    }

    @Test
    void listsAreKeptAsTheyAreAndBecomeDenyLists() throws Exception {
        take(file(
                "a.stl",
                TrustListSample.of(TrustListSample.DISALLOWED).subject(DIGEST).signed()));
        take(file(
                "b",
                TrustListSample.of(TrustListSample.DRIVER_REVOCATION)
                        .subject(DIGEST)
                        .unsigned()));
        Path yaml = Files.writeString(folder.resolve("c.txt"), YAML);
        assertThat(take(yaml))
                .extracting(Imported::role, Imported::state)
                .containsExactly(tuple("driver-block-list", State.ADDED));
        assertThat(take(yaml)).extracting(Imported::state).containsExactly(State.ALREADY_THERE);

        DenyLists lists = new TrustFolder(home).read().denyLists();
        assertThat(lists.disallowed().orElseThrow().entries()).hasSize(1);
        assertThat(lists.driverStl().orElseThrow().entries()).hasSize(1);
        assertThat(lists.driverBlocklist().orElseThrow().entries()).hasSize(1);
        assertThat(home.trust().resolve("lists/driver-block-list.yaml")).hasSameBinaryContentAs(yaml);
        assertThat(home.trust().resolve("lists/driver-block-list.origin"))
                .content()
                .contains("SHA-256: ");
    }

    @Test
    void anotherListOfAKindReplacesTheOneBefore() throws Exception {
        take(Files.writeString(folder.resolve("a.yaml"), YAML));
        take(Files.writeString(folder.resolve("b.xml"), """
                <SiPolicy xmlns="urn:schemas-microsoft-com:sipolicy"><FileRules><Deny ID="D" Hash="%s"/></FileRules>
                <SigningScenarios><SigningScenario Value="131" ID="K"><ProductSigners><FileRulesRef>
                <FileRuleRef RuleID="D"/></FileRulesRef></ProductSigners></SigningScenario></SigningScenarios></SiPolicy>
                """.formatted("22".repeat(32))));

        try (Stream<Path> files = Files.list(home.trust().resolve("lists"))) {
            assertThat(files.map(f -> f.getFileName().toString()))
                    .containsExactlyInAnyOrder("driver-block-list.xml", "driver-block-list.origin");
        }
        TrustedList list =
                new TrustFolder(home).read().list(ListKind.DRIVER_BLOCK_LIST).orElseThrow();
        assertThat(list.changed()).isFalse();
        Files.writeString(list.file(), Files.readString(list.file()) + "<!-- edited -->");
        assertThat(new TrustFolder(home).read().lists().get(0).changed()).isTrue();
    }

    @Test
    void theSignatureOfAListIsJudgedByMicrosoftsRootsAlone() throws Exception {
        Path stl = file(
                "a.stl",
                TrustListSample.of(TrustListSample.DISALLOWED).subject(DIGEST).signed());
        take(TestPki.pem(folder.resolve("user.pem"), TrustListSample.root().certificate()));
        assertThat(take(stl).get(0).note()).contains("ends in none of the roots");

        Path root =
                TestPki.pem(folder.resolve("root.pem"), TrustListSample.root().certificate());
        new TrustImport(home, Optional.of(Role.MICROSOFT_ROOT), Optional.empty()).take(root, NOW);
        assertThat(take(stl).get(0).note()).isEqualTo("signed by “LAB List Publisher”, up to “LAB List Root”");

        byte[] changed = Files.readAllBytes(stl);
        changed[
                new String(changed, StandardCharsets.ISO_8859_1)
                        .indexOf(new String(DIGEST.toByteArray(), StandardCharsets.ISO_8859_1))] ^= 1;
        refused(Files.write(folder.resolve("changed.stl"), changed), "its signature does not hold");
    }

    @Test
    void aRootIsFoundInMicrosoftsProgram() throws Exception {
        Bytes sha1 = Bytes.ofHex(TrustedRoot.thumbprint(ROOT.certificate()));
        take(file(
                "a.stl",
                TrustListSample.of(TrustListSample.ROOT_PROGRAM)
                        .root(sha1, "Known Root", List.of(), List.of())
                        .signed()));
        take(TestPki.pem(folder.resolve("root.pem"), ROOT.certificate()));

        Trust trust = new TrustFolder(home).read();
        assertThat(trust.inProgram(trust.roots().get(0)).orElseThrow().name()).isEqualTo("Known Root");
    }

    private static byte[] revoking(X509Certificate... certificates) throws Exception {
        X509v2CRLBuilder builder = new X509v2CRLBuilder(new X500Name("CN=Test Root"), Date.from(NOW));
        for (X509Certificate certificate : certificates) {
            builder.addCRLEntry(certificate.getSerialNumber(), Date.from(NOW), 1);
        }
        return builder.build(new JcaContentSignerBuilder("SHA256withRSA").build(ROOT.key()))
                .getEncoded();
    }

    @Test
    void aNewRevocationListIsSeenAtOnceAndOneThatRestsIsNotReadAgain() throws Exception {
        X509Certificate leaf = TestPki.issue(ROOT, "Leaf", Kind.CODE_SIGNING).certificate();
        Path list = Files.createDirectories(home.pki().resolve("crl")).resolve("own.crl");
        FileTime longAgo = FileTime.from(NOW);
        TrustFolder trust = new TrustFolder(home);
        Files.write(list, revoking());
        assertThat(revoked(trust, leaf)).isFalse();
        Files.write(list, revoking(leaf)); // Perhaps within what the file's time can tell apart.
        assertThat(revoked(trust, leaf)).isTrue();
        Files.setLastModifiedTime(list, longAgo);
        assertThat(revoked(trust, leaf)).isTrue();
        byte[] garbage = new byte[(int) Files.size(list)];
        Files.write(list, garbage);
        Files.setLastModifiedTime(list, longAgo);
        assertThat(revoked(trust, leaf)).as("as it was read").isTrue();
        AtomicFile.write(list, temporary -> {
            Files.write(temporary, garbage);
            Files.setLastModifiedTime(temporary, longAgo);
        });
        assertThatThrownBy(trust::revocationLists).isInstanceOf(UnusableTrust.class);
    }

    private static boolean revoked(TrustFolder trust, X509Certificate leaf) throws Exception {
        return trust.revocationLists().of(leaf, ROOT.certificate(), NOW) instanceof Revocation.Revoked;
    }

    @Test
    void revocationListsCountForTheirIssuer() throws Exception {
        X509Certificate leaf = TestPki.issue(ROOT, "Leaf", Kind.CODE_SIGNING).certificate();
        Path crl = Files.write(folder.resolve("a.crl"), revoking(leaf));

        assertThat(take(crl))
                .extracting(Imported::name, Imported::state)
                .containsExactly(tuple("Test Root", State.ADDED));
        Imported again = take(crl).get(0);
        assertThat(again.state()).isEqualTo(State.ALREADY_THERE);
        assertThat(new TrustFolder(home)
                        .read()
                        .revocationLists()
                        .of(leaf, ROOT.certificate(), NOW)
                        .toString())
                .contains("Revoked");
        new TrustFolder(home).remove(again.thumbprint());
        assertThat(new TrustFolder(home).read().crls()).isEmpty();
    }

    @Test
    void ocspResponsesCountForTheirAuthority() throws Exception {
        X509Certificate leaf = TestPki.issue(ROOT, "Leaf", Kind.CODE_SIGNING).certificate();
        DigestCalculator sha1 = new BcDigestCalculatorProvider().get(CertificateID.HASH_SHA1);
        BasicOCSPResp basic = new JcaBasicOCSPRespBuilder(ROOT.certificate().getPublicKey(), sha1)
                .addResponse(
                        new CertificateID(
                                sha1, new JcaX509CertificateHolder(ROOT.certificate()), leaf.getSerialNumber()),
                        new RevokedStatus(Date.from(NOW), CRLReason.keyCompromise))
                .build(new JcaContentSignerBuilder("SHA256withRSA").build(ROOT.key()), null, Date.from(NOW));
        Path file = Files.write(
                folder.resolve("a.ocsp"),
                new OCSPRespBuilder().build(OCSPRespBuilder.SUCCESSFUL, basic).getEncoded());

        assertThat(take(file)).extracting(Imported::role, Imported::state).containsExactly(tuple("ocsp", State.ADDED));
        Imported again = take(file).get(0);
        assertThat(again.state()).isEqualTo(State.ALREADY_THERE);
        assertThat(new TrustFolder(home).read().revocationLists().of(leaf, ROOT.certificate(), NOW))
                .isEqualTo(new Revocation.Revoked(NOW, "key compromise"));
        new TrustFolder(home).remove(again.thumbprint());
        assertThat(new TrustFolder(home).read().ocspResponses()).isEmpty();
    }

    @Test
    void whatIsNothingOfAllThatIsRefusedAndNothingIsWritten() throws Exception {
        refused(file("a", Bytes.of()), "the file is empty");
        refused(file("a", Bytes.of((byte) 0, (byte) 1)), "is none of what is understood");
        refused(file("a", Bytes.of("MSCF\0".getBytes(StandardCharsets.UTF_8))), "is a cabinet");
        refused(file("a", Bytes.of(new byte[TrustFile.MAXIMUM_SIZE + 1])), "more than 16777216 bytes");
        refused(file("a", Bytes.of((byte) 0x30, (byte) 3, (byte) 1)), "at byte 0: no readable certificate");
        assertThatThrownBy(() -> new TrustImport(home, Optional.of(Role.USER_ROOT), Optional.empty())
                        .take(Files.writeString(folder.resolve("y"), YAML), NOW))
                .hasMessageContaining("which has no role");
        assertThatThrownBy(() -> new TrustImport(home, Optional.empty(), Optional.of(ListKind.DISALLOWED))
                        .take(folder.resolve("y"), NOW))
                .hasMessageContaining("is the list 'driver-block-list', not 'disallowed'");
        assertThat(home.trust()).doesNotExist();
        assertThatThrownBy(() -> new TrustFolder(home).remove("disallowed")).hasMessageContaining("there is no root");
    }

    @Test
    void aFileThatDoesNotBelongThereIsNamedInsteadOfLeftAside() throws Exception {
        Path stray = home.trust().resolve("roots/user-root/own.pem");
        Files.createDirectories(stray.getParent());
        TestPki.pem(stray, ROOT.certificate());
        assertThat(new TrustFolder(home).read().roots()).hasSize(1);
        Files.writeString(stray.resolveSibling(".half.pem"), "half written");
        assertThat(new TrustFolder(home).read().roots()).hasSize(1);
        Files.writeString(stray, YAML);
        assertThatThrownBy(() -> new TrustFolder(home).read())
                .isInstanceOf(UnusableTrust.class)
                .hasMessageContaining("own.pem holds no certificate");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{ name: a, file: 12 } | 2: 'file' in driverBlockList[0] is '12', not",
                "{ name: a, file: '12' } | not a digest in hexadecimal",
                "{ name: a } | 2: an entry denies one thing, this one none",
                "{ name: a, toVersion: 1.2.3.4 } | this one none",
                "{ name: a, originalFilename: a.sys, toVersion: '1' } | not a version such as 10.0.1.2",
                "{ name: a, originalFilename: a.sys, publisher: P } | 2: a publisher, a file name or a version narrows down",
                "{ name: a, originalFilename: a.sys, hash: x } | 'hash' is not known in driverBlockList[0]",
            })
    void aProblemInOurOwnListHasItsLine(String entry, String message) throws Exception {
        refused(Files.writeString(folder.resolve("l.yaml"), "driverBlockList:\n  - " + entry + "\n"), message);
    }

    @Test
    void ourOwnListSaysAllThatMicrosoftsCan() throws Exception {
        String sha1 = "33".repeat(20);
        String sha256 = "4a".repeat(32);
        take(Files.writeString(folder.resolve("l.yaml"), """
                # what we do not want
                driverBlockList:
                  - { name: a, file: "%s" }
                  - { name: b, certificate: "%s" }
                  - { name: c, tbs: %s, publisher: Example Ltd, originalFilename: old.sys, toVersion: 3.1.12.0 }
                  - { name: d, internalName: older, fromVersion: 1.0.0.0, toVersion: 1.9.9.9 }
                """.formatted(sha1, sha1, sha256)));

        assertThat(new TrustFolder(home)
                        .read()
                        .denyLists()
                        .driverBlocklist()
                        .orElseThrow()
                        .entries())
                .extracting(e -> e.label() + " " + e.getClass().getSimpleName())
                .containsExactly("a DeniedFile", "b DeniedCertificate", "c DeniedSigner", "d DeniedName");
    }

    private void refused(Path file, String message) {
        assertThatThrownBy(() -> take(file))
                .isInstanceOf(UnusableTrust.class)
                .hasMessageContaining(message)
                .matches(e -> !((UnusableTrust) e).hint().isBlank());
    }

    private List<Imported> take(Path file) throws IOException, UnusableTrust {
        return new TrustImport(home, Optional.empty(), Optional.empty()).take(file, NOW);
    }

    private Path file(String name, Bytes content) throws IOException {
        return Files.write(folder.resolve(name), content.toByteArray());
    }
}

package io.countersign.windows;

import static io.countersign.fixture.WindowsPki.NOW;
import static io.countersign.windows.WindowsLab.driver;
import static io.countersign.windows.WindowsLab.image;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.fixture.PeSample;
import io.countersign.fixture.SoftwareKey;
import io.countersign.fixture.TableSample;
import io.countersign.fixture.WindowsPki;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import io.countersign.verify.Verdict;
import io.countersign.windows.DenyList.DeniedCertificate;
import io.countersign.windows.DenyList.DeniedFile;
import io.countersign.windows.DenyList.DeniedSigner;
import io.countersign.windows.TrustAnchors.Anchor;
import io.countersign.x509.Revocation;
import io.countersign.x509.RevocationLists;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CRLConverter;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;

class GatherEvidenceTest {
    @Test
    void theClassFollowsFromRootAndUsages() {
        Map.of(
                        WindowsPki.IN_BOX, SignatureClass.IN_BOX,
                        WindowsPki.WHQL, SignatureClass.WHQL,
                        WindowsPki.ATTESTED, SignatureClass.ATTESTED,
                        WindowsPki.ELAM, SignatureClass.ELAM,
                        WindowsPki.MICROSOFT_OTHER, SignatureClass.MICROSOFT_OTHER,
                        WindowsPki.CROSS_SIGNED_2013, SignatureClass.CROSS_SIGNED,
                        WindowsPki.CURRENT_EV, SignatureClass.OTHER,
                        WindowsPki.FALSE_ELAM, SignatureClass.OTHER,
                        WindowsPki.SELF_SIGNED, SignatureClass.SELF_SIGNED)
                .forEach((key, kind) -> {
                    SignatureEvidence found = only(WindowsPki.sign(driver(), key));
                    assertThat(found.kind()).as(found.kindReason()).isEqualTo(kind);
                    assertThat(found.isSound()).isTrue();
                });
    }

    @Test
    void aGoodTimestampSetsTheTimeToJudgeAt() {
        SignatureEvidence stamped =
                only(WindowsPki.sign(driver(), WindowsPki.CROSS_SIGNED_2013, "2014-01-01T00:00:00Z"));
        assertThat(stamped.stamp().orElseThrow().good()).isTrue();
        assertThat(stamped.judgedAt()).isEqualTo(Instant.parse("2014-01-01T00:00:00Z"));
        assertThat(stamped.lapses()).isEmpty();

        SignatureEvidence bare = only(WindowsPki.sign(driver(), WindowsPki.CROSS_SIGNED_2013));
        assertThat(bare.stamp()).isEmpty();
        assertThat(bare.judgedAt()).isEqualTo(NOW);
        assertThat(bare.lapses())
                .hasSize(2)
                .anyMatch(l -> l.contains("Publisher 2013") && l.contains("expired"))
                .anyMatch(l -> l.contains("EV Root") && l.contains("2021-02-22"));
        assertThat(bare.kind()).as("a lapse does not change the class").isEqualTo(SignatureClass.CROSS_SIGNED);
    }

    @Test
    void anEvSignatureIsTheUsersAndNotTheKernels() {
        SignatureEvidence found = only(WindowsPki.sign(driver(), WindowsPki.CURRENT_EV));
        assertThat(found.userPath().orElseThrow().isGood()).isTrue();
        assertThat(found.kernelPath().orElseThrow().anchored()).isFalse();
        assertThat(found.kindReason()).contains("ends in no root the kernel knows");
        FileEvidence.Image file = image(WindowsPki.sign(driver(), WindowsPki.CURRENT_EV));
        assertThat(file.report().verdict()).isEqualTo(new Verdict.Trusted());
    }

    @Test
    void aRootThatIsNamedAndWasNotSuppliedIsSaid() {
        byte[] claims = WindowsPki.sign(driver(), WindowsPki.ofUnsuppliedRoot());
        SignatureEvidence found = only(claims);
        assertThat(found.kind()).isEqualTo(SignatureClass.ROOT_NOT_SUPPLIED);
        assertThat(found.kindReason())
                .isEqualTo("“Microsoft Code Verification Root” was not supplied: the arithmetic holds up to"
                        + " “LAB-PAST Claimant”, which names it as its issuer");
    }

    @Test
    void nestedSignaturesAndCatalogsHaveTheirPlaces() {
        byte[] both = WindowsPki.sign(
                WindowsPki.sign(driver(), WindowsPki.CURRENT_EV), WindowsPki.ATTESTED, "2026-10-01T00:00:00Z");
        NamedCatalog its =
                new NamedCatalog("its.cat", WindowsPki.catalog(driver(), WindowsPki.WHQL, "2026-10-01T00:00:00Z"));
        NamedCatalog others = new NamedCatalog(
                "other.cat",
                WindowsPki.catalog(
                        PeSample.plus().sections(0x800).toByteArray(), WindowsPki.WHQL, "2026-10-01T00:00:00Z"));

        FileEvidence.Image found = image(both, others, its);

        assertThat(found.signatures())
                .extracting(s -> s.place() + ": " + s.kind())
                .containsExactly(
                        "primary signature: not Microsoft's",
                        "nested signature 1: attested by Microsoft's hardware portal",
                        "catalog its.cat: certified by Microsoft's hardware program (WHQL)");
        assertThat(found.signatures()).allMatch(SignatureEvidence::isSound);
        assertThat(found.signatures().get(2).stamp().orElseThrow().good()).isTrue();
        assertThat(found.otherCatalogs()).containsExactly("other.cat has no member with this file's image digest");
    }

    @Test
    void aChangedFileMatchesNeitherSignatureNorCatalog() {
        NamedCatalog catalog =
                new NamedCatalog("its.cat", WindowsPki.catalog(driver(), WindowsPki.WHQL, "2026-10-01T00:00:00Z"));
        byte[] changed = TableSample.changed(
                WindowsPki.sign(driver(), WindowsPki.WHQL), b -> b.put(0x300, (byte) ~b.get(0x300)));

        FileEvidence.Image found = image(changed, catalog);

        assertThat(found.signatures()).hasSize(1);
        assertThat(found.signatures().get(0).flaws()).isEmpty();
        assertThat(found.signatures().get(0).mismatches())
                .singleElement()
                .asString()
                .contains("changed after signing");
        assertThat(found.otherCatalogs()).hasSize(1);
    }

    @Test
    void whatCannotBeReadIsSaid() {
        assertThat(WindowsLab.gather("MZ".getBytes(StandardCharsets.US_ASCII)))
                .isInstanceOf(FileEvidence.NotAnImage.class);
        byte[] signed = WindowsPki.sign(driver(), WindowsPki.WHQL);
        FileEvidence.Image broken = image(TableSample.changed(signed, b -> b.putInt(driver().length + 12, 0)));
        assertThat(broken.signatures()).isEmpty();
        assertThat(broken.brokenTable()).isPresent();
    }

    @Test
    void headersTellWhatTheLoaderCaresFor() {
        ImageFacts facts = image(WindowsPki.withRightChecksum(PeSample.plus()
                        .sectionAlignment(0x200)
                        .characteristics(0xE000_0020)
                        .toByteArray()))
                .facts();
        assertThat(facts.machine()).isEqualTo(0x8664);
        assertThat(facts.sectionAlignment()).isEqualTo(0x200);
        assertThat(facts.writableAndExecutable()).containsExactly(".text");
        assertThat(facts.rightCheckSum()).isEqualTo(facts.storedCheckSum());
        assertThat(image(driver()).facts().unfitForMemoryIntegrity()).isEmpty();
    }

    @Test
    void filesAndSignersAreFoundOnLists() throws Exception {
        byte[] signed = WindowsPki.sign(driver(), WindowsPki.WHQL);
        X509Certificate issuer = WindowsPki.WHQL.chain().get(1);
        Digest tbs = DigestAlgorithm.SHA256.digest(issuer.getTBSCertificate());

        assertThat(listed(signed, new DeniedFile(WindowsPki.imageDigest(signed, DigestAlgorithm.SHA1), "the file")))
                .isEqualTo(Listing.State.LISTED);
        assertThat(listed(signed, new DeniedCertificate(DigestAlgorithm.SHA1.digest(issuer.getEncoded()), "the CA")))
                .isEqualTo(Listing.State.LISTED);
        assertThat(listed(signed, new DeniedSigner(tbs, Optional.empty(), List.of(), "all below the CA")))
                .isEqualTo(Listing.State.LISTED);
        assertThat(listed(signed, new DeniedSigner(tbs, Optional.of("LAB-PAST Hardware Publisher"), List.of(), "one")))
                .isEqualTo(Listing.State.LISTED);
        assertThat(listed(signed, new DeniedSigner(tbs, Optional.of("Somebody"), List.of(), "another")))
                .isEqualTo(Listing.State.ABSENT);
        assertThat(listed(
                        signed,
                        new DeniedSigner(
                                tbs,
                                Optional.empty(),
                                List.of(new FileCondition(
                                        Map.of(), Optional.empty(), Optional.empty(), List.of("the moon is full"))),
                                "old")))
                .isEqualTo(Listing.State.UNDECIDED);
        assertThat(image(signed).driverStl()).isEqualTo(Listing.NOT_SUPPLIED);
    }

    private static Listing.State listed(byte[] file, DenyList.Entry entry) {
        DenyLists lists =
                new DenyLists(Optional.empty(), Optional.of(new DenyList("a list", List.of(entry))), Optional.empty());
        return ((FileEvidence.Image) WindowsLab.gather(file, WindowsPki.anchors(), lists))
                .driverBlocklist()
                .state();
    }

    @Test
    void revocationIsWhatTheListsSay() throws Exception {
        byte[] signed = WindowsPki.sign(driver(), WindowsPki.CURRENT_EV);
        SoftwareKey issuer = WindowsPki.EV_CA;
        Instant since = NOW.minus(Duration.ofDays(3));
        assertThat(revocation(signed, crl(issuer, true, since, NOW.plusSeconds(60))))
                .isEqualTo(new Revocation.Revoked(since, "key compromise"));
        assertThat(revocation(signed, crl(issuer, false, since, NOW.plusSeconds(60))))
                .isInstanceOf(Revocation.Good.class);
        assertThat(revocation(signed, crl(issuer, false, since, NOW.minusSeconds(60))))
                .asString()
                .contains("should have been renewed");
        assertThat(revocation(signed, crl(new SoftwareKey(WindowsPki.EV_ROOT.key(), issuer.chain()), true, since, NOW)))
                .as("under another's signature")
                .asString()
                .contains("neither a revocation list nor an OCSP response of “LAB-PAST EV CA”");
    }

    private static Revocation revocation(byte[] signed, X509CRL list) {
        GatherEvidence gathering =
                new GatherEvidence(WindowsPki.anchors(), DenyLists.none(), new RevocationLists(List.of(list)), NOW);
        FileEvidence.Image found = (FileEvidence.Image) WindowsLab.gather(signed, gathering);
        return found.signatures().get(0).revocation().get(0);
    }

    private static X509CRL crl(SoftwareKey issuer, boolean revoked, Instant since, Instant nextUpdate)
            throws Exception {
        X509v2CRLBuilder builder = new X509v2CRLBuilder(
                new X500Name(issuer.certificate().getSubjectX500Principal().getName()),
                Date.from(NOW.minus(Duration.ofDays(1))));
        builder.setNextUpdate(Date.from(nextUpdate));
        if (revoked) {
            builder.addCRLEntry(
                    WindowsPki.CURRENT_EV.certificate().getSerialNumber(), Date.from(since), CRLReason.keyCompromise);
        }
        return new JcaX509CRLConverter()
                .getCRL(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(issuer.key())));
    }

    @Test
    void rootsOfMicrosoftAreKnownByThumbprintOnly() {
        assertThat(Anchor.of(WindowsPki.PORTAL_ROOT.certificate()).role()).isEqualTo(Role.USER_ROOT);
        assertThat(KernelRoots.of(WindowsPki.impostor().certificate())).isEmpty();
        SignatureEvidence found = only(WindowsPki.sign(driver(), WindowsPki.impostor()));
        assertThat(found.kind()).isEqualTo(SignatureClass.SELF_SIGNED);
    }

    private static SignatureEvidence only(byte[] file) {
        List<SignatureEvidence> all = image(file).signatures();
        assertThat(all).hasSize(1);
        return all.get(0);
    }
}

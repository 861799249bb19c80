package io.countersign.windows;

import static io.countersign.windows.WindowsLab.driver;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.fixture.TestPki;
import io.countersign.fixture.TrustListSample;
import io.countersign.fixture.WindowsPki;
import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import io.countersign.windows.MicrosoftList.Kind;
import io.countersign.windows.MicrosoftList.SignatureVerdict;
import io.countersign.x509.Purpose;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.junit.jupiter.api.Test;

class MicrosoftListTest {
    private static final List<X509Certificate> ROOTS =
            List.of(TrustListSample.root().certificate());
    private static final Bytes SOMETHING =
            DigestAlgorithm.SHA256.digest(new byte[1]).value();

    @Test
    void theUsageSaysWhatTheListIs() throws Exception {
        assertThat(parse(TrustListSample.ROOT_PROGRAM).kind()).isEqualTo(Kind.ROOT_PROGRAM);
        assertThat(parse(TrustListSample.DISALLOWED).kind()).isEqualTo(Kind.DISALLOWED);
        MicrosoftList list = parse(TrustListSample.DRIVER_REVOCATION);
        assertThat(list.kind()).isEqualTo(Kind.DRIVER_REVOCATION);
        assertThat(list.content().thisUpdate()).isEqualTo(TrustListSample.TIME);
        assertThatThrownBy(() -> parse("1.3.6.1.4.1.311.12.1.1"))
                .isInstanceOf(MalformedList.class)
                .hasMessageContaining("1.3.6.1.4.1.311.12.1.1], wanted that of authroot.stl");
    }

    @Test
    void theProgramSaysWhatItTrustsARootFor() throws Exception {
        List<String> both = List.of(Purpose.CODE_SIGNING.oid(), Purpose.TIME_STAMPING.oid());
        X509Certificate[] roots = new X509Certificate[4];
        Bytes[] names = new Bytes[4];
        for (int i = 0; i < roots.length; i++) {
            roots[i] = TestPki.root("Root " + i).certificate();
            names[i] = KernelRoots.thumbprint(roots[i], DigestAlgorithm.SHA1);
        }
        MicrosoftList list = MicrosoftList.parse(TrustListSample.of(TrustListSample.ROOT_PROGRAM)
                .root(names[0], "For everything\u001b[2J", List.of(), List.of())
                .root(names[1], "Not for code", both, List.of(Purpose.CODE_SIGNING.oid()))
                .root(names[2], "For the web", List.of("1.3.6.1.5.5.7.3.1"), List.of())
                .distrustedRoot(names[3])
                .signed());

        assertThat(list.root(roots[0]).orElseThrow().name()).isEqualTo("For everything?[2J");
        assertThat(list.root(roots[0]).orElseThrow().isFor(Purpose.CODE_SIGNING))
                .isTrue();
        assertThat(list.root(roots[1]).orElseThrow().isFor(Purpose.CODE_SIGNING))
                .isFalse();
        assertThat(list.root(roots[1]).orElseThrow().isFor(Purpose.TIME_STAMPING))
                .isTrue();
        assertThat(list.root(roots[2]).orElseThrow().isFor(Purpose.TIME_STAMPING))
                .isFalse();
        assertThat(list.root(roots[3]).orElseThrow().isFor(Purpose.CODE_SIGNING))
                .isFalse();
        assertThat(list.root(ROOTS.get(0))).isEmpty();
        assertThat(list.denyList().entries()).isEmpty();
    }

    @Test
    void aDisallowedListDeniesByKeyByToBeSignedAndByThumbprint() throws Exception {
        byte[] signed = WindowsPki.sign(driver(), WindowsPki.CURRENT_EV);
        X509Certificate issuer = WindowsPki.EV_CA.certificate();
        byte[] key = SubjectPublicKeyInfo.getInstance(issuer.getPublicKey().getEncoded())
                .getPublicKeyData()
                .getOctets();
        for (Bytes id : List.of(
                Bytes.of(MessageDigest.getInstance("MD5").digest(key)),
                DigestAlgorithm.SHA384.digest(issuer.getTBSCertificate()).value(),
                DigestAlgorithm.SHA1.digest(issuer.getEncoded()).value())) {
            DenyList list = MicrosoftList.parse(TrustListSample.of(TrustListSample.DISALLOWED)
                            .subject(SOMETHING)
                            .subject(id)
                            .signed())
                    .denyList();
            Listing found = disallowed(signed, list);
            assertThat(found.state()).isEqualTo(Listing.State.LISTED);
            assertThat(found.what())
                    .isEqualTo("the list of disallowed certificates denies "
                            + id.hex().substring(0, 16) + "…");
        }
        assertThat(disallowed(signed, parse(TrustListSample.DISALLOWED).denyList()))
                .isEqualTo(Listing.ABSENT);
    }

    private static Listing disallowed(byte[] file, DenyList list) {
        DenyLists lists = new DenyLists(Optional.empty(), Optional.empty(), Optional.of(list));
        return ((FileEvidence.Image) WindowsLab.gather(file, WindowsPki.anchors(), lists))
                .signatures()
                .get(0)
                .disallowed();
    }

    @Test
    void aRevocationListDeniesAFileByItsImageDigest() throws Exception {
        byte[] signed = WindowsPki.sign(driver(), WindowsPki.WHQL);
        Digest image = WindowsPki.imageDigest(signed, DigestAlgorithm.SHA256);
        DenyList list = MicrosoftList.parse(TrustListSample.of(TrustListSample.DRIVER_REVOCATION)
                        .subject(image.value())
                        .unsigned())
                .denyList();
        DenyLists lists = new DenyLists(Optional.of(list), Optional.empty(), Optional.empty());
        FileEvidence.Image evidence = (FileEvidence.Image) WindowsLab.gather(signed, WindowsPki.anchors(), lists);
        assertThat(evidence.driverStl().state()).isEqualTo(Listing.State.LISTED);
    }

    @Test
    void theSignatureIsJudgedAtTheTimeTheListWasMade() throws Exception {
        TrustListSample sample = TrustListSample.of(TrustListSample.DISALLOWED).subject(SOMETHING);
        assertThat(MicrosoftList.parse(sample.signed()).verify(ROOTS))
                .isEqualTo(new SignatureVerdict(false, true, "signed by “LAB List Publisher”, up to “LAB List Root”"));
        assertThat(MicrosoftList.parse(sample.signed()).verify(List.of()))
                .matches(v -> !v.trusted() && !v.broken() && v.reason().contains("ends in none of the roots"));
        assertThat(MicrosoftList.parse(sample.signedBy(WindowsPki.CURRENT_EV))
                        .verify(List.of(WindowsPki.EV_ROOT.certificate())))
                .matches(v -> !v.trusted() && v.reason().contains("not for signing lists of disallowed certificates"));
        assertThat(MicrosoftList.parse(sample.unsigned()).verify(ROOTS))
                .isEqualTo(new SignatureVerdict(false, false, "not signed"));
    }

    @Test
    void anyChangedOctetBreaksTheSignatureOrTheList() {
        byte[] good = TrustListSample.of(TrustListSample.DISALLOWED)
                .subject(SOMETHING)
                .signed()
                .toByteArray();
        Random random = new Random(4);
        for (int i = 0; i < 400; i++) {
            byte[] changed = good.clone();
            int at = random.nextInt(changed.length);
            changed[at] ^= (byte) (1 << random.nextInt(8));
            try {
                MicrosoftList list = MicrosoftList.parse(Bytes.of(changed));
                assertThat(list.verify(ROOTS).trusted() && !list.denyList().equals(denied(good)))
                        .as("octet " + at)
                        .isFalse();
            } catch (MalformedList e) {
                assertThat(e).hasMessageContaining("certificate trust list");
            }
        }
    }

    private static DenyList denied(byte[] stl) throws MalformedList {
        return MicrosoftList.parse(Bytes.of(stl)).denyList();
    }

    @Test
    void whatIsNoListIsRefused() {
        for (byte[] octets : List.of(
                new byte[0], "<?xml".getBytes(StandardCharsets.UTF_8), new byte[] {0x30, (byte) 0x84, 127, 0, 0, 0})) {
            assertThatThrownBy(() -> MicrosoftList.parse(Bytes.of(octets)))
                    .isInstanceOf(MalformedList.class)
                    .hasMessageStartingWith("no certificate trust list (.stl): ");
        }
        byte[] elements = new byte[1 << 20];
        for (int i = 0; i < elements.length; i += 2) {
            elements[i] = 5;
        }
        assertThatThrownBy(() -> MicrosoftList.parse(Bytes.of(elements))).hasMessageContaining("ASN.1 elements");
    }

    private static MicrosoftList parse(String usage) throws MalformedList {
        return MicrosoftList.parse(TrustListSample.of(usage)
                .subject(KernelRoots.thumbprint(ROOTS.get(0), DigestAlgorithm.SHA1))
                .signed());
    }
}

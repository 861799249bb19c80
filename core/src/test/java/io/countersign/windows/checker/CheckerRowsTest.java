package io.countersign.windows.checker;

import static io.countersign.fixture.WindowsPki.NOW;
import static io.countersign.windows.WindowsLab.assertBlocked;
import static io.countersign.windows.WindowsLab.assertLoads;
import static io.countersign.windows.WindowsLab.driver;
import static io.countersign.windows.WindowsLab.gather;
import static io.countersign.windows.checker.CheckerVerdict.ACCEPTED;
import static io.countersign.windows.checker.CheckerVerdict.REFUSED;
import static io.countersign.windows.checker.CheckerVerdict.WARNED;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.catalog.Catalog;
import io.countersign.fixture.CheckerSample;
import io.countersign.fixture.SoftwareKey;
import io.countersign.fixture.TableSample;
import io.countersign.fixture.WindowsPki;
import io.countersign.key.DigestAlgorithm;
import io.countersign.verify.Verdict;
import io.countersign.windows.DenyLists;
import io.countersign.windows.FileEvidence;
import io.countersign.windows.GatherEvidence;
import io.countersign.windows.NamedCatalog;
import io.countersign.windows.Place;
import io.countersign.windows.checker.CheckerFinding.Outcome;
import io.countersign.x509.RevocationLists;
import java.security.cert.X509CRL;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Where checkers disagree over the same file: one test a case. */
class CheckerRowsTest {
    private static final String WINDOWS_11 = "windows-11-23h2,secureboot=on,hvci=on,upgraded=no";
    private static final String THEN = "2026-10-01T00:00:00Z";

    private static final Checker DRIVER = SigntoolVerify.of(SigntoolPolicy.DRIVER);
    private static final SigntoolVerify PA = SigntoolVerify.of(SigntoolPolicy.PA);
    private static final SigntoolVerify KP = SigntoolVerify.of(SigntoolPolicy.KP);
    private static final Checker SIGCHECK = Sigcheck.current();
    private static final Checker OLD_SIGCHECK = Sigcheck.old();
    private static final Checker SIGVERIF = Sigverif.defaults();

    @Test
    void evPrimaryAndNestedAttested() {
        byte[] file = attested(WindowsPki.sign(driver(), WindowsPki.NEW_EV, "2019-01-01T00:00:00Z"));
        FileEvidence evidence = gather(file);

        accepts(PA, evidence);
        CheckerReport kp = refuses(KP, evidence, "SIGNTOOL_KP_NOT_MICROSOFT_ROOT");
        assertThat(kp.toolOutput()).contains("SignTool Error: Signing Cert does not chain to a Microsoft Root Cert.");
        CheckerReport all = report(KP.with(new SigntoolOptions(false, true, false, false, Optional.empty())), evidence);
        assertThat(all.findings())
                .filteredOn(f -> f.outcome() == Outcome.BREAKS)
                .singleElement()
                .satisfies(f -> assertThat(f.place().orElseThrow().kind()).isEqualTo(Place.Kind.PRIMARY));
        assertThat(all.toolOutput())
                .contains("Signature Index: 1", "Number of signatures successfully Verified: 1", "Number of errors: 1");
        assertThat(accepts(SIGCHECK, evidence).toolOutput())
                .containsSubsequence("\tSigners:", "\t   LAB-PAST Publisher 2018");
        refuses(SIGVERIF, evidence, "SIGVERIF_NOT_IN_CATALOG");
        accepts(SIGVERIF, gather(file, named(WindowsPki.catalog(driver(), WindowsPki.ATTESTED, THEN))));
        assertThat(assertLoads(evidence, WINDOWS_11, "LOAD_ATTESTED")
                        .by()
                        .orElseThrow()
                        .kind())
                .isEqualTo(Place.Kind.NESTED);
    }

    @Test
    void crossSignedAfterTheCutOffAndNestedAttested() {
        FileEvidence evidence =
                gather(attested(WindowsPki.sign(driver(), WindowsPki.CROSS_SIGNED_2018, "2019-01-01T00:00:00Z")));

        accepts(PA, evidence);
        assertThat(accepts(KP, evidence).toolOutput())
                .containsSubsequence(
                        "Cross Certificate Chain:",
                        "    Issued to: LAB-PAST Code Verification Root",
                        "        Issued to: LAB-PAST EV Root",
                        "        Issued by: LAB-PAST Code Verification Root");
        accepts(SIGCHECK, evidence);
        assertLoads(evidence, WINDOWS_11, "LOAD_ATTESTED");
    }

    @Test
    void crossSigned2013WithSha1AndATimestamp() {
        FileEvidence evidence =
                gather(CheckerSample.signWithSha1(driver(), WindowsPki.CROSS_SIGNED_2013, "2014-01-01T00:00:00Z"));

        accepts(PA, evidence);
        accepts(KP, evidence);
        accepts(SIGCHECK, evidence);
        assertLoads(evidence, WINDOWS_11, "LOAD_CROSS_GRANDFATHERED");
        assertBlocked(evidence, "windows-11-24h2,secureboot=on,driver-policy=enforced", "LOAD_DRIVER_POLICY");
    }

    @Test
    void crossSigned2016ByALeafReissuedWithItsDateOf2013() {
        FileEvidence evidence = gather(WindowsPki.sign(driver(), WindowsPki.CROSS_SIGNED_2013, "2016-03-01T00:00:00Z"));

        accepts(PA, evidence);
        accepts(KP, evidence);
        accepts(SIGCHECK, evidence);
        assertLoads(evidence, WINDOWS_11, "LOAD_CROSS_GRANDFATHERED");
    }

    @Test
    void attestedLeafExpiredSince() {
        GatherEvidence later = at("2028-01-01T00:00:00Z");
        FileEvidence evidence = gather(attested(driver()), later);

        accepts(PA, evidence);
        accepts(KP, evidence);
        assertThat(accepts(SIGCHECK, evidence).toolOutput())
                .contains("\tVerified:\tSigned")
                .contains(
                        "\t\tCert Status:\tThis certificate or one of the certificates in the certificate chain is not"
                                + " time valid.");
        accepts(SIGVERIF, gather(driver(), later, named(WindowsPki.catalog(driver(), WindowsPki.ATTESTED, THEN))));
        assertLoads(evidence, WINDOWS_11, "LOAD_ATTESTED");
        assertBlocked(evidence, "server-2019,secureboot=on,upgraded=no", "LOAD_ATTESTED_SERVER");
    }

    @Test
    void whqlDriverWithASha1OnlyCatalogMember() {
        FileEvidence evidence =
                gather(driver(), named(WindowsPki.catalog(driver(), DigestAlgorithm.SHA1, WindowsPki.WHQL, THEN)));

        assertThat(accepts(PA.with(catalogsToo()), evidence).toolOutput())
                .contains("File is signed in catalog: driver.cat")
                .anyMatch(l -> l.startsWith("Hash of file (sha1): "));
        accepts(KP.with(catalogsToo()), evidence);
        accepts(SIGCHECK, evidence);
        assertThat(accepts(SIGVERIF, evidence).toolOutput())
                .containsExactly("driver.sys  n/a  n/a  Signed  driver.cat  LAB-PAST Hardware Publisher");
        assertLoads(evidence, WINDOWS_11, "LOAD_WHQL");
        assertLoads(evidence, "windows-7,sha2=yes", "LOAD_WHQL");
    }

    @Test
    void evRevokedExpiredAndNotTimestamped() {
        byte[] file = WindowsPki.sign(driver(), WindowsPki.OLD_EV);
        FileEvidence evidence = gather(file, revoked(WindowsPki.OLD_EV, "2015-01-01T00:00:00Z"));

        CheckerReport pa = refuses(PA, evidence, "WINTRUST_REVOKED");
        assertThat(pa.status()).contains(TrustStatus.CERT_E_REVOKED);
        assertThat(broken(pa)).contains("WINTRUST_EXPIRED");
        refuses(KP, evidence, "WINTRUST_REVOKED");
        assertThat(refuses(SIGCHECK, evidence, "WINTRUST_REVOKED").toolOutput())
                .contains("\tVerified:\tA certificate was explicitly revoked by its issuer.");
        assertThat(report(PA, gather(file)).status()).contains(TrustStatus.CERT_E_EXPIRED);
        assertBlocked(evidence, WINDOWS_11, "LOAD_NO_MS_ROOT");
    }

    @Test
    void evRevokedAfterTheTimestamp() {
        byte[] file = WindowsPki.sign(driver(), WindowsPki.CROSS_SIGNED_2018, "2019-01-01T00:00:00Z");
        FileEvidence evidence = gather(file, revoked(WindowsPki.NEW_EV, "2019-01-01T00:00:01Z"));

        accepts(PA, evidence);
        accepts(KP, evidence);
        accepts(SIGCHECK, evidence);
        refuses(PA, gather(file, revoked(WindowsPki.NEW_EV, "2019-01-01T00:00:00Z")), "WINTRUST_REVOKED");
        assertBlocked(evidence, WINDOWS_11, "LOAD_CROSS_AFTER_CUTOFF");
    }

    @Test
    void tlsCertificateWithoutCodeSigning() {
        FileEvidence evidence = gather(CheckerSample.signUnchecked(driver(), CheckerSample.TLS_SERVER));

        assertThat(refuses(PA, evidence, "WINTRUST_USAGE").status()).contains(TrustStatus.CERT_E_WRONG_USAGE);
        refuses(KP, evidence, "WINTRUST_USAGE");
        refuses(SIGCHECK, evidence, "WINTRUST_USAGE");
    }

    @Test
    void dataBehindTheCertificateTableAndAWrongChecksum() {
        FileEvidence.Image evidence = (FileEvidence.Image)
                gather(CheckerSample.signWithAppended(driver(), WindowsPki.CURRENT_EV, new byte[16]));

        assertThat(evidence.facts().storedCheckSum())
                .isNotEqualTo(evidence.facts().rightCheckSum());
        accepts(PA, evidence);
        accepts(SIGCHECK, evidence);
        assertBlocked(evidence, WINDOWS_11, "LOAD_PE_CHECKSUM");
    }

    @Test
    void lifetimeSigningTimestampedAndExpired() {
        byte[] file = WindowsPki.sign(driver(), CheckerSample.LIFETIME, "2019-01-01T00:00:00Z");

        assertThat(refuses(PA, gather(file), "WINTRUST_LIFETIME_SIGNING").status())
                .contains(TrustStatus.CERT_E_EXPIRED);
        assertThat(((FileEvidence.Image) gather(file)).report().verdict()).isInstanceOf(Verdict.Untrusted.class);
        accepts(PA, gather(file, at("2020-01-01T00:00:00Z")));
    }

    @Test
    void paddingThatIsNotZero() {
        byte[] file = CheckerSample.signWithPadding(driver(), WindowsPki.WHQL, new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
        FileEvidence evidence = gather(file);
        TrustSettings checked = new TrustSettings(true);

        for (SigntoolVerify signtool : List.of(PA, KP)) {
            accepts(signtool, evidence);
            assertThat(refuses(signtool.with(checked), evidence, "WINTRUST_PADDING")
                            .status())
                    .contains(TrustStatus.TRUST_E_MALFORMED_SIGNATURE);
        }
        accepts(SIGCHECK, evidence);
        refuses(new Sigcheck(Sigcheck.Reading.CURRENT, checked), evidence, "WINTRUST_PADDING");
        FileEvidence inCatalog = gather(file, named(WindowsPki.catalog(driver(), WindowsPki.WHQL, THEN)));
        accepts(new Sigverif(checked), inCatalog);
        accepts(new Sigcheck(Sigcheck.Reading.CURRENT, checked), inCatalog);
        accepts(PA.with(catalogsToo()).with(checked), inCatalog);
        assertLoads(evidence, WINDOWS_11, "LOAD_WHQL");
    }

    @Test
    void oneByteChanged() {
        NamedCatalog catalog = named(WindowsPki.catalog(driver(), WindowsPki.WHQL, THEN));
        FileEvidence evidence = gather(
                WindowsPki.withRightChecksum(TableSample.changed(
                        WindowsPki.sign(driver(), WindowsPki.WHQL), b -> b.put(0x300, (byte) ~b.get(0x300)))),
                catalog);

        CheckerReport pa = refuses(PA, evidence, "WINTRUST_IMAGE_DIGEST");
        assertThat(pa.toolOutput())
                .containsSubsequence(
                        "SignTool Error: WinVerifyTrust returned error: 0x80096010",
                        "\tThe digital signature of the object did not verify.",
                        "Number of errors: 1");
        refuses(KP, evidence, "WINTRUST_IMAGE_DIGEST");
        assertThat(refuses(SIGCHECK, evidence, "WINTRUST_IMAGE_DIGEST").toolOutput())
                .contains("\tVerified:\tThe digital signature of the object did not verify.");
        assertThat(refuses(SIGVERIF, evidence, "SIGVERIF_NOT_IN_CATALOG").toolOutput())
                .containsExactly("driver.sys  n/a  n/a  Not Signed  n/a  n/a");
        assertBlocked(evidence, WINDOWS_11, "LOAD_BAD_DIGEST");
    }

    @Test
    void inBoxDriverWithACatalogOnly() {
        FileEvidence evidence = gather(driver(), named(WindowsPki.catalog(driver(), WindowsPki.IN_BOX, THEN)));

        for (SigntoolVerify signtool : List.of(PA, KP)) {
            assertThat(refuses(signtool, evidence, "SIGNTOOL_NO_SIGNATURE").toolOutput())
                    .contains("SignTool Error: No signature found.");
            accepts(signtool.with(catalogsToo()), evidence);
            accepts(signtool.with(catalog("driver.cat")), evidence);
        }
        assertThat(accepts(SIGCHECK, evidence).toolOutput()).contains("\tCatalog:\tdriver.cat");
        accepts(SIGVERIF, evidence);
        assertLoads(evidence, WINDOWS_11, "LOAD_INBOX");
    }

    @Test
    void evWithoutCrossCertificateOrMicrosoftsSignature() {
        FileEvidence evidence = gather(WindowsPki.sign(driver(), WindowsPki.CURRENT_EV));

        accepts(PA, evidence);
        refuses(KP, evidence, "SIGNTOOL_KP_NOT_MICROSOFT_ROOT");
        assertThat(refuses(DRIVER, evidence, "SIGNTOOL_DRIVER_NOT_MICROSOFT").toolOutput())
                .containsSubsequence(
                        "SignTool Error: A certificate chain processed, but terminated in a root",
                        "\tcertificate which is not trusted by the trust provider.");
        accepts(SIGCHECK, evidence);
        assertBlocked(evidence, WINDOWS_11, "LOAD_NO_MS_ROOT");
    }

    @Test
    void evTimestampedByAnIndependentAuthority() {
        FileEvidence evidence = gather(WindowsPki.sign(driver(), WindowsPki.CURRENT_EV, THEN));

        accepts(PA, evidence);
        refuses(KP, evidence, "SIGNTOOL_KP_NOT_MICROSOFT_ROOT");
        accepts(SIGCHECK, evidence);
        flagsTheTimestamp(evidence);
        accepts(OLD_SIGCHECK, gather(CheckerSample.signWithMicrosoftTime(driver(), WindowsPki.CURRENT_EV, THEN)));
        assertBlocked(evidence, WINDOWS_11, "LOAD_NO_MS_ROOT");
    }

    /** The storm in a teacup: flagged by one reading of one checker, and good to all that decide. */
    @Test
    void portalAttestedTimestampedByAnIndependentAuthority() {
        FileEvidence evidence =
                gather(attested(driver()), named(WindowsPki.catalog(driver(), WindowsPki.ATTESTED, THEN)));

        for (Checker checker : List.of(DRIVER, PA, KP, SIGCHECK, SIGVERIF)) {
            accepts(checker, evidence);
        }
        flagsTheTimestamp(evidence);
        assertLoads(evidence, WINDOWS_11, "LOAD_ATTESTED");
    }

    private static void flagsTheTimestamp(FileEvidence evidence) {
        CheckerReport old = report(OLD_SIGCHECK, evidence);
        assertThat(old.verdict()).isEqualTo(WARNED);
        assertThat(old.findings())
                .filteredOn(f -> f.outcome() == Outcome.WARNS)
                .singleElement()
                .satisfies(f -> {
                    assertThat(f.rule().id()).isEqualTo("SIGCHECK_TIMESTAMP_FLAG");
                    assertThat(f.rule().rule().caveat()).startsWith("as told in the story");
                });
    }

    private static byte[] attested(byte[] file) {
        return WindowsPki.sign(file, WindowsPki.ATTESTED, THEN);
    }

    private static SigntoolOptions catalogsToo() {
        return new SigntoolOptions(true, false, false, false, Optional.empty());
    }

    private static SigntoolOptions catalog(String name) {
        return new SigntoolOptions(false, false, false, false, Optional.of(name));
    }

    private static NamedCatalog named(Catalog catalog) {
        return new NamedCatalog("driver.cat", catalog);
    }

    private static GatherEvidence at(String time) {
        return new GatherEvidence(WindowsPki.anchors(), DenyLists.none(), RevocationLists.none(), Instant.parse(time));
    }

    private static GatherEvidence revoked(SoftwareKey key, String since) {
        X509CRL list = CheckerSample.revoking(WindowsPki.EV_CA, key, Instant.parse(since));
        return new GatherEvidence(WindowsPki.anchors(), DenyLists.none(), new RevocationLists(List.of(list)), NOW);
    }

    private static CheckerReport report(Checker checker, FileEvidence evidence) {
        return checker.judge("driver.sys", evidence);
    }

    private static CheckerReport accepts(Checker checker, FileEvidence evidence) {
        CheckerReport report = report(checker, evidence);
        assertThat(report.verdict())
                .as(checker.command() + ": " + report.reason())
                .isEqualTo(ACCEPTED);
        assertThat(report.status()).isEmpty();
        return report;
    }

    private static CheckerReport refuses(Checker checker, FileEvidence evidence, String rule) {
        CheckerReport report = report(checker, evidence);
        assertThat(report.verdict())
                .as(checker.command() + ": " + report.reason())
                .isEqualTo(REFUSED);
        assertThat(broken(report)).as(checker.command()).first().isEqualTo(rule);
        return report;
    }

    private static List<String> broken(CheckerReport report) {
        return report.findings().stream()
                .filter(f -> f.outcome() == Outcome.BREAKS)
                .map(f -> f.rule().id())
                .toList();
    }
}

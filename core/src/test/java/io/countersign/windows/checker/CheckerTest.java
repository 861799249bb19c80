package io.countersign.windows.checker;

import static io.countersign.fixture.WindowsPki.NOW;
import static io.countersign.windows.WindowsLab.driver;
import static io.countersign.windows.WindowsLab.gather;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.catalog.Catalog;
import io.countersign.fixture.CheckerSample;
import io.countersign.fixture.PeSample;
import io.countersign.fixture.SoftwareKey;
import io.countersign.fixture.TableSample;
import io.countersign.fixture.VersionSample;
import io.countersign.fixture.WindowsPki;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import io.countersign.sign.SignFile;
import io.countersign.windows.DenyList;
import io.countersign.windows.DenyList.DeniedCertificate;
import io.countersign.windows.DenyLists;
import io.countersign.windows.FileEvidence;
import io.countersign.windows.GatherEvidence;
import io.countersign.windows.KernelRoots;
import io.countersign.windows.NamedCatalog;
import io.countersign.windows.Role;
import io.countersign.windows.TrustAnchors;
import io.countersign.windows.TrustAnchors.Anchor;
import io.countersign.x509.RevocationLists;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckerTest {
    private static final String THEN = "2026-10-01T00:00:00Z";
    private static final SigntoolVerify PA = SigntoolVerify.of(SigntoolPolicy.PA);
    private static final List<Checker> ALL = Stream.concat(
                    Checker.all(TrustSettings.defaults()).stream(),
                    Stream.of(PA.with(new SigntoolOptions(true, true, true, true, Optional.empty()))))
            .toList();

    @Test
    void signtoolsTranscriptIsThatOfTheDocuments() {
        CheckerReport report = SigntoolVerify.of(SigntoolPolicy.KP)
                .judge(
                        "driver.sys",
                        gather(WindowsPki.sign(driver(), WindowsPki.CROSS_SIGNED_2013, "2014-06-01T12:30:45Z")));

        assertThat(report.toolOutput().stream().map(l -> l.replaceAll("[0-9A-F]{40,64}$", "<hash>")))
                .startsWith(
                        "Verifying: driver.sys",
                        "",
                        "Signature Index: 0 (Primary Signature)",
                        "Hash of file (sha256): <hash>",
                        "",
                        "Signing Certificate Chain:",
                        "    Issued to: LAB-PAST EV Root",
                        "    Issued by: LAB-PAST EV Root",
                        "    Expires:   Sun Jan 01 00:00:00 2040",
                        "    SHA1 hash: <hash>",
                        "",
                        "        Issued to: LAB-PAST EV CA",
                        "        Issued by: LAB-PAST EV Root",
                        "        Expires:   Sun Jan 01 00:00:00 2040",
                        "        SHA1 hash: <hash>",
                        "",
                        "            Issued to: LAB-PAST Publisher 2013",
                        "            Issued by: LAB-PAST EV CA",
                        "            Expires:   Wed Jun 01 00:00:00 2016",
                        "            SHA1 hash: <hash>",
                        "",
                        "The signature is timestamped: Sun Jun 01 12:30:45 2014",
                        "Timestamp Verified by:")
                .endsWith(
                        "                Issued to: LAB-PAST Publisher 2013",
                        "                Issued by: LAB-PAST EV CA",
                        "                Expires:   Wed Jun 01 00:00:00 2016",
                        "                SHA1 hash: <hash>",
                        "",
                        "Successfully verified: driver.sys",
                        "",
                        "Number of files successfully Verified: 1",
                        "Number of warnings: 0",
                        "Number of errors: 0");
        assertThat(report.toolOutput())
                .contains("            SHA1 hash: " + thumbprint(WindowsPki.OLD_EV.certificate()));
        assertThat(report.exitCode()).hasValue(0);
    }

    @Test
    void sigchecksLinesAreThatOfItsSamples() {
        CheckerReport report = Sigcheck.current()
                .judge("driver.sys", gather(WindowsPki.sign(driver(), WindowsPki.WHQL, "2026-10-01T15:04:00Z")));

        assertThat(report.toolOutput())
                .startsWith(
                        "driver.sys:",
                        "\tVerified:\tSigned",
                        "\tSigning date:\t3:04 PM 10/1/2026",
                        "\tSigners:",
                        "\t   LAB-PAST Hardware Publisher",
                        "\t\tCert Status:\tValid",
                        "\t\tValid Usage:\tWHQL Crypto, 1.3.6.1.4.1.311.10.3.39, Code Signing",
                        "\t\tCert Issuer:\tLAB-PAST Third Party Component CA 2012")
                .contains("\tCounter Signers:", "\t\tAlgorithm:\tsha256ECDSA")
                .contains("\t\tThumbprint:\t" + thumbprint(WindowsPki.WHQL.certificate()));
        assertThat(Sigcheck.old()
                        .judge("x.sys", gather(WindowsPki.sign(driver(), WindowsPki.SELF_SIGNED)))
                        .toolOutput())
                .contains("\tVerified:\tUntrusted Root");
        assertThat(Sigcheck.old().judge("x.sys", gather(driver())).toolOutput()).contains("\tVerified:\tUnsigned");
    }

    @Test
    void sigcheckRepeatsWhatTheFileSaysOfItself() {
        byte[] file = VersionSample.file(
                0x0001_0002_0003_0004L,
                Map.of("CompanyName", "LAB", "FileDescription", "A driver", "FileVersion", "1.2.3.4 (lab)"));

        assertThat(Sigcheck.current().judge("driver.sys", gather(file)).toolOutput())
                .endsWith(
                        "\tPublisher:\tn/a",
                        "\tCompany:\tLAB",
                        "\tDescription:\tA driver",
                        "\tProduct:\tn/a",
                        "\tProd version:\tn/a",
                        "\tFile version:\t1.2.3.4 (lab)",
                        "\tMachineType:\t64-bit");
    }

    @Test
    void warningsAreCountedAndEndWithTwo() {
        SigntoolVerify strict = PA.with(new SigntoolOptions(false, false, true, true, Optional.empty()));
        CheckerReport report = strict.judge("x.sys", gather(WindowsPki.sign(driver(), WindowsPki.CURRENT_EV)));

        assertThat(strict.command()).isEqualTo("signtool verify /v /pa /ph /tw");
        assertThat(report.verdict()).isEqualTo(CheckerVerdict.WARNED);
        assertThat(report.exitCode()).hasValue(2);
        assertThat(report.toolOutput())
                .contains("SignTool Warning: No page hashes are present.", "File is not timestamped.")
                .contains("Number of warnings: 2", "Number of errors: 0");
        assertThat(rules(report, CheckerFinding.Outcome.WARNS))
                .containsExactly("SIGNTOOL_PH_NO_PAGE_HASHES", "SIGNTOOL_TW_NOT_TIMESTAMPED");
    }

    @Test
    void aTimestampOfSomethingElseIsRefused() {
        CheckerReport report =
                PA.judge("x.sys", gather(CheckerSample.signWithForeignTime(driver(), WindowsPki.CURRENT_EV, THEN)));

        assertThat(report.status()).contains(TrustStatus.TRUST_E_TIME_STAMP);
        assertThat(report.exitCode()).hasValue(1);
        assertThat(report.toolOutput())
                .contains("SignTool Error: WinVerifyTrust returned error: 0x80096005")
                .contains("\tThe timestamp signature and/or certificate could not be verified or is malformed.");
    }

    @Test
    void aCountersignatureOfOldCountsAsATimestamp() {
        CheckerReport report = PA.judge(
                "x.sys",
                gather(CheckerSample.signWithCountersignature(
                        driver(), WindowsPki.CROSS_SIGNED_2013, "2014-06-01T12:30:45Z")));

        assertThat(report.verdict()).isEqualTo(CheckerVerdict.ACCEPTED);
        assertThat(report.toolOutput()).contains("The signature is timestamped: Sun Jun 01 12:30:45 2014");
    }

    @Test
    void aCountersignatureOfSomethingElseIsRefusedByAnErrorOfItsOwn() {
        CheckerReport report = PA.judge(
                "x.sys", gather(CheckerSample.signWithForeignCountersignature(driver(), WindowsPki.CURRENT_EV, THEN)));

        assertThat(report.status()).contains(TrustStatus.TRUST_E_COUNTER_SIGNER);
        assertThat(report.toolOutput())
                .contains("SignTool Error: WinVerifyTrust returned error: 0x80096003")
                .contains("\tOne of the counter signatures was invalid.");
    }

    /** Without the authority's root it is not known whether the timestamp saves an expired signature. */
    @Test
    void aTimestampThatCannotBeJudgedLeavesTheVerdictOpen() {
        CheckerReport report = PA.judge(
                "x.sys",
                judgedWith(
                        WindowsPki.sign(driver(), WindowsPki.OLD_EV, "2014-01-01T00:00:00Z"),
                        new Anchor(WindowsPki.EV_ROOT.certificate(), Role.USER_ROOT)));

        assertThat(report.verdict()).isEqualTo(CheckerVerdict.UNKNOWN);
        assertThat(report.exitCode()).isEmpty();
        assertThat(report.toolOutput()).isEmpty();
        assertThat(report.missing()).anyMatch(m -> m.contains("a good timestamp would save it"));
    }

    @Test
    void withoutRootsNothingIsGuessed() {
        byte[] file = WindowsPki.sign(driver(), WindowsPki.CURRENT_EV, THEN);
        for (Checker checker : List.of(PA, Sigcheck.current(), Sigcheck.old())) {
            CheckerReport report = checker.judge("x.sys", judgedWith(file));
            assertThat(report.verdict()).as(checker.command()).isEqualTo(CheckerVerdict.UNKNOWN);
            assertThat(report.missing()).anyMatch(m -> m.contains("“LAB-PAST EV Root”"));
        }
        CheckerReport kernel = SigntoolVerify.of(SigntoolPolicy.KP)
                .judge("x.sys", gather(WindowsPki.sign(driver(), WindowsPki.ofUnsuppliedRoot())));
        assertThat(kernel.missing()).anyMatch(m -> m.contains("“Microsoft Code Verification Root” was not supplied"));
    }

    /** Refused for certain, but which error comes first depends on a root that was not supplied. */
    @Test
    void wordsAreNotMadeUpWhereAnotherErrorMayComeFirst() {
        CheckerReport report = SigntoolVerify.of(SigntoolPolicy.KP)
                .judge("x.sys", judgedWith(WindowsPki.sign(driver(), WindowsPki.CURRENT_EV)));

        assertThat(report.verdict()).isEqualTo(CheckerVerdict.REFUSED);
        assertThat(report.exitCode()).hasValue(1);
        assertThat(report.toolOutput()).isEmpty();
    }

    @Test
    void aRootThatIsNotInTheStoreIsSaidInSigntoolsOwnWords() {
        CheckerReport report = PA.judge("x.sys", gather(WindowsPki.sign(driver(), WindowsPki.SELF_SIGNED)));

        assertThat(report.status()).contains(TrustStatus.CERT_E_UNTRUSTEDROOT);
        assertThat(report.findings().stream().filter(f -> f.rule().id().equals("WINTRUST_ROOT")))
                .singleElement()
                .satisfies(f -> assertThat(f.remedy()).contains("install the root"));
    }

    @Test
    void anIssuerThatIsNowhereIsNamed() {
        SoftwareKey bare = new SoftwareKey(WindowsPki.CURRENT_EV.key(), List.of(WindowsPki.CURRENT_EV.certificate()));
        CheckerReport report = PA.judge("x.sys", gather(CheckerSample.signUnchecked(driver(), bare)));

        assertThat(report.verdict()).isEqualTo(CheckerVerdict.UNKNOWN);
        assertThat(report.missing())
                .containsExactly("“LAB-PAST EV CA”, which issued “LAB-PAST Publisher 2026”, is neither in the signature"
                        + " nor among the roots given: the arithmetic holds up to there");
    }

    @Test
    void aDisallowedCertificateIsRefused() throws Exception {
        Digest thumbprint =
                DigestAlgorithm.SHA1.digest(WindowsPki.EV_CA.certificate().getEncoded());
        DenyList list = new DenyList("the disallowed list", List.of(new DeniedCertificate(thumbprint, "an authority")));
        CheckerReport report = PA.judge(
                "x.sys",
                gather(
                        WindowsPki.sign(driver(), WindowsPki.CURRENT_EV, THEN),
                        WindowsPki.anchors(),
                        new DenyLists(Optional.empty(), Optional.empty(), Optional.of(list))));

        assertThat(report.status()).contains(TrustStatus.TRUST_E_EXPLICIT_DISTRUST);
    }

    @Test
    void pageHashesAreVerifiedWhenAskedFor(@TempDir Path folder) throws Exception {
        Path file = Files.write(folder.resolve("x.sys"), driver());
        new SignFile(WindowsPki.CURRENT_EV, Optional.empty())
                .sign(file, file, SignFile.Options.defaults().withPageHashes(true));
        SigntoolVerify verify = PA.with(new SigntoolOptions(false, false, true, false, Optional.empty()));
        byte[] signed = Files.readAllBytes(file);

        assertThat(verify.judge("x.sys", gather(signed)).verdict()).isEqualTo(CheckerVerdict.ACCEPTED);
        byte[] changed = TableSample.changed(signed, b -> b.put(0x300, (byte) ~b.get(0x300)));
        assertThat(rules(verify.judge("x.sys", gather(changed)), CheckerFinding.Outcome.BREAKS))
                .containsExactly("WINTRUST_IMAGE_DIGEST", "SIGNTOOL_PH_MISMATCH");
    }

    @Test
    void badInputHasAVerdict() {
        byte[] signed = WindowsPki.sign(driver(), WindowsPki.WHQL);
        FileEvidence broken = gather(TableSample.changed(signed, b -> b.putInt(driver().length + 12, 0)));
        FileEvidence otherCatalog = gather(
                driver(),
                named(WindowsPki.catalog(PeSample.plus().sections(0x800).toByteArray(), WindowsPki.WHQL, THEN)));
        for (Checker checker : ALL) {
            CheckerReport text = checker.judge("x.txt", gather("hello".getBytes(StandardCharsets.US_ASCII)));
            assertThat(text.verdict()).isEqualTo(CheckerVerdict.NOT_APPLICABLE);
            assertThat(text.reason()).startsWith("no PE image");
            for (FileEvidence evidence : List.of(gather(driver()), broken, otherCatalog)) {
                CheckerReport report = checker.judge("x.sys", evidence);
                assertThat(report.verdict()).as(checker.command()).isEqualTo(CheckerVerdict.REFUSED);
                assertThat(report.toolOutput()).isNotEmpty();
            }
        }
        CheckerReport named = PA.with(catalog("driver.cat")).judge("x.sys", otherCatalog);
        assertThat(named.reason()).isEqualTo("driver.cat has no member with this file's image digest");
        assertThat(named.toolOutput()).contains("SignTool Error: File not found in the specified catalog.");
        assertThat(PA.with(catalog("another.cat")).judge("x.sys", otherCatalog).missing())
                .containsExactly("another.cat was not supplied");
    }

    @Test
    void everyFindingIsOfARuleThatIsListed() {
        List<FileEvidence> files = List.of(
                gather(driver()),
                gather(WindowsPki.sign(driver(), WindowsPki.CURRENT_EV)),
                gather(driver(), named(WindowsPki.catalog(driver(), WindowsPki.WHQL, THEN))));
        for (Checker checker : ALL) {
            assertThat(checker.rules()).extracting(CheckerRule::id).doesNotHaveDuplicates();
            for (FileEvidence evidence : files) {
                assertThat(checker.rules())
                        .containsAll(checker.judge("x.sys", evidence).findings().stream()
                                .map(CheckerFinding::rule)
                                .toList());
            }
        }
        assertThat(ALL.stream()
                        .flatMap(c -> c.rules().stream())
                        .distinct()
                        .collect(Collectors.toMap(CheckerRule::id, Function.identity())))
                .as("one id, one rule")
                .allSatisfy((id, rule) -> assertThat(rule.rule().citation()).isNotBlank());
    }

    private static FileEvidence judgedWith(byte[] file, Anchor... anchors) {
        return gather(
                file,
                new GatherEvidence(new TrustAnchors(List.of(anchors)), DenyLists.none(), RevocationLists.none(), NOW));
    }

    private static NamedCatalog named(Catalog catalog) {
        return new NamedCatalog("driver.cat", catalog);
    }

    private static SigntoolOptions catalog(String name) {
        return new SigntoolOptions(false, false, false, false, Optional.of(name));
    }

    private static List<String> rules(CheckerReport report, CheckerFinding.Outcome outcome) {
        return report.findings().stream()
                .filter(f -> f.outcome() == outcome)
                .map(f -> f.rule().id())
                .toList();
    }

    private static String thumbprint(X509Certificate certificate) {
        return KernelRoots.thumbprint(certificate, DigestAlgorithm.SHA1).hex().toUpperCase(Locale.ROOT);
    }
}

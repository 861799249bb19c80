package io.countersign.windows;

import static io.countersign.windows.WindowsLab.assertBlocked;
import static io.countersign.windows.WindowsLab.assertLoads;
import static io.countersign.windows.WindowsLab.assertUnknown;
import static io.countersign.windows.WindowsLab.driver;
import static io.countersign.windows.WindowsLab.gather;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.fixture.PeSample;
import io.countersign.fixture.SoftwareKey;
import io.countersign.fixture.TableSample;
import io.countersign.fixture.WindowsPki;
import io.countersign.key.DigestAlgorithm;
import io.countersign.verify.Confidence;
import io.countersign.windows.DenyList.DeniedCertificate;
import io.countersign.windows.DenyList.DeniedFile;
import java.security.cert.CertificateEncodingException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The load policy's truth table, row by row, over files that our engine signed with a PKI of Windows' shape. */
class KernelLoaderTableTest {
    private static final String WINDOWS_11 = "windows-11-23h2,secureboot=on,hvci=on,upgraded=no";
    private static final String POLICY_MACHINE = "windows-11-24h2,secureboot=on,hvci=off,upgraded=no,driver-policy=";
    private static final String TEST_MODE = "windows-11-23h2,testsigning=on,hvci=";
    private static final String IN_TIME = "2026-10-01T00:00:00Z";

    private static final FileEvidence UNSIGNED = gather(driver());
    private static final FileEvidence SELF_SIGNED = signed(WindowsPki.SELF_SIGNED);
    private static final FileEvidence EV = signed(WindowsPki.CURRENT_EV);
    private static final FileEvidence WHQL = signed(WindowsPki.WHQL);
    private static final FileEvidence ATTESTED = signed(WindowsPki.ATTESTED);
    private static final FileEvidence IN_BOX = signed(WindowsPki.IN_BOX);
    private static final FileEvidence CROSS_2013 = signed(WindowsPki.CROSS_SIGNED_2013, "2014-06-01T00:00:00Z");
    private static final FileEvidence CROSS_2018 = signed(WindowsPki.CROSS_SIGNED_2018, "2019-06-01T00:00:00Z");

    private static FileEvidence signed(SoftwareKey key) {
        return gather(WindowsPki.sign(driver(), key));
    }

    private static FileEvidence signed(SoftwareKey key, String time) {
        return gather(WindowsPki.sign(driver(), key, time));
    }

    private static byte[] changed(byte[] signed) {
        return WindowsPki.withRightChecksum(TableSample.changed(signed, b -> b.put(0x300, (byte) ~b.get(0x300))));
    }

    @Test
    @DisplayName("row 1, LOAD_BAD_DIGEST: a changed file stays out, in test mode too")
    void row1() {
        for (SoftwareKey key : List.of(WindowsPki.WHQL, WindowsPki.IN_BOX, WindowsPki.SELF_SIGNED)) {
            FileEvidence file = gather(changed(WindowsPki.sign(driver(), key)));
            for (String machine : List.of(WINDOWS_11, TEST_MODE + "off", "windows-7", "server-2025")) {
                LoadAnswer.Blocked blocked = assertBlocked(file, machine, "LOAD_BAD_DIGEST");
                assertThat(blocked.rule().status()).contains(LoadStatus.STATUS_INVALID_IMAGE_HASH);
                assertThat(blocked.rule().events()).contains(3004);
            }
        }
        byte[] signed = WindowsPki.sign(driver(), WindowsPki.WHQL);
        byte[] broken = TableSample.changed(signed, b -> b.putInt(driver().length + 12, 0));
        assertBlocked(gather(WindowsPki.withRightChecksum(broken)), WINDOWS_11, "LOAD_BAD_DIGEST");
    }

    @Test
    @DisplayName("row 2, LOAD_PE_CHECKSUM: a wrong CheckSum keeps any driver out")
    void row2() {
        byte[] wrong = TableSample.changed(
                WindowsPki.sign(driver(), WindowsPki.IN_BOX), b -> b.putInt(0x80 + 24 + 64, 0x1234_5678));
        LoadAnswer.Blocked blocked = assertBlocked(gather(wrong), WINDOWS_11, "LOAD_PE_CHECKSUM");
        assertThat(blocked.rule().status().orElseThrow().code()).isEqualTo(0xC000_0221L);
        assertThat(blocked.reason()).contains("CheckSum is 0x12345678, right would be");
        assertBlocked(gather(wrong), TEST_MODE + "off", "LOAD_PE_CHECKSUM");
    }

    @Test
    @DisplayName("row 3, LOAD_REVOKED_STL: Driver.STL counts everywhere")
    void row3() {
        FileEvidence file = gather(
                WindowsPki.sign(driver(), WindowsPki.WHQL),
                WindowsPki.anchors(),
                new DenyLists(
                        Optional.of(new DenyList(
                                "Driver.STL",
                                List.of(new DeniedCertificate(
                                        DigestAlgorithm.SHA1.digest(der(WindowsPki.WHQL)), "a publisher")))),
                        Optional.empty(),
                        Optional.empty()));
        for (String machine : List.of(WINDOWS_11, "windows-7,sha2=yes", TEST_MODE + "off", "server-2016")) {
            LoadAnswer.Blocked blocked = assertBlocked(file, machine, "LOAD_REVOKED_STL");
            assertThat(blocked.rule().status().orElseThrow().code()).isEqualTo(0xC000_0603L);
            assertThat(blocked.rule().events()).containsExactly(3036, 3112);
        }
    }

    private static byte[] der(SoftwareKey key) {
        try {
            return key.certificate().getEncoded();
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static FileEvidence onBlocklist() {
        byte[] signed = WindowsPki.sign(driver(), WindowsPki.WHQL);
        DenyList list = new DenyList(
                "the block list",
                List.of(new DeniedFile(WindowsPki.imageDigest(signed, DigestAlgorithm.SHA256), "vulnerable.sys")));
        return gather(
                signed, WindowsPki.anchors(), new DenyLists(Optional.empty(), Optional.of(list), Optional.empty()));
    }

    @Test
    @DisplayName("row 4, LOAD_BLOCKLISTED: the block list counts where it is on, by itself or with memory integrity")
    void row4() {
        FileEvidence file = onBlocklist();
        assertThat(assertBlocked(file, "windows-11-22h2", "LOAD_BLOCKLISTED")
                        .rule()
                        .events())
                .containsExactly(3077);
        assertBlocked(file, "windows-10-22h2,blocklist=off,hvci=on", "LOAD_BLOCKLISTED");
        assertBlocked(file, "windows-10-22h2,blocklist=on,hvci=off", "LOAD_BLOCKLISTED");
    }

    @Test
    @DisplayName("row 5, LOAD_BLOCKLIST_OFF: where it is off, the driver loads with a warning")
    void row5() {
        FileEvidence file = onBlocklist();
        LoadAnswer.Loads loads = assertLoads(file, "windows-10-22h2,blocklist=off,hvci=off", "LOAD_WHQL");
        assertThat(loads.provisos()).anyMatch(p -> p.contains("vulnerable.sys") && p.contains("off on this machine"));
        assertThat(loads.trail())
                .anyMatch(s -> s.rule().id().equals("LOAD_BLOCKLIST_OFF") && s.ruling() instanceof Ruling.Notes);
        assertLoads(file, "server-2016,blocklist=off,hvci=on", "LOAD_WHQL");
    }

    @Test
    @DisplayName("row 6, LOAD_UNSIGNED: 64-bit Windows loads nothing unsigned")
    void row6() {
        for (String machine : List.of("windows-vista", "windows-7", WINDOWS_11, "server-2025")) {
            LoadAnswer.Blocked blocked = assertBlocked(UNSIGNED, machine, "LOAD_UNSIGNED");
            assertThat(blocked.rule().status().orElseThrow().win32()).hasValue(577);
            assertThat(blocked.rule().deviceProblem()).hasValue(52);
            assertThat(blocked.rule().remedy()).contains("hardware portal");
        }
        NamedCatalog others = new NamedCatalog(
                "other.cat", WindowsPki.catalog(PeSample.plus().sections(8).toByteArray(), WindowsPki.WHQL, IN_TIME));
        assertBlocked(gather(driver(), others), WINDOWS_11, "LOAD_UNSIGNED");
    }

    @Test
    @DisplayName("row 7, LOAD_TEST_HVCI_UNSIGNED: in test mode an unsigned image fails with memory integrity")
    void row7() {
        assertBlocked(UNSIGNED, TEST_MODE + "on", "LOAD_TEST_HVCI_UNSIGNED");
        assertUnknown(UNSIGNED, TEST_MODE + "off", "LOAD_TEST_UNSIGNED");
    }

    @Test
    @DisplayName("row 8, LOAD_NO_MS_ROOT: self-signed and EV-signed alone are nothing to the kernel")
    void row8() {
        for (FileEvidence file : List.of(SELF_SIGNED, EV)) {
            for (String machine : List.of("windows-7,sha2=yes", WINDOWS_11, "server-2022")) {
                LoadAnswer.Blocked blocked = assertBlocked(file, machine, "LOAD_NO_MS_ROOT");
                assertThat(blocked.rule().status().orElseThrow().win32()).hasValue(577);
            }
        }
    }

    @Test
    @DisplayName("row 9, LOAD_TESTSIGNED: in test mode any certificate will do")
    void row9() {
        for (FileEvidence file : List.of(SELF_SIGNED, EV)) {
            LoadAnswer.Loads loads = assertLoads(file, TEST_MODE + "on", "LOAD_TESTSIGNED");
            assertThat(loads.provisos()).anyMatch(p -> p.contains("Test Mode"));
        }
    }

    @Test
    @DisplayName("row 10, LOAD_INBOX: Windows' own drivers load everywhere")
    void row10() {
        FileEvidence sha1 = gather(WindowsPki.signWithSha1(driver(), WindowsPki.IN_BOX));
        for (WindowsVersion version : WindowsVersion.values()) {
            assertLoads(sha1, version.toString(), "LOAD_INBOX");
        }
        assertLoads(IN_BOX, POLICY_MACHINE + "enforced,app-control=require-whql", "LOAD_INBOX");
    }

    @Test
    @DisplayName("row 11, LOAD_ELAM_EKU: early launch wants Microsoft's early-launch signature")
    void row11() {
        String early = WINDOWS_11 + ",start=early-launch";
        assertBlocked(signed(WindowsPki.FALSE_ELAM), early, "LOAD_ELAM_EKU");
        assertBlocked(WHQL, early, "LOAD_ELAM_EKU");
        assertLoads(signed(WindowsPki.ELAM), early, "LOAD_ELAM");
        assertLoads(WHQL, WINDOWS_11, "LOAD_WHQL");
    }

    @Test
    @DisplayName("row 12, LOAD_WHQL: certified drivers load from Windows 7 with the SHA-2 update on")
    void row12() {
        for (String machine : List.of("windows-7,sha2=yes", "windows-8-1", WINDOWS_11, "server-2016", "server-2025")) {
            LoadAnswer.Loads loads = assertLoads(WHQL, machine, "LOAD_WHQL");
            assertThat(loads.provisos()).anyMatch(p -> p.contains("OSAttr"));
        }
        assertBlocked(WHQL, "windows-7,sha2=no", "LOAD_SHA2");
        assertBlocked(WHQL, "windows-vista", "LOAD_SHA2");
        assertLoads(gather(WindowsPki.signWithSha1(driver(), WindowsPki.WHQL)), "windows-vista", "LOAD_WHQL");
        NamedCatalog catalog = new NamedCatalog("its.cat", WindowsPki.catalog(driver(), WindowsPki.WHQL, IN_TIME));
        LoadAnswer.Loads byCatalog = assertLoads(gather(driver(), catalog), WINDOWS_11, "LOAD_WHQL");
        assertThat(byCatalog.by().orElseThrow().toString()).isEqualTo("catalog its.cat");
    }

    @Test
    @DisplayName("row 13, LOAD_ATTESTED: attested drivers load on Windows 10 and 11")
    void row13() {
        assertLoads(ATTESTED, "windows-10-1507", "LOAD_ATTESTED");
        assertLoads(ATTESTED, WINDOWS_11, "LOAD_ATTESTED");
        assertLoads(ATTESTED, POLICY_MACHINE + "enforced", "LOAD_ATTESTED");
        FileEvidence besideEv =
                gather(WindowsPki.sign(WindowsPki.sign(driver(), WindowsPki.CURRENT_EV), WindowsPki.ATTESTED, IN_TIME));
        assertThat(assertLoads(besideEv, WINDOWS_11, "LOAD_ATTESTED")
                        .by()
                        .orElseThrow()
                        .kind())
                .isEqualTo(Place.Kind.NESTED);
    }

    @Test
    @DisplayName(
            "row 14, LOAD_ATTESTED_SERVER: Server 2016 and later load no attested driver (documented, not observed)")
    void row14() {
        for (String machine : List.of("server-2016", "server-2019", "server-2025")) {
            assertNotObserved(assertBlocked(ATTESTED, machine, "LOAD_ATTESTED_SERVER"));
        }
        assertLoads(ATTESTED, "server-2022,testsigning=on", "LOAD_TESTSIGNED");
    }

    @Test
    @DisplayName("row 15, LOAD_ATTESTED_OLD_OS: attestation is not for Windows before 10 (documented, not observed)")
    void row15() {
        for (String machine : List.of("windows-7,sha2=yes", "windows-8", "windows-8-1", "server-2012-r2")) {
            assertNotObserved(assertBlocked(ATTESTED, machine, "LOAD_ATTESTED_OLD_OS"));
        }
    }

    private static TrustAnchors withoutTimestampRoot() {
        return new TrustAnchors(WindowsPki.anchors().anchors().stream()
                .filter(a -> a.role() != Role.TIMESTAMP_ROOT)
                .toList());
    }

    private static void assertNotObserved(LoadAnswer.Blocked blocked) {
        assertThat(blocked.rule().rule().confidence()).isEqualTo(Confidence.DOCUMENTED);
        assertThat(blocked.rule().rule().caveat()).isEqualTo("documented, not observed");
    }

    @Test
    @DisplayName("row 16, LOAD_CROSS_LEGACY: before Windows 10 a cross-signed driver loads")
    void row16() {
        for (FileEvidence file : List.of(CROSS_2013, CROSS_2018)) {
            assertLoads(file, "windows-7,sha2=yes", "LOAD_CROSS_LEGACY");
            assertLoads(file, "windows-8-1,secureboot=on", "LOAD_CROSS_LEGACY");
            assertLoads(file, "server-2012", "LOAD_CROSS_LEGACY");
            assertBlocked(file, "windows-vista", "LOAD_SHA2");
        }
    }

    @Test
    @DisplayName("row 17, LOAD_CROSS_GRANDFATHERED: a leaf from before 2015-07-29 loads on 10 and 11")
    void row17() {
        for (String machine :
                List.of("windows-10-1507,secureboot=on", "windows-10-22h2,secureboot=on", WINDOWS_11, "server-2019")) {
            LoadAnswer.Loads loads = assertLoads(CROSS_2013, machine, "LOAD_CROSS_GRANDFATHERED");
            assertThat(loads.provisos()).anyMatch(p -> p.contains("contradicts"));
        }
        assertLoads(CROSS_2013, POLICY_MACHINE + "off", "LOAD_CROSS_GRANDFATHERED");
    }

    @Test
    @DisplayName("row 18, LOAD_CROSS_AFTER_CUTOFF: a younger leaf stays out on a clean machine with Secure Boot")
    void row18() {
        for (String version : List.of("windows-10-1607", "windows-11-23h2", "server-2016")) {
            LoadAnswer.Blocked blocked =
                    assertBlocked(CROSS_2018, version + ",secureboot=on,upgraded=no", "LOAD_CROSS_AFTER_CUTOFF");
            assertThat(blocked.reason()).contains("issued at 2018-01-01T00:00:00Z");
            assertThat(blocked.rule().status().orElseThrow().win32()).hasValue(577);
        }
        assertUnknown(CROSS_2018, "windows-10-1511,secureboot=on", "LOAD_CROSS_EARLY_10");
        assertUnknown(CROSS_2018, POLICY_MACHINE + "enforced,allow-listed=yes", "LOAD_CROSS_AFTER_CUTOFF");
    }

    @Test
    @DisplayName("row 19, LOAD_CROSS_SB_OFF and LOAD_CROSS_UPGRADED: without Secure Boot or upgraded, it loads")
    void row19() {
        assertLoads(CROSS_2018, "windows-10-22h2,secureboot=off,upgraded=no", "LOAD_CROSS_SB_OFF");
        assertLoads(CROSS_2018, "windows-10-1507,secureboot=off", "LOAD_CROSS_SB_OFF");
        assertLoads(CROSS_2018, "windows-11-23h2,secureboot=on,upgraded=yes", "LOAD_CROSS_UPGRADED");
    }

    @Test
    @DisplayName("row 20, LOAD_DRIVER_POLICY: enforced, the Driver Policy keeps every cross-signed driver out")
    void row20() {
        for (FileEvidence file : List.of(CROSS_2013, CROSS_2018)) {
            LoadAnswer.Blocked blocked = assertBlocked(file, POLICY_MACHINE + "enforced", "LOAD_DRIVER_POLICY");
            assertThat(blocked.rule().events()).containsExactly(3077);
            assertBlocked(file, "server-2025,driver-policy=enforced,secureboot=off", "LOAD_DRIVER_POLICY");
        }
    }

    @Test
    @DisplayName("row 21, LOAD_DRIVER_POLICY_AUDIT: evaluating, it notes the driver and starts over")
    void row21() {
        LoadAnswer.Loads loads = assertLoads(CROSS_2013, POLICY_MACHINE + "audit", "LOAD_DRIVER_POLICY_AUDIT");
        assertThat(loads.rule().events()).containsExactly(3076);
        assertThat(loads.provisos()).anyMatch(p -> p.contains("starts the evaluation over"));
        assertBlocked(CROSS_2018, POLICY_MACHINE + "audit", "LOAD_CROSS_AFTER_CUTOFF");
    }

    @Test
    @DisplayName("row 22, LOAD_ALLOWLISTED: what is on the allow list loads")
    void row22() {
        assertLoads(CROSS_2013, POLICY_MACHINE + "enforced,allow-listed=yes", "LOAD_ALLOWLISTED");
    }

    @Test
    @DisplayName("row 23, LOAD_EXPIRED_UNCERTAIN: signed after expiry, nobody knows (documented, not observed)")
    void row23() {
        FileEvidence bare = signed(WindowsPki.CROSS_SIGNED_2013);
        LoadAnswer.Unknown unknown = assertUnknown(bare, WINDOWS_11, "LOAD_EXPIRED_UNCERTAIN");
        assertThat(unknown.reason()).contains("“LAB-PAST Publisher 2013” expired at 2016");
        assertThat(unknown.rule().orElseThrow().rule().caveat()).isEqualTo("documented, not observed");
        FileEvidence late = signed(WindowsPki.CROSS_SIGNED_2013, "2017-01-01T00:00:00Z");
        assertUnknown(late, WINDOWS_11, "LOAD_EXPIRED_UNCERTAIN");
        FileEvidence strange = gather(
                WindowsPki.sign(driver(), WindowsPki.CROSS_SIGNED_2013, "2014-06-01T00:00:00Z"),
                withoutTimestampRoot(),
                DenyLists.none());
        assertThat(assertUnknown(strange, WINDOWS_11, "LOAD_EXPIRED_UNCERTAIN").reason())
                .contains("its timestamp is not believed");
    }

    @Test
    @DisplayName("row 24, LOAD_HVCI_IMAGE: memory integrity takes no small alignment and no writable code")
    void row24() {
        for (PeSample unfit :
                List.of(PeSample.plus().sectionAlignment(0x200), PeSample.plus().characteristics(0xE000_0020))) {
            FileEvidence file = gather(WindowsPki.sign(unfit.toByteArray(), WindowsPki.WHQL));
            assertThat(assertBlocked(file, WINDOWS_11, "LOAD_HVCI_IMAGE").rule().events())
                    .containsExactly(3111);
            assertLoads(file, "windows-11-23h2,hvci=off", "LOAD_WHQL");
        }
        FileEvidence stranger =
                gather(WindowsPki.sign(PeSample.plus().sectionAlignment(0x200).toByteArray(), WindowsPki.CURRENT_EV));
        assertBlocked(stranger, WINDOWS_11, "LOAD_NO_MS_ROOT");
    }

    @Test
    @DisplayName("row 25, LOAD_WDAC: a policy that requires WHQL keeps cross-signed out (documented, not observed)")
    void row25() {
        LoadAnswer.Blocked blocked = assertBlocked(CROSS_2013, WINDOWS_11 + ",app-control=require-whql", "LOAD_WDAC");
        assertNotObserved(blocked);
        assertThat(blocked.rule().events()).containsExactly(3077);
        LoadAnswer.Loads audited =
                assertLoads(CROSS_2013, WINDOWS_11 + ",app-control=audit-whql", "LOAD_CROSS_GRANDFATHERED");
        assertThat(audited.provisos()).anyMatch(p -> p.contains("3082"));
        assertLoads(WHQL, WINDOWS_11 + ",app-control=require-whql", "LOAD_WHQL");
    }

    @Test
    @DisplayName("32-bit: rows 6, 8 and 16 load unless boot-start or Secure Boot")
    void on32Bit() {
        byte[] x86 = WindowsPki.withRightChecksum(PeSample.pe32().toByteArray());
        FileEvidence unsigned = gather(x86);
        FileEvidence selfSigned = gather(WindowsPki.sign(x86, WindowsPki.SELF_SIGNED));
        for (FileEvidence file : List.of(unsigned, selfSigned)) {
            assertLoads(file, "windows-7,arch=x86", "LOAD_32BIT");
            assertLoads(file, "windows-10-22h2,arch=x86,secureboot=off", "LOAD_32BIT");
        }
        assertBlocked(unsigned, "windows-7,arch=x86,start=boot", "LOAD_UNSIGNED");
        assertBlocked(selfSigned, "windows-10-22h2,arch=x86,secureboot=on", "LOAD_NO_MS_ROOT");
        assertBlocked(unsigned, "windows-10-22h2,arch=x64", "LOAD_WRONG_MACHINE");
    }
}

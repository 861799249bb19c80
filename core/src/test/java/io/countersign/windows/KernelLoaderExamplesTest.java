package io.countersign.windows;

import static io.countersign.fixture.WindowsPki.NOW;
import static io.countersign.fixture.WindowsPki.sign;
import static io.countersign.windows.WindowsLab.assertBlocked;
import static io.countersign.windows.WindowsLab.assertLoads;
import static io.countersign.windows.WindowsLab.assertUnknown;
import static io.countersign.windows.WindowsLab.driver;
import static io.countersign.windows.WindowsLab.gather;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.fixture.SoftwareKey;
import io.countersign.fixture.TableSample;
import io.countersign.fixture.WindowsPki;
import io.countersign.key.DigestAlgorithm;
import io.countersign.x509.RevocationLists;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Drivers over which Windows' own checkers disagree: what the loader says of them. */
class KernelLoaderExamplesTest {
    private static final String WINDOWS_11 = "windows-11-23h2,secureboot=on,hvci=on,upgraded=no";
    private static final String ENFORCED = "windows-11-25h2,secureboot=on,hvci=on,upgraded=no,driver-policy=enforced";
    private static final String IN_TIME = "2026-10-01T00:00:00Z";
    private static final Instant LATER = NOW.plus(Duration.ofDays(1000));

    @Test
    void anAttestedSignatureNestedInACrossSignedOneLetsTheFileInWhatTheOtherWouldNot() {
        byte[] vendor = sign(driver(), WindowsPki.CROSS_SIGNED_2018, "2019-06-01T00:00:00Z");
        assertBlocked(gather(vendor), WINDOWS_11, "LOAD_CROSS_AFTER_CUTOFF");
        FileEvidence both = gather(sign(vendor, WindowsPki.ATTESTED, IN_TIME));
        for (String machine : List.of(WINDOWS_11, ENFORCED)) {
            assertThat(assertLoads(both, machine, "LOAD_ATTESTED").by()).contains(Place.embedded(1));
        }
        assertBlocked(both, "server-2022,secureboot=on,upgraded=no", "LOAD_CROSS_AFTER_CUTOFF");
    }

    @Test
    void theCutOffReadsWhenTheLeafWasIssuedAndNotWhenTheFileWasSigned() {
        FileEvidence lateWithOldLeaf = gather(sign(driver(), WindowsPki.CROSS_SIGNED_2013, "2016-01-01T00:00:00Z"));
        assertLoads(lateWithOldLeaf, WINDOWS_11, "LOAD_CROSS_GRANDFATHERED");
        assertBlocked(lateWithOldLeaf, ENFORCED, "LOAD_DRIVER_POLICY");
    }

    @Test
    void anExpiredPortalLeafIsNormalUnderATimestamp() {
        assertLoads(later(sign(driver(), WindowsPki.ATTESTED, IN_TIME)), WINDOWS_11, "LOAD_ATTESTED");
        assertUnknown(later(sign(driver(), WindowsPki.ATTESTED)), WINDOWS_11, "LOAD_EXPIRED_UNCERTAIN");
    }

    @Test
    void lifetimeSigningCancelsTheTimestamp() {
        byte[] signed = sign(driver(), WindowsPki.LIFETIME, IN_TIME);
        assertLoads(gather(signed), WINDOWS_11, "LOAD_ATTESTED");
        assertThat(assertUnknown(later(signed), WINDOWS_11, "LOAD_EXPIRED_UNCERTAIN")
                        .reason())
                .contains("lifetime signing cancels its timestamp");
    }

    private static FileEvidence later(byte[] file) {
        return gather(file, new GatherEvidence(WindowsPki.anchors(), DenyLists.none(), RevocationLists.none(), LATER));
    }

    @Test
    void aDriverInACatalogOfSha1DigestsLoads() {
        NamedCatalog catalog = new NamedCatalog(
                "its.cat", WindowsPki.catalog(driver(), DigestAlgorithm.SHA1, WindowsPki.WHQL, IN_TIME));
        for (String machine : List.of("windows-7,sha2=yes", "windows-10-22h2", WINDOWS_11)) {
            assertLoads(gather(driver(), catalog), machine, "LOAD_WHQL");
        }
        byte[] beside = sign(driver(), WindowsPki.CURRENT_EV);
        assertThat(assertLoads(gather(beside, catalog), WINDOWS_11, "LOAD_WHQL")
                        .by()
                        .orElseThrow()
                        .kind())
                .isEqualTo(Place.Kind.CATALOG);
    }

    @Test
    void whatHidesBehindTheSignatureIsNothingToTheLoader() {
        byte[] der = TableSample.signatureOf(sign(driver(), WindowsPki.WHQL)).toByteArray();
        byte[] hiding = TableSample.concat(der, new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
        byte[] file = WindowsPki.withRightChecksum(TableSample.attach(driver(), TableSample.entry(hiding)));
        assertLoads(gather(file), WINDOWS_11, "LOAD_WHQL");
    }

    @Test
    void octetsAddedBehindTheTableAreContentThatNobodySigned() {
        byte[] signed = sign(driver(), WindowsPki.WHQL);
        byte[] longer = Arrays.copyOf(signed, signed.length + 8);
        Arrays.fill(longer, signed.length, longer.length, (byte) 0x5A);
        assertBlocked(gather(longer), WINDOWS_11, "LOAD_BAD_DIGEST");
        assertThat(WindowsLab.judge(gather(longer), WINDOWS_11).trail())
                .anyMatch(s -> s.rule().id().equals("LOAD_PE_CHECKSUM") && s.ruling() instanceof Ruling.Forbids);
    }

    @Test
    void anEvSignatureAloneIsNothingToTheKernelHoweverWellTimestamped() {
        for (SoftwareKey key : List.of(WindowsPki.CURRENT_EV, WindowsPki.OLD_EV)) {
            assertBlocked(gather(sign(driver(), key)), WINDOWS_11, "LOAD_NO_MS_ROOT");
        }
        FileEvidence stamped = gather(sign(driver(), WindowsPki.CURRENT_EV, IN_TIME));
        assertThat(assertBlocked(stamped, WINDOWS_11, "LOAD_NO_MS_ROOT")
                        .rule()
                        .status()
                        .orElseThrow()
                        .win32())
                .hasValue(577);
    }
}

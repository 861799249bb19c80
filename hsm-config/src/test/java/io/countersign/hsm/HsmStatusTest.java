package io.countersign.hsm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.countersign.home.Configuration;
import io.countersign.home.Home;
import io.countersign.hsm.HsmStatus.KeyStatus;
import io.countersign.hsm.HsmStatus.TokenStatus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HsmStatusTest {
    @Test
    void everyKeyOfAFreshHomeIsConfinedToItsTokenAndSigns() throws Exception {
        HsmStatus status = HsmStatus.read(LabHome.home(), LabHome.configuration(), InstantSource.system());

        assertThat(status.problems()).isEmpty();
        assertThat(status.tokens())
                .extracting(TokenStatus::name)
                .containsExactly("ca", "signing", "timestamp", "evidence", "status");
        assertThat(status.tokens()).allMatch(TokenStatus::available);
        List<KeyStatus> keys =
                status.tokens().stream().flatMap(t -> t.keys().stream()).toList();
        assertThat(keys)
                .extracting(k -> k.label() + "=" + k.name() + " " + k.type())
                .containsExactly(
                        "lab-ev-ca=ev-ca RSA-4096",
                        "lab-root=root RSA-4096",
                        "lab-timestamp-root=timestamp-root RSA-4096",
                        "lab-publisher=publisher RSA-3072",
                        "lab-tsa=tsa RSA-3072",
                        "lab-evidence=evidence P-256",
                        "lab-status=status P-256");
        assertThat(keys).allMatch(k -> k.signs() && k.attributes().confinedToToken());
        // One by each CA for the responder.
        assertThat(keys)
                .allSatisfy(k -> assertThat(k.certificates()).hasSize(k.label().equals("lab-status") ? 3 : 1));
    }

    @Test
    void itBecomesJsonAsItIs() throws Exception {
        HsmStatus status = HsmStatus.read(LabHome.home(), LabHome.configuration(), InstantSource.system());

        assertThat(new ObjectMapper()
                        .valueToTree(status)
                        .at("/tokens/1/keys/0/certificates/0/daysLeft")
                        .asInt())
                .isBetween(1, 460);
    }

    @Test
    void daysLeftAreCountedFromTheGivenTimeAndTheEndIsAProblem() throws Exception {
        HsmStatus now = HsmStatus.read(LabHome.home(), LabHome.configuration(), InstantSource.system());
        KeyStatus publisher = now.tokens().get(1).keys().get(0);
        Instant end = Instant.parse(publisher.certificates().get(0).notAfter());

        HsmStatus soon = at(end.minus(Duration.ofDays(10)));
        assertThat(soon.tokens().get(1).keys().get(0).certificates().get(0).daysLeft())
                .isEqualTo(10);
        assertThat(soon.problems())
                .containsExactly(
                        "The certificate of key 'lab-publisher' expires " + end + ", in 10 days; renew it before.",
                        "Key 'lab-tsa' is to sign until " + usageEnd() + ", in " + daysTo(end)
                                + " days; renew it before.");

        HsmStatus later = at(end.plus(Duration.ofDays(30)));
        assertThat(later.tokens().get(1).keys().get(0).certificates().get(0).daysLeft())
                .isEqualTo(-30);
        assertThat(later.problems())
                .containsExactly(
                        "The certificate of key 'lab-publisher' expired " + end + "; make a new one.",
                        "Key 'lab-tsa' was to sign until " + usageEnd() + "; make a new one.");
    }

    @Test
    void aTokenThatIsNotThereIsAProblemAndTheOthersAreStillTold() throws Exception {
        Configuration whole = LabHome.configuration();
        Configuration.Token missing = new Configuration.Token(
                "lost", whole.tokens().get(0).module(), "no-such-token", Path.of("/nowhere/pin"));
        Configuration configuration = new Configuration(
                whole.organization(),
                whole.pkiBaseUrl(),
                List.of(missing, whole.tokens().get(3)),
                whole.keys(),
                whole.timestampAuthorities(),
                whole.issuers(),
                whole.identities(),
                whole.githubApi(),
                whole.projects());

        HsmStatus status = HsmStatus.read(LabHome.home(), configuration, InstantSource.system());

        assertThat(status.problems()).singleElement().asString().startsWith("No token with label 'no-such-token'");
        assertThat(status.tokens()).extracting(TokenStatus::available).containsExactly(false, true);
        assertThat(status.tokens().get(1).keys()).singleElement().matches(KeyStatus::signs);
    }

    @Test
    void aHomeOthersCanReadIsAProblem(@TempDir Path folder) throws Exception {
        Home home = HomeCopy.in(folder);
        Files.setPosixFilePermissions(home.root(), PosixFilePermissions.fromString("rwxr-xr-x"));
        Configuration whole = LabHome.configuration();
        Configuration noTokens = new Configuration(
                whole.organization(),
                whole.pkiBaseUrl(),
                List.of(),
                List.of(),
                whole.timestampAuthorities(),
                whole.issuers(),
                whole.identities(),
                whole.githubApi(),
                whole.projects());

        assertThat(HsmStatus.read(home, noTokens, InstantSource.system()).problems())
                .containsExactly("The home " + home.root() + " is open to others than its owner; chmod 700 it.");
        Files.setPosixFilePermissions(home.root(), PosixFilePermissions.fromString("rwx------"));
        assertThat(HsmStatus.read(home, noTokens, InstantSource.system()).problems())
                .isEmpty();
    }

    private static HsmStatus at(Instant time) throws Exception {
        Home home = LabHome.home();
        return HsmStatus.read(home, LabHome.configuration(), InstantSource.fixed(time));
    }

    /** 15 months from notBefore. */
    private static Instant usageEnd() throws Exception {
        Instant notBefore = LabHome.hsm()
                .key("tsa", KeyPurpose.SELF_TEST)
                .certificate()
                .getNotBefore()
                .toInstant();
        return new CeremonyPlan.Lifetime(0, 15).notAfter(notBefore);
    }

    private static long daysTo(Instant publisherEnd) throws Exception {
        return Duration.between(publisherEnd.minus(Duration.ofDays(10)), usageEnd())
                .toDays();
    }
}

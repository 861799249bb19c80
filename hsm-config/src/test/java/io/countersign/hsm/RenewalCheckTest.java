package io.countersign.hsm;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.home.Configuration;
import io.countersign.home.Home;
import io.countersign.hsm.RenewalNeeds.Reissue;
import io.countersign.x509.PemCertificates;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is found wanting in a home that today's ceremony made, at other times and with other configurations. */
class RenewalCheckTest {
    private Home home;
    private Configuration configuration;

    @BeforeEach
    void home() throws Exception {
        home = LabHome.home();
        configuration = LabHome.configuration();
    }

    @Test
    void aFreshHomeNeedsNothing() throws Exception {
        RenewalNeeds needs = needs(Instant.now());

        assertThat(needs.isNone()).isTrue();
        assertThat(needs.notes()).isEmpty();
    }

    @Test
    void thirtyDaysBeforeItsEndACertificateIsDue() throws Exception {
        Instant end = certificate("lab-publisher").getNotAfter().toInstant();

        assertThat(needs(end.minus(Duration.ofDays(31))).certificates()).isEmpty();
        RenewalNeeds due = needs(end.minus(Duration.ofDays(29)));
        assertThat(files(due)).containsExactly("lab-publisher.pem");
        assertThat(due.certificates().get(0).validity().notAfter())
                .isBetween(end.plus(Duration.ofDays(430)), end.plus(Duration.ofDays(431)));
        assertThat(due.changesConfiguration()).isFalse();
        assertThat(due.notes()).singleElement().asString().contains("key lab-tsa signs until", "a new key");
    }

    @Test
    void aCaIsDueWhileWhatItIssuesStillFitsAndStandsFirst() throws Exception {
        Instant end = certificate("lab-ev-ca").getNotAfter().toInstant();
        Instant rootEnd = certificate("lab-root").getNotAfter().toInstant();

        assertThat(files(needs(end.minus(Duration.ofDays(461))))).doesNotContain("lab-ev-ca.pem");
        RenewalNeeds due = needs(end.minus(Duration.ofDays(459)));
        assertThat(files(due)).startsWith("lab-ev-ca.pem").contains("lab-publisher.pem", "lab-status.pem");

        RenewalNeeds late = needs(rootEnd.minus(Duration.ofDays(20)));
        assertThat(late.certificates())
                .isNotEmpty()
                .allMatch(reissue -> reissue.validity().notAfter().equals(rootEnd)
                        || reissue.plan().file().equals("lab-status-timestamp.pem"));
        RenewalNeeds over = needs(rootEnd.plus(Duration.ofDays(1)));
        assertThat(files(over)).doesNotContain("lab-publisher.pem");
    }

    @Test
    void anotherAddressMakesThemAllAnewAndNoTimestampKeySignsLonger() throws Exception {
        configuration = with(URI.create("http://lab.example/"), configuration.keys(), configuration.tokens());
        X509Certificate tsa = certificate("lab-tsa");

        RenewalNeeds needs = needs(Instant.now());

        assertThat(files(needs))
                .containsExactly(
                        "lab-ev-ca.pem",
                        "lab-publisher.pem",
                        "lab-tsa.pem",
                        "lab-status.pem",
                        "lab-status-root.pem",
                        "lab-status-timestamp.pem");
        LabCertificate.Validity validity = needs.certificates().get(2).validity();
        assertThat(validity.notAfter()).isEqualTo(tsa.getNotAfter().toInstant());
        assertThat(validity.keyUsedUntil()).isEqualTo(UsagePeriod.end(tsa)).isPresent();
        assertThat(files(needs(UsagePeriod.end(tsa).orElseThrow().plusSeconds(1))))
                .doesNotContain("lab-tsa.pem");
    }

    @Test
    void whatIsRevokedStaysAsItIsAndSoDoesWhatSuchACaIssued() throws Exception {
        Instant end = certificate("lab-publisher").getNotAfter().toInstant();
        X509Certificate publisher = certificate("lab-publisher");
        X509Certificate authority = certificate("lab-ev-ca");

        RenewalNeeds needs = check(end, publisher::equals);
        assertThat(files(needs)).doesNotContain("lab-publisher.pem");
        assertThat(needs.notes()).contains("lab-publisher.pem is revoked, and stays as it is");
        assertThat(files(check(authority.getNotAfter().toInstant(), authority::equals)))
                .doesNotContain("lab-ev-ca.pem", "lab-publisher.pem", "lab-status.pem");
    }

    @Test
    void keysAndTokensThatAreNotNamedAreAndWhatHasAnotherNameIsNot() throws Exception {
        List<Configuration.Key> keys = configuration.keys().stream()
                .filter(key -> !key.name().equals("root") && !key.name().equals("status-root"))
                .toList();
        configuration = with(configuration.pkiBaseUrl(), keys, configuration.tokens());

        RenewalNeeds needs = needs(Instant.now());

        assertThat(needs.changesFiles()).isFalse();
        assertThat(needs.tokensToName()).isEmpty();
        assertThat(needs.keysToName())
                .extracting(missing -> missing.certificate().file())
                .containsExactly("lab-root.pem", "lab-status-root.pem");
    }

    private RenewalNeeds needs(Instant now) throws Exception {
        return check(now, certificate -> false);
    }

    private RenewalNeeds check(Instant now, Renewal.Revocations revocations) throws Exception {
        return new RenewalCheck(home, configuration, CeremonyPlan.read(), revocations, now).needs();
    }

    private static List<String> files(RenewalNeeds needs) {
        return needs.certificates().stream()
                .map(Reissue::plan)
                .map(CeremonyPlan.PlannedCertificate::file)
                .toList();
    }

    private X509Certificate certificate(String name) throws Exception {
        return PemCertificates.read(home.pki().resolve(name + ".pem")).get(0);
    }

    private Configuration with(URI baseUrl, List<Configuration.Key> keys, List<Configuration.Token> tokens) {
        return new Configuration(
                configuration.organization(),
                baseUrl,
                tokens,
                keys,
                configuration.timestampAuthorities(),
                configuration.issuers(),
                configuration.identities(),
                configuration.githubApi(),
                configuration.projects());
    }
}

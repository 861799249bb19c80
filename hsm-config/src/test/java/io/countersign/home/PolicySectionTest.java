package io.countersign.home;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.countersign.home.ConfigurationException.Problem;
import io.countersign.home.Policy.Budget;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PolicySectionTest {
    private static final String HASH = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    private static final String GOOD = """
            organization: { slug: lab, id: 123e4567-e89b-12d3-a456-426614174000, name: Countersign LAB }
            pki: { baseUrl: "http://127.0.0.1:8318" }
            tokens:
              - { name: signing, module: /usr/lib/hsm.so, label: my-token, pinFile: secrets/signing.pin }
            keys:
              - { name: publisher, token: signing, label: pub, chain: [pki/leaf.pem] }
            timestampAuthorities:
              - { name: lab, url: "http://127.0.0.1:3161/" }
            githubApi: https://api.github.com
            issuers:
              - { name: github, url: "https://token.actions.githubusercontent.com", audience: "https://sign.example" }
            identities:
              - { name: alice, tokenSha256: HASH, roles: [auditor], requestsPerMinute: 10 }
              - { name: bob, certificateSha256: HASH }
              - name: release-workflow
                oidc:
                  issuer: github
                  claims:
                    repository_id: "123"
                    ref: [refs/heads/main, refs/tags/v*]
            projects:
              - slug: driver
                name: Driver
                repository: { url: "https://github.com/o/driver", id: "123", ownerId: "45", vouchers: [github, github-api] }
                webhooks:
                  - { url: "https://hooks.example/x", secretFile: secrets/hook }
                policies:
                  - slug: release
                    key: publisher
                    digest: sha256
                    timestampAuthorities: [lab]
                    submitters: [release-workflow]
                    approvers: [alice, bob]
                    approvals: 2
                    approvalExpiry: 7d
                    pageHashes: true
                    description: Hello driver
                    url: https://hello.example/
                    origin:
                      branches: [main, release/*]
                      tags: ["v*"]
                      workflows: [.github/workflows/release.yml]
                      runners: [github-hosted]
                      environments: [release]
                      reruns: false
                    windows:
                      - { from: "2026-12-01T00:00:00Z", until: "2026-12-02T00:00:00Z" }
                      - { days: [mon, fri], from: "09:00", until: "17:00", zone: Europe/Berlin }
                    budget: { signatures: 20, per: 52w }
                    retention: 90d
            """.replace("HASH", HASH);

    private final Home home = new Home(Path.of("/home"));

    private Policy policy() throws ConfigurationException {
        return ConfigurationFile.parse(home, GOOD)
                .project("driver")
                .orElseThrow()
                .policy("release")
                .orElseThrow();
    }

    @Test
    void everyEntryOfAPolicyIsRead() throws Exception {
        Policy policy = policy();
        assertThat(policy.approval()).isEqualTo(new Policy.Approval(2, List.of("alice", "bob"), Duration.ofDays(7)));
        assertThat(policy.appearance().pageHashes()).isTrue();
        assertThat(policy.appearance().description()).contains("Hello driver");
        assertThat(policy.appearance().url()).contains(URI.create("https://hello.example/"));
        assertThat(policy.origin().orElseThrow().branches()).containsExactly("main", "release/*");
        assertThat(policy.origin().orElseThrow().reruns()).isFalse();
        assertThat(policy.budget()).contains(new Budget(20, Duration.ofDays(364)));
        assertThat(policy.retention()).contains(Duration.ofDays(90));
        assertThat(policy.hashSigning()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "2026-11-30T23:59:59Z, false",
        "2026-12-01T00:00:00Z, true",
        "2026-12-01T23:59:59Z, true",
        "2026-12-02T00:00:00Z, false",
        // Friday, 09:00 and 17:00 in Berlin, where it is winter time.
        "2026-12-04T07:59:59Z, false",
        "2026-12-04T08:00:00Z, true",
        "2026-12-04T15:59:59Z, true",
        "2026-12-04T16:00:00Z, false",
        // Monday in summer time.
        "2026-07-06T07:00:00Z, true",
        "2026-07-07T07:00:00Z, false"
    })
    void windowsOpenAndCloseToTheSecondAndFollowTheClocksOfTheirZone(Instant at, boolean open) throws Exception {
        assertThat(policy().windows().stream().anyMatch(w -> w.contains(at))).isEqualTo(open);
    }

    @Test
    void identitiesAreKnownByTokenCertificateOrClaims() throws Exception {
        Configuration read = ConfigurationFile.parse(home, GOOD);
        Identity alice = read.identity("alice").orElseThrow();
        assertThat(alice.roles()).containsExactly(Role.AUDITOR);
        assertThat(alice.requestsPerMinute()).hasValue(10);
        assertThat(read.identity("bob")
                        .orElseThrow()
                        .certificateSha256()
                        .orElseThrow()
                        .hex())
                .isEqualTo(HASH);
        assertThat(read.identity("release-workflow")
                        .orElseThrow()
                        .oidc()
                        .orElseThrow()
                        .claims())
                .containsEntry("ref", List.of("refs/heads/main", "refs/tags/v*"))
                .containsEntry("repository_id", List.of("123"));
        assertThat(read.issuer("github").orElseThrow().clockSkew()).isEqualTo(Duration.ofSeconds(60));
        assertThat(read.project("driver").orElseThrow().webhooks().get(0).secretFile())
                .isEqualTo(Path.of("/home/secrets/hook"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "approvals: 2 | approvals: 3 | 3 approvals are wanted of 2 approvers",
                "approvers: [alice, bob] | approvers: [alice, carol] | there is no identity 'carol'",
                "approvalExpiry: 7d | approvalExpiry: 400d | more than a year",
                "approvalExpiry: 7d | approvalExpiry: soon | a duration such as 30m, 12h, 7d or 2w",
                "tags: [\"v*\"] | tag: [\"v*\"] | 'tag' is not known in origin",
                "runners: [github-hosted] | runners: [mine] | not github-hosted, gitlab-hosted or self-hosted",
                "days: [mon, fri] | days: [monday] | not mon, tue, wed",
                "days: [mon, fri] | days: [] | the window has no days",
                "until: \"17:00\" | until: \"08:00\" | the window ends before it begins",
                "zone: Europe/Berlin | zone: Mars/Olympus | a time zone such as Europe/Berlin",
                "budget: { signatures: 20, per: 52w } | budget: { signatures: 0, per: 52w } | a whole number from 1",
                "pageHashes: true | hashSigning: true | nobody can approve it or say where it comes from",
                "issuer: github | issuer: gitlab | there is no issuer 'gitlab'",
                "repository_id: \"123\" | sub: \"repo:o/driver\" | put together from names",
                "repository_id: \"123\" | repository_id: \"12*\" | an asterisk may only end values of",
                "roles: [auditor] | roles: [god] | not auditor or administrator",
                "certificateSha256: | tokenSha256: | two identities have this token",
                "\"https://hooks.example/x\" | \"http://hooks.example/x\" | http:// only of 127.0.0.1",
                "\"https://token.actions.githubusercontent.com\" | \"http://issuer.example\" | http:// only of 127.0.0.1",
                "name: github, url | name: github-api, url | the name of the connector",
                "vouchers: [github, github-api] | vouchers: [somebody] | there is no issuer 'somebody'"
            })
    void whatCannotBeMeantIsRefusedWithItsLine(String good, String bad, String message) {
        assertThat(GOOD).contains(good.strip());
        ConfigurationException refused = catchThrowableOfType(
                ConfigurationException.class,
                () -> ConfigurationFile.parse(home, GOOD.replace(good.strip(), bad.strip())));
        assertThat(refused.problems()).extracting(Problem::toString).anyMatch(p -> p.contains(message.strip()));
        assertThat(refused.problems()).allMatch(p -> p.line() > 0 && !p.remedy().isBlank());
    }

    @Test
    void anOriginWithoutARepositoryOrARefIsRefused() {
        assertThat(catchThrowableOfType(
                        ConfigurationException.class,
                        () -> ConfigurationFile.parse(home, GOOD.replaceAll(" +repository: .*\n", ""))))
                .hasMessageContaining("'origin' is checked against the project's repository");
        assertThat(catchThrowableOfType(
                        ConfigurationException.class,
                        () -> ConfigurationFile.parse(home, GOOD.replaceAll(" +(branches|tags): .*\n", ""))))
                .hasMessageContaining("names neither branches nor tags");
    }
}

package io.countersign.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.countersign.fixture.PeSample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PolicyCommandTest {
    private static final String GOOD = """
            organization: { slug: lab, id: 123e4567-e89b-12d3-a456-426614174000, name: Countersign LAB }
            pki: { baseUrl: "http://127.0.0.1:8318" }
            tokens:
              - { name: signing, module: /usr/lib/hsm.so, label: my-token, pinFile: secrets/signing.pin }
            keys:
              - { name: publisher, token: signing, label: pub, chain: [pki/leaf.pem] }
            timestampAuthorities:
              - { name: lab, url: "http://127.0.0.1:3161/" }
            issuers:
              - { name: github, url: "https://token.actions.githubusercontent.com", audience: "https://sign.example" }
            identities:
              - { name: alice }
              - name: ci
                oidc: { issuer: github, claims: { repository_id: "123" } }
            projects:
              - slug: driver
                name: Driver
                repository: { url: "https://github.com/o/driver", id: "123", vouchers: [github] }
                policies:
                  - { slug: test, key: publisher, digest: sha256, timestampAuthorities: [lab], submitters: [ci], approvals: 0 }
                  - slug: release
                    key: publisher
                    digest: sha256
                    timestampAuthorities: [lab]
                    submitters: [ci]
                    approvers: [alice, ci]
                    approvals: 1
                    origin: { tags: ["v*"] }
                    windows: [{ from: "2026-12-01T00:00:00Z", until: "2026-12-02T00:00:00Z" }]
            """;

    @TempDir
    private Path home;

    @BeforeEach
    void write() throws IOException {
        write(GOOD);
    }

    private void write(String text) throws IOException {
        Files.writeString(home.resolve("countersign.yaml"), text);
    }

    private Transcript policy(Object... arguments) {
        return Transcript.of(
                home, Stream.concat(Stream.of("policy"), Stream.of(arguments)).toArray());
    }

    @Test
    void aGoodConfigurationHasNoProblems() {
        Transcript linted = policy("lint");
        assertThat(linted.exitCode()).as(linted.out()).isZero();
        assertThat(linted.out()).isEqualTo(home.resolve("countersign.yaml") + ": no problems" + System.lineSeparator());
    }

    @Test
    void everyProblemIsToldWithFileAndLineAndEndsWithOne() throws IOException {
        write(GOOD.replace("digest: sha256, time", "digest: md5, time").replace("tags:", "tag:"));
        Transcript linted = policy("lint");
        assertThat(linted.exitCode()).isEqualTo(1);
        assertThat(linted.out())
                .contains("countersign.yaml:20: 'digest' in policies[0] is 'md5'")
                .contains("countersign.yaml:28: 'tag' is not known in origin");
    }

    @Test
    void whatIsHardlyMeantIsAdvice() throws IOException {
        write(GOOD.replace("approvers: [alice, ci]", "approvers: [ci]"));
        Transcript linted = policy("lint", "--json");
        assertThat(linted.exitCode()).isZero();
        assertThat(linted.json().at("/advice/0/message").asText()).contains("could never be approved");
        assertThat(linted.json().at("/problems")).isEmpty();
    }

    @Test
    void aRepositorysOwnFileIsCheckedForWhatIsSupported() throws IOException {
        Path file = Files.writeString(home.resolve("release.yml"), "github-policies:\n  branch_rulesets: []\n");
        Transcript linted = policy("lint", file);
        assertThat(linted.exitCode()).isEqualTo(1);
        assertThat(linted.out()).contains("release.yml:2: 'branch_rulesets' is not supported");
    }

    @Test
    void policiesAreSaidInWordsWithTheDigestOfTheirRecords() throws IOException {
        Transcript said = policy("explain", "--policy", "release");
        assertThat(said.out())
                .contains("driver/release  sha256:")
                .contains("Approved by 1 of alice, ci but never by who submitted")
                .contains("tags v*")
                .contains("Open 2026-12-01T00:00:00Z to 2026-12-02T00:00:00Z.")
                .doesNotContain("driver/test");
        assertThat(policy("explain", "--json").json().at("/policies")).hasSize(2);
        policy("explain", "--policy", "no-such").fails(2, "no such policy", "driver/test, driver/release");
    }

    @Test
    void aDryRunSaysWhichPolicyWouldSignAndWhoMustApprove() throws IOException {
        Path file = PeSample.plus().writeTo(home.resolve("a.sys"));
        Transcript without = policy("dry-run", file, "--submitter", "ci", "--at", "2026-12-01");
        assertThat(without.exitCode()).isZero();
        assertThat(without.out())
                .contains("a.sys: can be signed")
                .contains("driver/test: signs, and nobody has to approve")
                .contains("driver/release: refuses")
                .contains("origin-verified: ");
        Transcript with = policy(
                "dry-run",
                file,
                "--submitter",
                "ci",
                "--at",
                "2026-12-01",
                "--policy",
                "release",
                "--json",
                "--origin",
                "vouchedBy=github",
                "--origin",
                "repositoryId=123",
                "--origin",
                "ref=refs/tags/v1");
        JsonNode answer = with.json().at("/policies/0");
        assertThat(answer.at("/accepts").asBoolean()).isTrue();
        assertThat(answer.at("/approvers")).hasSize(1);
        assertThat(answer.at("/approvers/0").asText()).isEqualTo("alice");
    }

    @Test
    void aDryRunEndsWithOneWhereNothingWouldBeSigned() throws IOException {
        Path text = Files.writeString(home.resolve("a.sys"), "no PE file");
        assertThat(policy("dry-run", text, "--submitter", "ci").exitCode()).isEqualTo(1);
        Path file = PeSample.plus().writeTo(home.resolve("b.sys"));
        Transcript late = policy("dry-run", file, "--submitter", "ci", "--policy", "release", "--at", "2026-12-03");
        assertThat(late.exitCode()).isEqualTo(1);
        assertThat(late.out()).contains("window-open: ", "origin-verified: ");
        policy("dry-run", file, "--submitter", "mallory").fails(2, "no identity \"mallory\"", "alice, ci");
        policy("dry-run", file, "--submitter", "ci", "--origin", "colour=red").fails(2, "knows no 'colour'");
    }
}

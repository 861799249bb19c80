package io.countersign.home;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.countersign.home.ConfigurationException.Problem;
import io.countersign.key.DigestAlgorithm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationFileTest {
    private static final String GOOD = """
            organization: { slug: lab, id: 123e4567-e89b-12d3-a456-426614174000, name: Countersign LAB }
            pki: { baseUrl: "http://127.0.0.1:8318" }
            tokens:
              - { name: signing, module: /usr/lib/hsm.so, label: my-token, pinFile: secrets/signing.pin }
            keys:
              - { name: publisher, token: signing, label: pub, chain: [pki/leaf.pem, /etc/root.pem], local: true }
            timestampAuthorities:
              - { name: lab, url: "http://127.0.0.1:3161/", key: publisher }
              - { name: public, url: "https://tsa.example/tsa", requestsPerMinute: 4 }
            identities:
              - name: ci
                tokenSha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
            projects:
              - slug: driver
                name: Driver
                policies:
                  - { slug: test, key: publisher, digest: sha384, timestampAuthorities: [public, lab], submitters: [ci], approvals: 2 }
            """;

    @TempDir
    Path folder;

    private Home home;

    @BeforeEach
    void home() {
        home = new Home(folder);
    }

    @Test
    void readsEveryEntryAndResolvesPathsInTheHome() throws Exception {
        write(GOOD);

        Configuration read = ConfigurationFile.read(home);

        assertThat(read.organization().slug()).isEqualTo("lab");
        assertThat(read.pkiBaseUrl()).hasToString("http://127.0.0.1:8318");
        assertThat(read.token("signing").orElseThrow().module()).isEqualTo(Path.of("/usr/lib/hsm.so"));
        assertThat(read.token("signing").orElseThrow().pinFile()).isEqualTo(folder.resolve("secrets/signing.pin"));
        assertThat(read.key("publisher").orElseThrow().chain())
                .containsExactly(folder.resolve("pki/leaf.pem"), Path.of("/etc/root.pem"));
        assertThat(read.key("publisher").orElseThrow().local()).isTrue();
        assertThat(read.timestampAuthority("lab").orElseThrow().key()).contains("publisher");
        assertThat(read.timestampAuthority("public").orElseThrow().key()).isEmpty();
        assertThat(read.timestampAuthority("public").orElseThrow().requestsPerMinute())
                .hasValue(4);
        assertThat(read.timestampAuthority("lab").orElseThrow().requestsPerMinute())
                .isEmpty();
        assertThat(read.identities().get(0).tokenSha256().orElseThrow().hex()).startsWith("e3b0c442");
        Policy policy = read.project("driver").orElseThrow().policy("test").orElseThrow();
        assertThat(policy.digest()).isEqualTo(DigestAlgorithm.SHA384);
        assertThat(policy.timestampAuthorities()).containsExactly("public", "lab");
        assertThat(policy.secondTimestampAuthorities()).isEmpty();
        assertThat(policy.approvals()).isEqualTo(2);
    }

    @Test
    void aSecondTimestampIsAnotherAuthoritys() throws Exception {
        write(GOOD.replace("[public, lab]", "[lab], secondTimestampAuthorities: [public]"));
        assertThat(ConfigurationFile.read(home)
                        .project("driver")
                        .orElseThrow()
                        .policy("test")
                        .orElseThrow()
                        .secondTimestampAuthorities())
                .containsExactly("public");

        write(GOOD.replace("[public, lab]", "[public, lab], secondTimestampAuthorities: [lab]"));
        assertThatThrownBy(() -> ConfigurationFile.read(home))
                .hasMessageContainingAll("'lab' may give the first timestamp already", "not among");
    }

    @Test
    void allProblemsAreToldAtOnceEachWithItsLineAndRemedy() throws Exception {
        write("""
                organization: { slug: Lab!, id: 17, name: "" }
                pki: { baseUrl: "ftp://somewhere" }
                tokens:
                  - { name: signing, module: /m.so, label: t, pinFile: p, colour: red }
                  - { name: signing, module: /m.so, label: u, pinFile: p }
                keys:
                  - { name: a, token: missing, label: x, chain: [], local: maybe }
                timestampAuthorities:
                  - { name: lab, url: nowhere, key: b }
                identities:
                  - { name: ci, tokenSha256: abcd }
                projects:
                  - slug: driver
                    name: Driver
                    policies:
                      - slug: test
                        key: a
                        digest: sha1
                        timestampAuthorities: [other]
                        submitters: ci
                        approvals: -1
                surplus: 1
                """);

        List<Problem> problems = problems();

        assertThat(problems).allSatisfy(p -> {
            assertThat(p.file()).isEqualTo(home.configuration());
            assertThat(p.message()).isNotBlank();
            assertThat(p.remedy()).isNotBlank();
        });
        assertThat(problems.stream().map(p -> p.line() + " " + p.message()))
                .containsExactly(
                        "1 'slug' in organization is 'Lab!', not 1 to 64 lower-case letters, digits and hyphens",
                        "1 'id' in organization is '17', not text (in quotes, where it looks like something else)",
                        "1 'name' in organization is empty, not text (in quotes, where it looks like something else)",
                        "2 'baseUrl' in pki is 'ftp://somewhere', not an http:// or https:// address with a host",
                        "4 'colour' is not known in tokens[0]",
                        "5 there are two of token 'signing'",
                        "7 there is no token 'missing'",
                        "7 'chain' in keys[0] holds nothing",
                        "7 'local' in keys[0] is 'maybe', not true or false",
                        "9 'url' in timestampAuthorities[0] is 'nowhere', not an http:// or https:// address with a host",
                        "9 there is no key 'b'",
                        "11 'tokenSha256' in identities[0] is 'abcd', not a SHA-256 in 64 hexadecimal digits, as"
                                + " 'sha256sum' prints it",
                        "18 'digest' in policies[0] is 'sha1', not sha256, sha384 or sha512",
                        "19 there is no timestamp authority 'other'",
                        "20 'submitters' in policies[0] is 'ci', not a list (lines that begin with '- ')",
                        "21 'approvals' in policies[0] is '-1', not a whole number from 0 to 20",
                        "22 'surplus' is not known in the document");
    }

    @Test
    void aLimitThatLetsNothingThroughIsAProblem() throws Exception {
        write(GOOD.replace("requestsPerMinute: 4", "requestsPerMinute: 0"));

        assertThatThrownBy(() -> ConfigurationFile.read(home))
                .hasMessageContainingAll("requestsPerMinute", "a whole number from 1 to");
    }

    @Test
    void whatIsMissingIsNamedAtTheEntryItBelongsTo() throws Exception {
        write("organization: { slug: lab }\ntokens: [ { name: t } ]\n");

        assertThat(problems().stream().map(p -> p.line() + " " + p.message()))
                .contains(
                        "1 'id' is missing in organization",
                        "1 'pki' is missing in the document",
                        "2 'pinFile' is missing in tokens[0]")
                .doesNotContain("1 'baseUrl' is missing in pki");
    }

    @Test
    void aNameStandingTwiceIsAProblemNotASilentChoice() throws Exception {
        write(GOOD + "pki: { baseUrl: \"http://127.0.0.1:9\" }\n");

        assertThat(problems()).singleElement().satisfies(p -> {
            assertThat(p.line()).isEqualTo(18);
            assertThat(p.message()).isEqualTo("'pki' stands twice in the document");
        });
    }

    @Test
    void aSyntaxErrorHasItsLine() throws Exception {
        write("organization:\n  slug: lab\n bad: [\n");

        assertThat(problems()).anySatisfy(p -> {
            assertThat(p.line()).isEqualTo(3);
            assertThat(p.message()).startsWith("not YAML");
        });
    }

    @Test
    void laughsAreNotMultipliedDepthAndSizeAreBounded() throws Exception {
        write("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n");
        assertThat(problems().get(0).message()).contains("aliases");

        write("[".repeat(100) + "]".repeat(100));
        assertThat(problems().get(0).message()).contains("Nesting Depth");

        Files.write(home.configuration(), new byte[(1 << 20) + 1]);
        assertThat(problems().get(0).message()).contains("larger than");
    }

    @Test
    void aMissingEmptyOrBinaryFileSaysSo() throws Exception {
        assertThat(problems().get(0)).satisfies(p -> {
            assertThat(p.message()).isEqualTo("does not exist");
            assertThat(p.remedy()).contains("countersign hsm init");
        });
        write("");
        assertThat(problems().get(0).message()).isEqualTo("the file is empty");
        write("- a list\n");
        assertThat(problems().get(0).message()).contains("'name: value'");
        Files.write(home.configuration(), new byte[] {(byte) 0xff, 0, 1});
        assertThat(problems().get(0).message()).contains("UTF-8");
    }

    @Test
    void theExceptionPrintsEveryProblemOnItsLine() throws Exception {
        write("organization: 1\nsurplus: 2\n");

        assertThatThrownBy(() -> ConfigurationFile.read(home))
                .hasMessageContaining(home.configuration() + ":1: 'organization' in the document is '1'")
                .hasMessageContaining(home.configuration() + ":2: 'surplus' is not known");
    }

    private void write(String text) throws IOException {
        Files.writeString(home.configuration(), text);
    }

    private List<Problem> problems() {
        return catchThrowableOfType(ConfigurationException.class, () -> ConfigurationFile.read(home))
                .problems();
    }
}

package io.countersign.home;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.countersign.home.ConfigurationException.Problem;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Issuers that people sign in through, and how they are matched. */
class SignInIssuerTest {
    private static final String GOOD = """
            organization: { slug: lab, id: 123e4567-e89b-12d3-a456-426614174000, name: Countersign LAB }
            pki: { baseUrl: "http://127.0.0.1:8318" }
            tokens: []
            keys: []
            timestampAuthorities: []
            issuers:
              - name: github
                url: https://token.actions.githubusercontent.com
                audience: https://sign.example
              - name: work
                url: https://login.example
                signIn: { clientId: countersign, clientSecretFile: secrets/work, scopes: [openid, profile] }
            identities:
              - name: alice
                oidc: { issuer: work, claims: { sub: "248289761001", tenant: "7" } }
              - name: release-workflow
                oidc: { issuer: github, claims: { repository_id: "123" } }
            projects:
              - slug: driver
                name: Driver
                repository: { url: "https://github.com/o/driver", id: "123", vouchers: [github] }
                policies: []
            """;

    private final Home home = new Home(Path.of("/home"));

    @Test
    void whatThisServiceIsToAnIssuerIsRead() throws Exception {
        Configuration read = ConfigurationFile.parse(home, GOOD);
        Issuer work = read.issuer("work").orElseThrow();
        assertThat(work.signIn())
                .contains(new Issuer.SignIn(
                        "countersign", Optional.of(Path.of("/home/secrets/work")), List.of("openid", "profile")));
        assertThat(work.audience()).isEqualTo("countersign");
        assertThat(read.issuer("github").orElseThrow().signIn()).isEmpty();
        assertThat(read.identity("alice").orElseThrow().oidc().orElseThrow().claims())
                .containsEntry("sub", List.of("248289761001"));
    }

    @Test
    void aPublicClientAsksForItsIdTokenAlone() throws Exception {
        Configuration read = ConfigurationFile.parse(
                home,
                GOOD.replace(
                        "{ clientId: countersign, clientSecretFile: secrets/work, scopes: [openid, profile] }",
                        "{ clientId: countersign }"));
        assertThat(read.issuer("work").orElseThrow().signIn())
                .contains(new Issuer.SignIn("countersign", Optional.empty(), List.of("openid")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "signIn: { clientId: | signIn: { client: | yaml:12: 'clientId' is missing in signIn",
                "scopes: [openid, profile] | scopes: [profile] | yaml:12: without the scope 'openid'",
                "scopes: [openid, profile] | scopes: [openid, \"a b\"] | yaml:12: 'scopes' in signIn is 'a b', not a scope",
                "url: https://login.example | url: http://login.example | yaml:11: 'url' in issuers[1]",
                "sub: \"248289761001\" | email: alice@example.org | yaml:15: email: people change such names",
                "sub: \"248289761001\" | sub: a, preferred_username: al | yaml:15: preferred_username: people change such names",
                "sub: \"248289761001\", tenant | tenant | yaml:15: 'sub' is not among the claims",
                "sub: \"248289761001\" | sub: \"24*\" | yaml:15: '24*' of claim 'sub' has an asterisk",
                "repository_id: \"123\" | sub: \"repo:o/driver\" | yaml:17: 'sub' is put together from names",
                "vouchers: [github] | vouchers: [work] | yaml:21: people sign in through issuer 'work'",
                "audience: https://sign.example | clientId: countersign | yaml:9: 'clientId' is not known in issuers[0]"
            })
    void whatCannotBeMeantIsRefusedWithItsLineAndRemedy(String good, String bad, String problem) {
        refused(GOOD.replace(good.strip(), bad.strip()), problem.strip());
    }

    @Test
    void anAudienceBesideSignInIsRefused() {
        refused(
                GOOD.replace("login.example\n", "login.example\n    audience: https://sign.example\n"),
                "yaml:12: 'audience' is of issuers whose tokens builds exchange");
    }

    private void refused(String text, String problem) {
        assertThat(text).isNotEqualTo(GOOD);
        ConfigurationException refused =
                catchThrowableOfType(ConfigurationException.class, () -> ConfigurationFile.parse(home, text));
        assertThat(refused.problems()).extracting(Problem::toString).anyMatch(p -> p.contains(problem));
        assertThat(refused.problems()).allMatch(p -> p.line() > 0 && !p.remedy().isBlank());
    }
}

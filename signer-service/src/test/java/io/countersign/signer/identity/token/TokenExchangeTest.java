package io.countersign.signer.identity.token;

import static io.countersign.signer.fixture.Examples.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.countersign.home.Configuration;
import io.countersign.home.Identity;
import io.countersign.home.Identity.OidcMatch;
import io.countersign.home.Issuer;
import io.countersign.home.Role;
import io.countersign.signer.audit.jdbc.JdbcAuditLog;
import io.countersign.signer.fixture.Database;
import io.countersign.signer.fixture.Examples;
import io.countersign.signer.identity.Caller;
import io.countersign.signer.identity.Caller.Scope;
import io.countersign.signer.identity.oidc.IdTokens;
import io.countersign.signer.identity.oidc.MockIssuer;
import io.countersign.signer.identity.token.Credential.Kind;
import io.countersign.signer.identity.token.IssuedTokens.Issued;
import io.countersign.signer.identity.token.jdbc.JdbcCredentials;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenExchangeTest {
    @TempDir
    private Path folder;

    private MockIssuer issuer;
    private final AtomicReference<Instant> clock = new AtomicReference<>(NOW);
    private final AtomicReference<Configuration> configuration = new AtomicReference<>();
    private JdbcCredentials credentials;
    private IssuedTokens issued;
    private TokenExchange exchange;

    @BeforeEach
    void start() throws Exception {
        issuer = MockIssuer.start();
        configuration.set(configuration(Set.of(Role.ADMINISTRATOR)));
        credentials = new JdbcCredentials(Database.in(folder));
        issued = new IssuedTokens(configuration::get, credentials, clock::get);
        exchange = new TokenExchange(
                configuration::get,
                new IdTokens(configuration::get, Duration.ofMillis(1), clock::get),
                credentials,
                issued);
    }

    @AfterEach
    void stop() {
        issuer.close();
    }

    private Configuration configuration(Set<Role> roles) {
        return configuration(roles, "123", "github");
    }

    private Configuration configuration(Set<Role> roles, String repositoryId, String issuerName) {
        Configuration like = Examples.configuration(Examples.testSigning(), Examples.releaseSigning());
        return new Configuration(
                like.organization(),
                like.pkiBaseUrl(),
                like.tokens(),
                like.keys(),
                like.timestampAuthorities(),
                List.of(new Issuer(
                        issuerName,
                        issuer.url(),
                        Optional.empty(),
                        "https://sign.example",
                        Duration.ofSeconds(60),
                        Optional.empty())),
                List.of(new Identity(
                        "ci",
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(new OidcMatch("github", Map.of("repository_id", List.of(repositoryId)))),
                        roles,
                        OptionalInt.empty())),
                Optional.empty(),
                like.projects());
    }

    private String idToken() throws Exception {
        return issuer.token(issuer.claims(NOW).build());
    }

    private ExchangeRefused refused(String token, String project, String policy) {
        return catchThrowableOfType(ExchangeRefused.class, () -> exchange.exchange(token, project, policy));
    }

    @Test
    void aBuildGetsATokenForOnePolicyThatBearsItsOriginAndNoRole() throws Exception {
        Issued token = exchange.exchange(idToken(), "hello-driver", "release-signing");
        assertThat(token.secret()).startsWith("csn_").hasSizeGreaterThan(40);
        Caller caller = issued.authenticate(token.secret()).orElseThrow();
        assertThat(caller.name()).isEqualTo("ci");
        assertThat(caller.roles()).isEmpty();
        assertThat(caller.scope()).contains(new Scope("hello-driver", Optional.of("release-signing")));
        assertThat(caller.origin().orElseThrow().repositoryId()).isEqualTo("123");
        assertThat(caller.session()).startsWith("oidc:github:").hasSize("oidc:github:".length() + 64);
    }

    @Test
    void itLivesAsLongAsTheWaitForApprovalAndAnHour() throws Exception {
        Issued token = exchange.exchange(idToken(), "hello-driver", "release-signing");
        Instant end = NOW.plus(Examples.releaseSigning().approval().expiry()).plus(Duration.ofHours(1));
        assertThat(token.credential().expiresAt()).isEqualTo(end);
        clock.set(end.minusMillis(1));
        assertThat(issued.authenticate(token.secret())).isPresent();
        clock.set(end);
        assertThat(issued.authenticate(token.secret())).isEmpty();
    }

    @Test
    void withoutApprovalsItLivesAnHour() throws Exception {
        Issued token = exchange.exchange(idToken(), "hello-driver", "test-signing");
        assertThat(token.credential().expiresAt()).isEqualTo(NOW.plus(Duration.ofHours(1)));
        Issued waiting = exchange.exchange(idToken(), "hello-driver", "release-signing");
        assertThat(issued.authenticate(waiting.secret()).orElseThrow().submitsUntil())
                .contains(NOW.plus(Duration.ofHours(1)));
    }

    @Test
    void itIsGoodOnlyAsLongAsItsIdTokenWouldMatch() throws Exception {
        Issued token = exchange.exchange(idToken(), "hello-driver", "release-signing");
        assertThat(issued.authenticate(token.secret())).isPresent();

        configuration.set(configuration(Set.of(), "123", "github"));
        assertThat(issued.authenticate(token.secret())).isPresent();
        configuration.set(configuration(Set.of(), "124", "github"));
        assertThat(issued.authenticate(token.secret())).isEmpty();
        configuration.set(configuration(Set.of(), "123", "another"));
        assertThat(issued.authenticate(token.secret())).isEmpty();
    }

    @Test
    void administratorsListBuildsTokensAndTakeThemBack() throws Exception {
        Issued token = exchange.exchange(idToken(), "hello-driver", "test-signing");
        TokenDesk desk = new TokenDesk(
                configuration::get, issued, credentials, new JdbcAuditLog(Database.in(folder)), clock::get);
        Caller ci = Caller.configured("ci", Set.of());
        Caller root = Caller.configured("root", Set.of(Role.ADMINISTRATOR));
        assertThat(desk.list(ci, Kind.EXCHANGED)).isEmpty();
        assertThat(desk.list(root, Kind.API_TOKEN)).isEmpty();
        assertThat(desk.list(root, Kind.EXCHANGED)).containsExactly(token.credential());
        UUID id = token.credential().id();
        assertThat(catchThrowableOfType(TokenNotGiven.class, () -> desk.revoke(ci, id)))
                .isNotNull();
        desk.revoke(root, id);
        assertThat(desk.list(root, Kind.EXCHANGED)).isEmpty();
        assertThat(issued.authenticate(token.secret())).isEmpty();
    }

    @Test
    void anIdTokenIsExchangedOnceAlsoAfterARestart() throws Exception {
        String idToken = idToken();
        exchange.exchange(idToken, "hello-driver", "test-signing");
        credentials.sweep(NOW.plusSeconds(300));
        assertThat(refused(idToken, "hello-driver", "test-signing"))
                .hasMessageContaining("was exchanged before")
                .returns("invalid_request", ExchangeRefused::error);
        credentials = new JdbcCredentials(Database.in(folder));
        exchange = new TokenExchange(
                configuration::get,
                new IdTokens(configuration::get, Duration.ofMillis(1), clock::get),
                credentials,
                issued);
        assertThat(refused(idToken, "hello-driver", "release-signing")).hasMessageContaining("was exchanged before");
        assertThat(exchange.exchange(idToken(), "hello-driver", "test-signing").secret())
                .isNotEmpty();
    }

    @Test
    void onlyASubmitterGetsOneAndARefusalDoesNotUseTheIdTokenUp() throws Exception {
        String idToken = idToken();
        assertThat(refused(idToken, "secret-project", "x")).returns("invalid_scope", ExchangeRefused::error);
        assertThat(refused(idToken, "hello-driver", "no-such")).returns("invalid_scope", ExchangeRefused::error);
        exchange.exchange(idToken, "hello-driver", "test-signing");
        assertThat(refused("rubbish", "hello-driver", "test-signing")).hasMessageContaining("no signed JWT");
    }

    @Test
    void aRefusalSaysWhetherAnIssuerOfOursSignedTheToken() throws Exception {
        String token = idToken();
        String other = issuer.token(issuer.claims(NOW).subject("else").build());
        String forged = token.substring(0, token.lastIndexOf('.')) + other.substring(other.lastIndexOf('.'));
        assertThat(refused(forged, "hello-driver", "test-signing").isGenuine()).isFalse();
        assertThat(refused("rubbish", "hello-driver", "test-signing").isGenuine())
                .isFalse();
        assertThat(refused(token, "hello-driver", "no-such").isGenuine()).isTrue();
        String expired =
                issuer.token(issuer.claims(NOW.minus(Duration.ofHours(3))).build());
        assertThat(refused(expired, "hello-driver", "test-signing").isGenuine()).isTrue();
        String nobodys =
                issuer.token(issuer.claims(NOW).claim("repository_id", "666").build());
        assertThat(refused(nobodys, "hello-driver", "test-signing").isGenuine()).isTrue();
    }

    @Test
    void aKeptTokenHasItsIdentitysRolesOnlyWithoutAScopeAndCanBeTakenBack() {
        Issued whole = issued.apiToken("ci", "laptop", Optional.empty(), Duration.ofDays(1));
        Issued bound = issued.apiToken(
                "ci", "job", Optional.of(new Scope("hello-driver", Optional.empty())), Duration.ofDays(1));
        assertThat(issued.authenticate(whole.secret()).orElseThrow().roles()).containsExactly(Role.ADMINISTRATOR);
        assertThat(issued.authenticate(bound.secret()).orElseThrow().roles()).isEmpty();
        assertThat(credentials.list(Kind.API_TOKEN, NOW, 10))
                .containsExactlyInAnyOrder(whole.credential(), bound.credential());

        assertThat(credentials.revoke(whole.credential().id(), NOW)).isTrue();
        assertThat(credentials.revoke(whole.credential().id(), NOW)).isFalse();
        assertThat(issued.authenticate(whole.secret())).isEmpty();
        assertThat(issued.authenticate(bound.secret() + "x")).isEmpty();

        configuration.set(Examples.configuration());
        assertThat(issued.authenticate(bound.secret()).map(Caller::name)).contains("ci");
    }

    @Test
    void anIdentityThatIsGoneHasNoTokens() {
        Issued token = issued.apiToken("somebody", "x", Optional.empty(), Duration.ofDays(1));
        assertThat(issued.authenticate(token.secret())).isEmpty();
    }

    @Test
    void theTokenItselfIsNowhereInTheStore() throws Exception {
        Issued token = issued.apiToken("ci", "x", Optional.empty(), Duration.ofDays(1));
        byte[] store = Files.readAllBytes(folder.resolve("countersign.db"));
        assertThat(new String(store, StandardCharsets.ISO_8859_1))
                .contains(token.credential().token().value().hex())
                .doesNotContain(token.secret());
    }
}

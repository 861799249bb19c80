package io.countersign.signer.identity.session;

import static io.countersign.signer.fixture.Examples.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.countersign.home.Configuration;
import io.countersign.home.Identity;
import io.countersign.home.Identity.OidcMatch;
import io.countersign.home.Issuer;
import io.countersign.home.Role;
import io.countersign.signer.audit.AuditEvent;
import io.countersign.signer.audit.AuditEvent.SignIn;
import io.countersign.signer.audit.AuditEvent.SignOut;
import io.countersign.signer.audit.AuditUnavailable;
import io.countersign.signer.audit.jdbc.JdbcAuditLog;
import io.countersign.signer.fixture.Database;
import io.countersign.signer.fixture.Examples;
import io.countersign.signer.identity.BearerTokens;
import io.countersign.signer.identity.RateLimits;
import io.countersign.signer.identity.oidc.SignInFlow;
import io.countersign.signer.identity.oidc.SignInFlow.Answer;
import io.countersign.signer.identity.oidc.SignInUnderWay;
import io.countersign.signer.identity.token.Credential.Kind;
import io.countersign.signer.identity.token.IssuedTokens;
import io.countersign.signer.identity.token.IssuedTokens.Issued;
import io.countersign.signer.identity.token.jdbc.JdbcCredentials;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SessionsTest {
    private static final String TOKEN = "token of alice";
    private static final URI REDIRECT = URI.create("https://sign.example/ui/signed-in/work");

    @TempDir
    private Path folder;

    private final AtomicReference<Instant> clock = new AtomicReference<>(NOW);
    private final AtomicReference<Configuration> configuration = new AtomicReference<>(Examples.configuration());
    private DataSource database;
    private JdbcAuditLog audit;
    private JdbcCredentials credentials;
    private IssuedTokens issued;
    private Sessions sessions;

    @BeforeEach
    void open() {
        database = Database.in(folder);
        audit = new JdbcAuditLog(database);
        credentials = new JdbcCredentials(database);
        issued = new IssuedTokens(configuration::get, credentials, clock::get);
        sessions = new Sessions(
                configuration::get,
                new BearerTokens(configuration::get),
                new SignInFlow(configuration::get, Duration.ofSeconds(30), clock::get),
                issued,
                credentials,
                new RateLimits(configuration::get, 3, clock::get),
                audit,
                clock::get);
    }

    private void alice(UnaryOperator<Identity> change) {
        Configuration like = Examples.configuration();
        configuration.set(new Configuration(
                like.organization(),
                like.pkiBaseUrl(),
                like.tokens(),
                like.keys(),
                like.timestampAuthorities(),
                like.issuers(),
                like.identities().stream()
                        .map(i -> i.name().equals("alice") ? change.apply(i) : i)
                        .toList(),
                like.githubApi(),
                like.projects()));
    }

    @Test
    void aSessionLastsEightHoursAndNoLonger() throws Exception {
        Issued session = sessions.withToken(TOKEN);
        Session found = sessions.find(session.secret()).orElseThrow();
        assertThat(found.caller().name()).isEqualTo("alice");
        assertThat(found.caller().scope()).isEmpty();
        assertThat(found.expiresAt()).isEqualTo(NOW.plus(Duration.ofHours(8)));
        clock.set(NOW.plus(Duration.ofHours(8)).minusMillis(1));
        assertThat(sessions.find(session.secret())).isPresent();
        clock.set(NOW.plus(Duration.ofHours(8)));
        assertThat(sessions.find(session.secret())).isEmpty();
    }

    @Test
    void rolesAreThoseOfTheMoment() throws Exception {
        Issued session = sessions.withToken(TOKEN);
        assertThat(sessions.find(session.secret()).orElseThrow().caller().roles())
                .isEmpty();
        alice(i -> new Identity(
                i.name(),
                i.tokenSha256(),
                Optional.empty(),
                Optional.empty(),
                Set.of(Role.AUDITOR),
                OptionalInt.empty()));
        assertThat(sessions.find(session.secret()).orElseThrow().caller().roles())
                .containsExactly(Role.AUDITOR);
    }

    @Test
    void aSessionEndsWithWhatItsIdentityWasKnownBy() throws Exception {
        Issued session = sessions.withToken(TOKEN);
        alice(i -> new Identity(
                i.name(),
                Optional.of(Examples.sha256("another token").value()),
                Optional.empty(),
                Optional.empty(),
                Set.of(),
                OptionalInt.empty()));
        assertThat(sessions.find(session.secret())).isEmpty();
        configuration.set(Examples.configuration());
        assertThat(sessions.find(session.secret())).isPresent();
        alice(i -> Examples.configuration().identities().get(2));
        assertThat(sessions.find(session.secret())).isEmpty();
    }

    @Test
    void aMatchThatNamesSomebodyElseIsAnother() {
        Issuer work = issuer("https://login.example");
        assertThat(KnownBy.issuer(matching("1"), work))
                .isEqualTo(KnownBy.issuer(matching("1"), work))
                .isNotEqualTo(KnownBy.issuer(matching("2"), work))
                .isNotEqualTo(KnownBy.issuer(matching("1"), issuer("https://another.example")));
        Configuration like = Examples.configuration();
        Configuration now = new Configuration(
                like.organization(),
                like.pkiBaseUrl(),
                like.tokens(),
                like.keys(),
                like.timestampAuthorities(),
                List.of(work),
                List.of(matching("1")),
                like.githubApi(),
                like.projects());
        String before = KnownBy.issuer(matching("1"), work);
        assertThat(KnownBy.isStill(before, now, matching("1"))).isTrue();
        assertThat(KnownBy.isStill(before, now, matching("2"))).isFalse();
        assertThat(KnownBy.isStill(before, like, matching("1"))).isFalse();
    }

    private static Issuer issuer(String url) {
        return new Issuer(
                "work",
                URI.create(url),
                Optional.empty(),
                "countersign",
                Duration.ZERO,
                Optional.of(new Issuer.SignIn("countersign", Optional.empty(), List.of("openid"))));
    }

    private static Identity matching(String subject) {
        return new Identity(
                "alice",
                Optional.empty(),
                Optional.empty(),
                Optional.of(new OidcMatch("work", Map.of("sub", List.of(subject)))),
                Set.of(),
                OptionalInt.empty());
    }

    @Test
    void itIsOnRecordWhoSignedInAndOutAndTheSecretIsNowhere() throws Exception {
        Issued issuedSession = sessions.withToken(TOKEN);
        UUID id = issuedSession.credential().id();
        Session session = sessions.find(issuedSession.secret()).orElseThrow();
        sessions.end(session);
        sessions.end(session);
        assertThat(sessions.find(issuedSession.secret())).isEmpty();
        AuditEvent in = new SignIn(id, NOW, "alice", "session:" + id, "configuration");
        assertThat(audit.of(id)).containsExactly(in, new SignOut(id, NOW, "alice", "session:" + id));
        assertThat(new String(Files.readAllBytes(folder.resolve("countersign.db")), StandardCharsets.ISO_8859_1))
                .contains(issuedSession.credential().token().value().hex())
                .doesNotContain(issuedSession.secret());
    }

    @Test
    void whoCannotBePutOnRecordIsNotSignedIn() throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("ALTER TABLE audit_event RENAME TO elsewhere");
        }
        assertThatThrownBy(() -> sessions.withToken(TOKEN)).isInstanceOf(AuditUnavailable.class);
    }

    @Test
    void aSessionIsNoTokenAndNoTokenIsASession() throws Exception {
        Issued session = sessions.withToken(TOKEN);
        Issued token = issued.apiToken("alice", "x", Optional.empty(), Duration.ofHours(1));
        assertThat(issued.authenticate(session.secret())).isEmpty();
        assertThat(issued.authenticate(token.secret())).isPresent();
        assertThat(sessions.find(token.secret())).isEmpty();
        assertThat(sessions.find(TOKEN)).isEmpty();
        assertThat(credentials.list(Kind.API_TOKEN, NOW, 10)).hasSize(1);
    }

    @Test
    void refusalsAreFewAndTheRightTokenIsTakenAllTheSame() throws Exception {
        for (int i = 0; i < 3; i++) {
            assertThat(refused("wrong").retryAfter()).isEmpty();
        }
        assertThat(refused("wrong").retryAfter()).contains(Duration.ofSeconds(20));
        assertThat(refused("csn_wrong").retryAfter()).isPresent();
        assertThat(sessions.withToken(TOKEN).credential().identity()).isEqualTo("alice");
        clock.set(NOW.plusSeconds(20));
        assertThat(refused("wrong").retryAfter()).isEmpty();
    }

    private SignInRefused refused(String token) {
        return catchThrowableOfType(SignInRefused.class, () -> sessions.withToken(token));
    }

    @Test
    void answersOfIssuersAreFewAsWell() {
        for (int i = 0; i < 3; i++) {
            assertThat(finish(NOW)).hasMessageContaining("nobody signs in through issuer");
        }
        assertThat(finish(NOW).retryAfter()).isPresent();
    }

    @Test
    void aSignInThatWasBegunLongAgoOrIsYetToBeginIsRefused() {
        assertThat(finish(NOW.minus(Duration.ofMinutes(10)))).hasMessageContaining("more than 10 minutes ago");
        assertThat(finish(NOW.plusSeconds(1))).hasMessageContaining("more than 10 minutes ago");
    }

    private SignInRefused finish(Instant begun) {
        String random = UUID.randomUUID().toString().replace("-", "") + "0123456789a";
        return catchThrowableOfType(
                SignInRefused.class,
                () -> sessions.finish(
                        new SignInUnderWay("work", random, random, random, begun),
                        REDIRECT,
                        new Answer(Optional.of(random), Optional.of("code"), Optional.empty(), Optional.empty())));
    }

    @Test
    void theMarkOfAFormIsOneSessionsAndSaysWhatItIsFor() throws Exception {
        Session one = sessions.find(sessions.withToken(TOKEN).secret()).orElseThrow();
        Session other = sessions.find(sessions.withToken(TOKEN).secret()).orElseThrow();
        assertThat(one.isMark("form", one.mark("form"))).isTrue();
        assertThat(one.isMark("form", other.mark("form"))).isFalse();
        assertThat(one.isMark("form", one.mark("said"))).isFalse();
        assertThat(one.isMark("form", "")).isFalse();
    }
}

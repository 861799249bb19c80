package io.countersign.signer.identity.session;

import static io.countersign.signer.fixture.Examples.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.countersign.home.Configuration;
import io.countersign.home.Identity;
import io.countersign.home.Issuer;
import io.countersign.home.Role;
import io.countersign.signer.audit.AuditEvent;
import io.countersign.signer.audit.AuditEvent.Administration;
import io.countersign.signer.audit.AuditEvent.SignIn;
import io.countersign.signer.audit.AuditEvent.SignOut;
import io.countersign.signer.audit.AuditUnavailable;
import io.countersign.signer.audit.jdbc.JdbcAuditLog;
import io.countersign.signer.fixture.Database;
import io.countersign.signer.fixture.Examples;
import io.countersign.signer.identity.AddressLimits;
import io.countersign.signer.identity.BearerTokens;
import io.countersign.signer.identity.Caller;
import io.countersign.signer.identity.Caller.Scope;
import io.countersign.signer.identity.RateLimits;
import io.countersign.signer.identity.oidc.MockProvider;
import io.countersign.signer.identity.oidc.SignInFlow;
import io.countersign.signer.identity.oidc.SignInFlow.Answer;
import io.countersign.signer.identity.session.Sessions.Sent;
import io.countersign.signer.identity.token.Credential.Kind;
import io.countersign.signer.identity.token.IssuedTokens;
import io.countersign.signer.identity.token.IssuedTokens.Issued;
import io.countersign.signer.identity.token.TokenDesk;
import io.countersign.signer.identity.token.TokenNotGiven;
import io.countersign.signer.identity.token.jdbc.JdbcCredentials;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
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
    private static final String HERE = "192.0.2.1";
    private static final String THERE = "192.0.2.2";

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
        sessions = process();
    }

    private Sessions process() {
        return new Sessions(
                configuration::get,
                new BearerTokens(configuration::get),
                new SignInFlow(configuration::get, Duration.ofSeconds(30), clock::get),
                issued,
                credentials,
                new SignInLimits(
                        new AddressLimits(3, clock::get),
                        new AddressLimits(3, clock::get),
                        new RateLimits(configuration::get, 5, clock::get)),
                audit,
                clock::get);
    }

    private Issued signIn() throws SignInRefused {
        return sessions.withToken(TOKEN, HERE);
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
        Issued session = signIn();
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
        Issued session = signIn();
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
        Issued session = signIn();
        alice(i -> new Identity(
                i.name(),
                Optional.of(Examples.sha256("another token").value()),
                Optional.empty(),
                Optional.empty(),
                Set.of(),
                OptionalInt.empty()));
        assertThat(sessions.find(session.secret())).isEmpty();
        configuration.set(Examples.configuration());
        assertThat(sessions.find(session.secret())).isEmpty();
        UUID id = session.credential().id();
        assertThat(audit.of(id)).last().isEqualTo(new SignOut(id, NOW, "alice", "session:" + id));
        Issued another = signIn();
        alice(i -> Examples.configuration().identities().get(2));
        assertThat(sessions.find(another.secret())).isEmpty();
    }

    @Test
    void itIsOnRecordWhoSignedInAndOutAndTheSecretIsNowhere() throws Exception {
        Issued issuedSession = signIn();
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
    void aSessionIsEndedByItsPersonOrAnAdministratorAndByNobodyElse() throws Exception {
        TokenDesk desk = new TokenDesk(configuration::get, issued, credentials, audit, clock::get);
        Issued one = signIn();
        Issued two = signIn();
        UUID id = one.credential().id();
        assertThatThrownBy(() -> desk.revoke(Caller.configured("bob", Set.of(Role.AUDITOR)), id))
                .isInstanceOf(TokenNotGiven.class);
        Caller bound = new Caller(
                "alice", Set.of(), Optional.of(new Scope("hello-driver", Optional.empty())), Optional.empty(), "x");
        assertThatThrownBy(() -> desk.revoke(bound, id)).isInstanceOf(TokenNotGiven.class);
        assertThat(sessions.find(one.secret())).isPresent();
        desk.revoke(Caller.configured("alice", Set.of()), id);
        assertThat(sessions.find(one.secret())).isEmpty();
        desk.revoke(
                Caller.configured("bob", Set.of(Role.ADMINISTRATOR)),
                two.credential().id());
        assertThat(sessions.find(two.secret())).isEmpty();
        assertThat(audit.of(id))
                .last()
                .isEqualTo(new Administration(id, NOW, "alice", "configuration", "ended a session of alice"));
    }

    @Test
    void whoCannotBePutOnRecordIsNotSignedIn() throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("ALTER TABLE audit_event RENAME TO elsewhere");
        }
        assertThatThrownBy(() -> signIn()).isInstanceOf(AuditUnavailable.class);
    }

    @Test
    void aSessionIsNoTokenAndNoTokenIsASession() throws Exception {
        Issued session = signIn();
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
        assertThat(signIn().credential().identity()).isEqualTo("alice");
        assertThatThrownBy(() -> sessions.withToken("wrong", THERE)).hasMessageContaining("nobody in countersign.yaml");
        clock.set(NOW.plusSeconds(20));
        assertThat(refused("wrong").retryAfter()).isEmpty();
    }

    private SignInRefused refused(String token) {
        return catchThrowableOfType(SignInRefused.class, () -> sessions.withToken(token, HERE));
    }

    @Test
    void whoIsKnownSignsInAsOftenAsTheirIdentityMayCall() throws Exception {
        for (int i = 0; i < 5; i++) {
            signIn();
        }
        assertThat(refused(TOKEN).retryAfter()).contains(Duration.ofSeconds(12));
        clock.set(NOW.plusSeconds(12));
        assertThat(signIn().credential().identity()).isEqualTo("alice");
    }

    @Test
    void answersOfIssuersAreFewFromEachAddressAndWrongTokensAreNotAmongThem() throws Exception {
        for (int i = 0; i < 4; i++) {
            refused("wrong");
        }
        try (MockProvider work = provider()) {
            Sent sent = sessions.begin("work", REDIRECT);
            assertThat(finish(sent, HERE)).hasMessageContaining("does not take its code");
            for (int i = 0; i < 2; i++) {
                assertThat(finish(sent, HERE)).hasMessageContaining("this sign-in is over");
            }
            assertThat(finish(sent, HERE).retryAfter()).isPresent();
            assertThat(finish(sent, THERE)).hasMessageContaining("this sign-in is over");
            assertThat(work.timesAsked()).isEqualTo(1);
        }
    }

    @Test
    void whatAnybodyCouldHaveMadeUpIsNeitherCountedNorWritten() throws Exception {
        try (MockProvider work = provider()) {
            Sent sent = sessions.begin("work", REDIRECT);
            String another = process().begin("work", REDIRECT).kept();
            String moved = sent.kept().replaceFirst("\\.[0-9]+\\.", ".9999999999.");
            for (String kept : List.of(another, moved, "work", "", sent.kept() + "x")) {
                assertThat(finish(new Sent(sent.address(), kept), HERE)).hasMessageContaining("has begun no sign-in");
            }
            String state = state(sent);
            assertThat(finish(sent, "other", answer(state), HERE)).hasMessageContaining("has begun no sign-in");
            assertThat(finish(sent, "work", answer("x" + state), HERE)).hasMessageContaining("is not to a sign-in of");
            Answer others = new Answer(
                    Optional.of(state), Optional.of("code"), Optional.empty(), Optional.of("https://other.example"));
            assertThat(finish(sent, "work", others, HERE)).hasMessageContaining("does not say that it is of issuer");
            assertThat(noted()).isZero();
            assertThat(finish(sent, HERE)).hasMessageContaining("does not take its code");
            assertThat(noted()).isEqualTo(1);
            assertThat(work.timesAsked()).isEqualTo(1);
        }
    }

    private int noted() throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT count(*) FROM exchanged_token")) {
            return rows.getInt(1);
        }
    }

    @Test
    void aSignInThatWasBegunLongAgoOrIsYetToBeginIsRefused() throws Exception {
        try (MockProvider work = provider()) {
            Sent sent = sessions.begin("work", REDIRECT);
            clock.set(NOW.plus(Duration.ofMinutes(10)));
            assertThat(finish(sent, HERE)).hasMessageContaining("more than 10 minutes ago");
            clock.set(NOW.minusSeconds(1));
            assertThat(finish(sent, HERE)).hasMessageContaining("more than 10 minutes ago");
            assertThat(work.timesAsked()).isZero();
        }
    }

    /** One that alice signs in through. */
    private MockProvider provider() throws Exception {
        MockProvider work = MockProvider.start(REDIRECT, Optional.empty());
        Configuration like = Examples.configuration();
        configuration.set(new Configuration(
                like.organization(),
                like.pkiBaseUrl(),
                like.tokens(),
                like.keys(),
                like.timestampAuthorities(),
                List.of(issuer(work.url().toString())),
                like.identities(),
                like.githubApi(),
                like.projects()));
        return work;
    }

    /** One that people sign in through. */
    static Issuer issuer(String url) {
        return new Issuer(
                "work",
                URI.create(url),
                Optional.empty(),
                "countersign",
                Duration.ZERO,
                Optional.of(new Issuer.SignIn("countersign", Optional.empty(), List.of("openid"))));
    }

    private SignInRefused finish(Sent sent, String address) {
        return finish(sent, "work", answer(state(sent)), address);
    }

    private SignInRefused finish(Sent sent, String issuer, Answer answer, String address) {
        return catchThrowableOfType(
                SignInRefused.class,
                () -> sessions.finish(Optional.of(sent.kept()), issuer, REDIRECT, answer, address));
    }

    private static String state(Sent sent) {
        return sent.address().getQuery().replaceAll(".*state=([^&]*).*", "$1");
    }

    private static Answer answer(String state) {
        return new Answer(Optional.of(state), Optional.of("no code"), Optional.empty(), Optional.empty());
    }

    @Test
    void theMarkOfAFormIsOneSessionsAndSaysWhatItIsFor() throws Exception {
        Session one = sessions.find(signIn().secret()).orElseThrow();
        Session other = sessions.find(signIn().secret()).orElseThrow();
        assertThat(one.isMark("form", one.mark("form"))).isTrue();
        assertThat(one.isMark("form", other.mark("form"))).isFalse();
        assertThat(one.isMark("form", one.mark("said"))).isFalse();
        assertThat(one.isMark("form", "")).isFalse();
    }
}

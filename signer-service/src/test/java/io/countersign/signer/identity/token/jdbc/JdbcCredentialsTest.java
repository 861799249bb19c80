package io.countersign.signer.identity.token.jdbc;

import static io.countersign.signer.fixture.Examples.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.signer.fixture.Database;
import io.countersign.signer.fixture.Examples;
import io.countersign.signer.identity.Caller.Scope;
import io.countersign.signer.identity.token.Credential;
import io.countersign.signer.identity.token.Credential.Kind;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JdbcCredentialsTest {
    @TempDir
    private Path folder;

    private static Credential credential(Kind kind, Optional<Scope> scope) {
        UUID id = UUID.randomUUID();
        return new Credential(
                id,
                Examples.sha256(id.toString()),
                kind,
                "ci",
                "nightly",
                scope,
                Optional.empty(),
                Optional.empty(),
                "session of " + id,
                NOW,
                NOW.plusSeconds(60),
                Optional.empty());
    }

    @Test
    void whatWasGivenOutBeforeThereWereSessionsIsKept() throws SQLException {
        Credential token = credential(Kind.API_TOKEN, Optional.empty());
        Credential build = credential(Kind.EXCHANGED, Optional.of(new Scope("hello-driver", Optional.of("release"))));
        try (Connection before = Database.in(folder, "9").getConnection()) {
            keep(before, token, Optional.empty());
            keep(before, build, Optional.of(NOW));
        }

        JdbcCredentials after = new JdbcCredentials(Database.in(folder));
        Credential session = credential(Kind.SESSION, Optional.empty());
        after.add(session);

        assertThat(after.find(token.token())).contains(token);
        assertThat(after.find(build.token()).flatMap(Credential::revokedAt)).contains(NOW);
        assertThat(after.find(session.token())).contains(session);
        assertThat(after.list(Kind.API_TOKEN, NOW, 10)).containsExactly(token);
    }

    /** As version 9 did. */
    private static void keep(Connection database, Credential c, Optional<Instant> revoked) throws SQLException {
        try (PreparedStatement insert = database.prepareStatement(
                "INSERT INTO credential (id, token_sha256, kind, identity, name, project, policy, session, created_at,"
                        + " expires_at, revoked_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
            insert.setString(1, c.id().toString());
            insert.setString(2, c.token().value().hex());
            insert.setString(3, c.kind().name());
            insert.setString(4, c.identity());
            insert.setString(5, c.name());
            insert.setString(6, c.scope().map(Scope::project).orElse(null));
            insert.setString(7, c.scope().flatMap(Scope::policy).orElse(null));
            insert.setString(8, c.session());
            insert.setLong(9, c.createdAt().toEpochMilli());
            insert.setLong(10, c.expiresAt().toEpochMilli());
            insert.setObject(11, revoked.map(Instant::toEpochMilli).orElse(null));
            assertThat(insert.executeUpdate()).isOne();
        }
    }
}

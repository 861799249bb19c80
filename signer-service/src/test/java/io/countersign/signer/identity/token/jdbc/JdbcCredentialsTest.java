package io.countersign.signer.identity.token.jdbc;

import static io.countersign.signer.fixture.Examples.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.signer.fixture.Database;
import io.countersign.signer.fixture.Examples;
import io.countersign.signer.identity.Caller.Scope;
import io.countersign.signer.identity.token.Credential;
import io.countersign.signer.identity.token.Credential.Kind;
import java.nio.file.Path;
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
                "session of " + id,
                NOW,
                NOW.plusSeconds(60),
                Optional.empty());
    }

    @Test
    void whatWasGivenOutBeforeThereWereSessionsIsKept() {
        Credential token = credential(Kind.API_TOKEN, Optional.empty());
        Credential build = credential(Kind.EXCHANGED, Optional.of(new Scope("hello-driver", Optional.of("release"))));
        JdbcCredentials before = new JdbcCredentials(Database.in(folder, "9"));
        before.add(token);
        before.add(build);
        before.revoke(build.id(), NOW);

        JdbcCredentials after = new JdbcCredentials(Database.in(folder));
        Credential session = credential(Kind.SESSION, Optional.empty());
        after.add(session);

        assertThat(after.find(token.token())).contains(token);
        assertThat(after.find(build.token()).flatMap(Credential::revokedAt)).contains(NOW);
        assertThat(after.find(session.token())).contains(session);
        assertThat(after.list(NOW, 10)).containsExactly(token);
    }
}

package io.countersign.signer.identity.token.jdbc;

import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import io.countersign.signer.identity.Caller.Scope;
import io.countersign.signer.identity.token.Credential;
import io.countersign.signer.identity.token.Credential.Kind;
import io.countersign.signer.identity.token.Credentials;
import io.countersign.signer.request.jdbc.OriginJson;
import io.countersign.signer.request.jdbc.Sql;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;

/** The tables {@code credential} and {@code exchanged_token}. */
public final class JdbcCredentials implements Credentials {
    /** A record may name one for a while after it expired. */
    private static final Duration REMEMBERED = Duration.ofDays(90);

    private static final String INSERT =
            "INSERT INTO credential (id, token_sha256, kind, identity, name, project, policy,"
                    + " origin, match_sha256, session, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    private static final String BY_TOKEN = "SELECT * FROM credential WHERE token_sha256 = ?";
    private static final String BY_ID = "SELECT * FROM credential WHERE id = ?";
    private static final String LIST =
            "SELECT * FROM credential WHERE expires_at > ? AND kind = ? ORDER BY created_at DESC, id LIMIT ?";
    private static final String REVOKE = "UPDATE credential SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL";
    private static final String EXCHANGE =
            "INSERT INTO exchanged_token (issuer, jti_sha256, expires_at) VALUES (?, ?, ?)"
                    + " ON CONFLICT (issuer, jti_sha256) DO NOTHING";
    private static final String FORGET_EXCHANGES = "DELETE FROM exchanged_token WHERE expires_at < ?";
    private static final String FORGET_CREDENTIALS = "DELETE FROM credential WHERE expires_at < ?";

    private final Sql sql;

    public JdbcCredentials(DataSource database) {
        this.sql = new Sql(database);
    }

    @Override
    public void add(Credential c) {
        sql.update(
                "keep credential " + c.id(),
                INSERT,
                c.id().toString(),
                c.token().value().hex(),
                c.kind().name(),
                c.identity(),
                c.name(),
                c.scope().map(Scope::project).orElse(null),
                c.scope().flatMap(Scope::policy).orElse(null),
                c.origin().map(OriginJson::write).orElse(null),
                c.match().map(m -> m.value().hex()).orElse(null),
                c.session(),
                c.createdAt().toEpochMilli(),
                c.expiresAt().toEpochMilli());
    }

    @Override
    public Optional<Credential> find(Digest token) {
        return sql
                .query(
                        JdbcCredentials::read,
                        "find a credential",
                        BY_TOKEN,
                        token.value().hex())
                .stream()
                .findFirst();
    }

    @Override
    public Optional<Credential> find(UUID id) {
        return sql.query(JdbcCredentials::read, "find a credential", BY_ID, id.toString()).stream()
                .findFirst();
    }

    @Override
    public List<Credential> list(Kind kind, Instant now, int most) {
        return sql.query(JdbcCredentials::read, "list credentials", LIST, now.toEpochMilli(), kind.name(), most);
    }

    @Override
    public boolean revoke(UUID id, Instant at) {
        return sql.update("revoke credential " + id, REVOKE, at.toEpochMilli(), id.toString()) == 1;
    }

    @Override
    public boolean exchangeOnce(String issuer, Digest jti, Instant expiresAt) {
        return sql.update("note an exchange", EXCHANGE, issuer, jti.value().hex(), expiresAt.toEpochMilli()) == 1;
    }

    @Override
    public void sweep(Instant now) {
        sql.update("forget exchanges", FORGET_EXCHANGES, now.toEpochMilli());
        sql.update(
                "forget credentials", FORGET_CREDENTIALS, now.minus(REMEMBERED).toEpochMilli());
    }

    private static Digest sha256(String hex) {
        return new Digest(DigestAlgorithm.SHA256, Bytes.ofHex(hex));
    }

    private static Credential read(ResultSet row) throws SQLException {
        Optional<String> project = Optional.ofNullable(row.getString("project"));
        Optional<String> policy = Optional.ofNullable(row.getString("policy"));
        return new Credential(
                UUID.fromString(row.getString("id")),
                sha256(row.getString("token_sha256")),
                Kind.valueOf(row.getString("kind")),
                row.getString("identity"),
                row.getString("name"),
                project.map(p -> new Scope(p, policy)),
                Optional.ofNullable(row.getString("origin")).map(OriginJson::read),
                Optional.ofNullable(row.getString("match_sha256")).map(JdbcCredentials::sha256),
                row.getString("session"),
                Instant.ofEpochMilli(row.getLong("created_at")),
                Instant.ofEpochMilli(row.getLong("expires_at")),
                Optional.ofNullable((Number) row.getObject("revoked_at"))
                        .map(at -> Instant.ofEpochMilli(at.longValue())));
    }
}

package io.countersign.signer.request.jdbc;

import io.countersign.signer.audit.AuditEvent;
import io.countersign.signer.request.Draft;
import io.countersign.signer.request.Drafts;
import io.countersign.signer.request.SigningRequest;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;

/** The table {@code draft}. */
public final class JdbcDrafts implements Drafts {
    private static final String INSERT = "INSERT INTO draft (id, project, policy, submitter, description, origin,"
            + " idempotency_key, submitted_at, expires_at, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'OPEN')"
            + " ON CONFLICT (submitter, project, policy, idempotency_key)"
            + " WHERE idempotency_key IS NOT NULL AND state = 'OPEN' DO NOTHING";
    private static final String BY_KEY =
            "SELECT * FROM draft WHERE submitter = ? AND project = ? AND policy = ? AND idempotency_key = ?"
                    + " AND state = 'OPEN'";
    private static final String OPEN_OF = "SELECT COUNT(*) FROM draft WHERE submitter = ? AND state = 'OPEN'";
    private static final String FULFIL = "DELETE FROM draft WHERE id = ? AND state = 'OPEN'";
    private static final String CANCEL =
            "UPDATE draft SET state = 'CANCELED', reason = ?, finished_at = ? WHERE id = ? AND state = 'OPEN'";
    private static final String EXPIRE = "UPDATE draft SET state = 'EXPIRED', reason = ?, finished_at = ?"
            + " WHERE state = 'OPEN' AND expires_at <= ? RETURNING id";

    private static final String FORGET =
            "DELETE FROM draft WHERE id IN (SELECT id FROM draft WHERE finished_at < ? LIMIT ?)";

    private final Sql sql;

    public JdbcDrafts(DataSource database) {
        this.sql = new Sql(database);
    }

    @Override
    public boolean open(Draft draft) {
        return sql.update(
                        "keep draft " + draft.id(),
                        INSERT,
                        draft.id().toString(),
                        draft.project(),
                        draft.policy(),
                        draft.submitter(),
                        draft.description().orElse(null),
                        draft.origin().map(OriginJson::write).orElse(null),
                        draft.idempotencyKey().orElse(null),
                        draft.submittedAt().toEpochMilli(),
                        draft.expiresAt().toEpochMilli())
                == 1;
    }

    @Override
    public Optional<Draft> find(UUID id) {
        return sql
                .query(JdbcDrafts::read, "read draft " + id, "SELECT * FROM draft WHERE id = ?", id.toString())
                .stream()
                .findFirst();
    }

    @Override
    public Optional<Draft> findByKey(String submitter, String project, String policy, String key) {
        return sql.query(JdbcDrafts::read, "find a draft by its key", BY_KEY, submitter, project, policy, key).stream()
                .findFirst();
    }

    @Override
    public int openOf(String submitter) {
        return sql.query(row -> row.getInt(1), "count open drafts", OPEN_OF, submitter)
                .get(0);
    }

    @Override
    public boolean fulfil(Draft draft, SigningRequest request) {
        if (!request.id().equals(draft.id())) {
            throw new IllegalArgumentException(draft.id() + " cannot become " + request.id());
        }
        return sql.together(
                "put request " + draft.id() + " in the place of its draft",
                statements -> statements.update(FULFIL, draft.id().toString()) == 1
                        && statements.update(JdbcRequests.INSERT, JdbcRequests.values(request)) == 1);
    }

    @Override
    public boolean cancel(Draft draft, AuditEvent.Cancellation why) {
        return sql.together(
                "cancel draft " + draft.id(),
                statements -> statements.update(
                                        CANCEL,
                                        "canceled by " + why.actor(),
                                        why.at().toEpochMilli(),
                                        draft.id().toString())
                                == 1
                        && statements.append(why));
    }

    @Override
    public int forget(Instant endedBefore, int most) {
        return sql.update("drop drafts that ended", FORGET, endedBefore.toEpochMilli(), most);
    }

    @Override
    public List<UUID> expire(Instant now) {
        return sql.query(
                row -> UUID.fromString(row.getString(1)),
                "end drafts that waited too long",
                EXPIRE,
                "no file was uploaded in time; submit it again",
                now.toEpochMilli(),
                now.toEpochMilli());
    }

    private static Draft read(ResultSet row) throws SQLException {
        return new Draft(
                UUID.fromString(row.getString("id")),
                row.getString("project"),
                row.getString("policy"),
                row.getString("submitter"),
                Optional.ofNullable(row.getString("description")),
                Optional.ofNullable(row.getString("origin")).map(OriginJson::read),
                Optional.ofNullable(row.getString("idempotency_key")),
                Instant.ofEpochMilli(row.getLong("submitted_at")),
                Instant.ofEpochMilli(row.getLong("expires_at")),
                Draft.State.valueOf(row.getString("state")),
                Optional.ofNullable(row.getString("reason")));
    }
}

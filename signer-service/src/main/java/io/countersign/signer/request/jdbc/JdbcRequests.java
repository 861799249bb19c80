package io.countersign.signer.request.jdbc;

import io.countersign.signer.request.RequestQueue;
import io.countersign.signer.request.RequestRepository;
import io.countersign.signer.request.SigningRequest;
import io.countersign.signer.request.SigningRequest.Processing;
import io.countersign.signer.request.StoreUnavailable;
import io.countersign.signer.request.Submission;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;

/**
 * The table {@code signing_request}: request and job are one row, so that they cannot disagree. Each method is one statement
 * and so one transaction. Written for SQLite.
 */
public final class JdbcRequests implements RequestRepository, RequestQueue {
    private static final String INSERT = "INSERT INTO signing_request (id, project, policy, policy_form, submitter,"
            + " file_name, description, artifact_sha256, artifact_size, submitted_at, state, attempt, not_before)"
            + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'QUEUED', 0, ?)";
    private static final String CLAIM = "UPDATE signing_request"
            + " SET state = 'PROCESSING', attempt = attempt + 1, worker = ?, lease_until = ?, not_before = NULL"
            + " WHERE id = (SELECT id FROM signing_request"
            + " WHERE (state = 'QUEUED' AND not_before <= ?) OR (state = 'PROCESSING' AND lease_until <= ?)"
            + " ORDER BY submitted_at, id LIMIT 1) RETURNING *";
    private static final String HELD = " WHERE id = ? AND state = 'PROCESSING' AND attempt = ? AND worker = ?";
    private static final String RENEW = "UPDATE signing_request SET lease_until = ?" + HELD;
    private static final String SETTLE = "UPDATE signing_request SET state = ?, not_before = ?, signed_sha256 = ?,"
            + " provenance = ?, reason = ?, finished_at = ?, worker = NULL, lease_until = NULL" + HELD;
    private static final String RELEASE_ALL =
            "UPDATE signing_request SET lease_until = ? WHERE state = 'PROCESSING' RETURNING *";

    private final DataSource database;

    public JdbcRequests(DataSource database) {
        this.database = database;
    }

    @Override
    public void add(SigningRequest.Queued request) {
        Submission s = request.submission();
        update(
                "keep request " + s.id(),
                INSERT,
                s.id().toString(),
                s.project(),
                s.policy(),
                s.policyForm(),
                s.submitter(),
                s.fileName(),
                s.description().orElse(null),
                s.artifact().value().hex(),
                s.size(),
                s.submittedAt().toEpochMilli(),
                request.notBefore().toEpochMilli());
    }

    @Override
    public Optional<SigningRequest> find(UUID id) {
        return query("read request " + id, "SELECT * FROM signing_request WHERE id = ?", id.toString()).stream()
                .findFirst();
    }

    @Override
    public Optional<Processing> claim(String worker, Instant now, Instant leaseUntil) {
        return query(
                        "claim a request",
                        CLAIM,
                        worker,
                        leaseUntil.toEpochMilli(),
                        now.toEpochMilli(),
                        now.toEpochMilli())
                .stream()
                .map(Processing.class::cast)
                .findFirst();
    }

    @Override
    public boolean renew(Processing held, Instant leaseUntil) {
        return update(
                        "renew the lease of " + held.id(),
                        RENEW,
                        leaseUntil.toEpochMilli(),
                        held.id().toString(),
                        held.attempt(),
                        held.worker())
                == 1;
    }

    @Override
    public boolean settle(Processing held, SigningRequest next) {
        if (!next.submission().equals(held.submission()) || next instanceof Processing) {
            throw new IllegalArgumentException(held.id() + " cannot become " + next);
        }
        Row row = Row.of(next);
        return update(
                        "settle request " + held.id(),
                        SETTLE,
                        row.state(),
                        row.notBefore(),
                        row.signed(),
                        row.provenance(),
                        row.reason(),
                        row.finishedAt(),
                        held.id().toString(),
                        held.attempt(),
                        held.worker())
                == 1;
    }

    @Override
    public List<Processing> releaseAll(Instant now) {
        return query("release all leases", RELEASE_ALL, now.toEpochMilli()).stream()
                .map(Processing.class::cast)
                .toList();
    }

    private int update(String purpose, String sql, Object... values) {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = prepare(connection, sql, values)) {
            return statement.executeUpdate();
        } catch (SQLException e) {
            throw new StoreUnavailable("could not " + purpose + ": " + e.getMessage(), e);
        }
    }

    private List<SigningRequest> query(String purpose, String sql, Object... values) {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = prepare(connection, sql, values);
                ResultSet rows = statement.executeQuery()) {
            List<SigningRequest> found = new ArrayList<>();
            while (rows.next()) {
                found.add(Row.read(rows));
            }
            return found;
        } catch (SQLException e) {
            throw new StoreUnavailable("could not " + purpose + ": " + e.getMessage(), e);
        }
    }

    private static PreparedStatement prepare(Connection connection, String sql, Object... values) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        for (int i = 0; i < values.length; i++) {
            statement.setObject(i + 1, values[i]);
        }
        return statement;
    }
}

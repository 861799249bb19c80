package io.countersign.signer.audit.jdbc;

import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import io.countersign.signer.audit.AuditEvent;
import io.countersign.signer.audit.AuditEvent.Approval;
import io.countersign.signer.audit.AuditEvent.Cancellation;
import io.countersign.signer.audit.AuditEvent.Denial;
import io.countersign.signer.audit.AuditEvent.Intent;
import io.countersign.signer.audit.AuditEvent.Outcome;
import io.countersign.signer.audit.AuditEvent.Refusal;
import io.countersign.signer.audit.AuditLog;
import io.countersign.signer.audit.AuditUnavailable;
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

/** The table {@code audit_event}, whose triggers refuse change and deletion. */
public final class JdbcAuditLog implements AuditLog {
    private static final String INSERT = "INSERT INTO audit_event (at, kind, request, attempt, actor, session,"
            + " key_name, artifact_sha256, policy_sha256, result, output_sha256, reason)"
            + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    private static final String OPEN = "SELECT * FROM audit_event i WHERE kind = 'INTENT' AND NOT EXISTS"
            + " (SELECT 1 FROM audit_event o WHERE o.request = i.request AND o.attempt = i.attempt"
            + " AND o.kind = 'OUTCOME') ORDER BY seq";
    private static final String OF_REQUEST = "SELECT * FROM audit_event WHERE request = ? ORDER BY seq";

    private static final String UNDER_POLICY =
            "SELECT COUNT(*) FROM audit_event i JOIN signing_request r ON r.id = i.request"
                    + " WHERE i.kind = 'INTENT' AND i.at >= ? AND r.project = ? AND r.policy = ?";

    private final DataSource database;

    public JdbcAuditLog(DataSource database) {
        this.database = database;
    }

    @Override
    public void append(AuditEvent event) {
        Object[] columns;
        if (event instanceof Intent i) {
            columns = new Object[] {
                "INTENT", i.attempt(), i.actor(), null, i.key(), hex(i.artifact()), hex(i.policy()), null, null, null
            };
        } else if (event instanceof Outcome o) {
            columns = new Object[] {
                "OUTCOME",
                o.attempt(),
                null,
                null,
                null,
                null,
                null,
                o.result().name(),
                o.output().map(JdbcAuditLog::hex).orElse(null),
                o.reason().orElse(null)
            };
        } else if (event instanceof Approval a) {
            columns = new Object[] {
                "APPROVAL", null, a.actor(), a.session(), null, hex(a.artifact()), hex(a.policy()), null, null, null
            };
        } else if (event instanceof Denial d) {
            columns = new Object[] {"DENIAL", null, d.actor(), d.session(), null, null, null, null, null, d.reason()};
        } else if (event instanceof Cancellation c) {
            columns = new Object[] {"CANCELLATION", null, c.actor(), c.session(), null, null, null, null, null, null};
        } else {
            Refusal r = (Refusal) event;
            columns = new Object[] {"REFUSAL", null, r.actor(), null, null, null, null, null, null, r.reason()};
        }
        try (Connection connection = database.getConnection();
                PreparedStatement insert = connection.prepareStatement(INSERT)) {
            insert.setLong(1, event.at().toEpochMilli());
            insert.setString(2, (String) columns[0]);
            insert.setString(3, event.request().toString());
            for (int i = 1; i < columns.length; i++) {
                insert.setObject(i + 3, columns[i]);
            }
            insert.executeUpdate();
        } catch (SQLException e) {
            throw new AuditUnavailable("could not append " + event + ": " + e.getMessage(), e);
        }
    }

    @Override
    public List<Intent> intentsWithoutOutcome() {
        return read(OPEN).stream().map(Intent.class::cast).toList();
    }

    @Override
    public List<AuditEvent> of(UUID request) {
        return read(OF_REQUEST, request.toString());
    }

    @Override
    public int intentsUnder(String project, String policy, Instant since) {
        try (Connection connection = database.getConnection();
                PreparedStatement select = connection.prepareStatement(UNDER_POLICY)) {
            select.setLong(1, since.toEpochMilli());
            select.setString(2, project);
            select.setString(3, policy);
            try (ResultSet row = select.executeQuery()) {
                return row.next() ? row.getInt(1) : 0;
            }
        } catch (SQLException e) {
            throw new AuditUnavailable("could not read the audit log: " + e.getMessage(), e);
        }
    }

    private List<AuditEvent> read(String sql, String... values) {
        try (Connection connection = database.getConnection();
                PreparedStatement select = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                select.setString(i + 1, values[i]);
            }
            List<AuditEvent> events = new ArrayList<>();
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    events.add(event(row));
                }
            }
            return events;
        } catch (SQLException e) {
            throw new AuditUnavailable("could not read the audit log: " + e.getMessage(), e);
        }
    }

    private static AuditEvent event(ResultSet row) throws SQLException {
        UUID request = UUID.fromString(row.getString("request"));
        Instant at = Instant.ofEpochMilli(row.getLong("at"));
        int attempt = row.getInt("attempt");
        String kind = row.getString("kind");
        return switch (kind) {
            case "INTENT" ->
                new Intent(
                        request,
                        attempt,
                        at,
                        row.getString("actor"),
                        row.getString("key_name"),
                        sha256(row.getString("artifact_sha256")),
                        sha256(row.getString("policy_sha256")));
            case "OUTCOME" ->
                new Outcome(
                        request,
                        attempt,
                        at,
                        AuditEvent.Result.valueOf(row.getString("result")),
                        Optional.ofNullable(row.getString("output_sha256")).map(JdbcAuditLog::sha256),
                        Optional.ofNullable(row.getString("reason")));
            case "APPROVAL" ->
                new Approval(
                        request,
                        at,
                        row.getString("actor"),
                        row.getString("session"),
                        sha256(row.getString("artifact_sha256")),
                        sha256(row.getString("policy_sha256")));
            case "DENIAL" ->
                new Denial(request, at, row.getString("actor"), row.getString("session"), row.getString("reason"));
            case "CANCELLATION" -> new Cancellation(request, at, row.getString("actor"), row.getString("session"));
            case "REFUSAL" -> new Refusal(request, at, row.getString("actor"), row.getString("reason"));
            default -> throw new SQLException("audit event of unknown kind " + kind);
        };
    }

    private static String hex(Digest digest) {
        return digest.value().hex();
    }

    private static Digest sha256(String hex) {
        return new Digest(DigestAlgorithm.SHA256, Bytes.ofHex(hex));
    }
}

package io.countersign.signer.audit.jdbc;

import io.countersign.signer.audit.AuditEvent;
import io.countersign.signer.audit.AuditEvent.Intent;
import io.countersign.signer.audit.AuditLog;
import io.countersign.signer.audit.AuditUnavailable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;

/** The table {@code audit_event}, whose triggers refuse change and deletion. */
public final class JdbcAuditLog implements AuditLog {
    private static final String OPEN = "SELECT * FROM audit_event i WHERE kind = 'INTENT' AND NOT EXISTS"
            + " (SELECT 1 FROM audit_event o WHERE o.request = i.request AND o.attempt = i.attempt"
            + " AND o.kind = 'OUTCOME') ORDER BY seq";
    private static final String AFTER = "SELECT * FROM audit_event WHERE seq > ? ORDER BY seq LIMIT ?";
    private static final String OF_REQUEST = "SELECT * FROM audit_event WHERE request = ? ORDER BY seq";

    private static final String UNDER_POLICY =
            "SELECT (SELECT COUNT(*) FROM audit_event i JOIN signing_request r ON r.id = i.request"
                    + " WHERE i.kind = 'INTENT' AND i.at >= ?1 AND r.project = ?2 AND r.policy = ?3)"
                    + " + (SELECT COUNT(*) FROM audit_event"
                    + " WHERE kind = 'HASH_INTENT' AND project = ?2 AND policy = ?3 AND at >= ?1)";

    private final DataSource database;

    public JdbcAuditLog(DataSource database) {
        this.database = database;
    }

    @Override
    public void append(AuditEvent event) {
        Map<String, Object> columns = AuditRow.of(event);
        String insert = "INSERT INTO audit_event (" + String.join(", ", columns.keySet()) + ") VALUES ("
                + String.join(", ", Collections.nCopies(columns.size(), "?")) + ")";
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(insert)) {
            int i = 0;
            for (Object value : columns.values()) {
                statement.setObject(++i, value);
            }
            statement.executeUpdate();
        } catch (SQLException e) {
            throw new AuditUnavailable("could not append " + event + ": " + e.getMessage(), e);
        }
    }

    @Override
    public List<Intent> intentsWithoutOutcome() {
        return read(AuditRow::read, OPEN).stream().map(Intent.class::cast).toList();
    }

    @Override
    public List<AuditEvent> of(UUID request) {
        return read(AuditRow::read, OF_REQUEST, request.toString());
    }

    @Override
    public List<Entry> after(long sequence, int most) {
        return read(row -> new Entry(row.getLong("seq"), AuditRow.read(row)), AFTER, sequence, most);
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

    /** What a row says. */
    @FunctionalInterface
    private interface Reader<T> {
        T read(ResultSet row) throws SQLException;
    }

    private <T> List<T> read(Reader<T> reader, String sql, Object... values) {
        try (Connection connection = database.getConnection();
                PreparedStatement select = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                select.setObject(i + 1, values[i]);
            }
            List<T> found = new ArrayList<>();
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    found.add(reader.read(row));
                }
            }
            return found;
        } catch (SQLException e) {
            throw new AuditUnavailable("could not read the audit log: " + e.getMessage(), e);
        }
    }
}

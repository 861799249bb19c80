package io.countersign.signer.audit.jdbc;

import io.countersign.key.Digest;
import io.countersign.signer.audit.AuditEvent;
import io.countersign.signer.audit.AuditEvent.KeyUse;
import io.countersign.signer.audit.AuditLog;
import io.countersign.signer.audit.AuditUnavailable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.sql.DataSource;

/** The table {@code audit_event}, whose triggers refuse change and deletion. */
public final class JdbcAuditLog implements AuditLog {
    private static final String OPEN = "SELECT * FROM audit_event i WHERE kind IN ('INTENT', 'HASH_INTENT')"
            + " AND NOT EXISTS (SELECT 1 FROM audit_event o WHERE o.request = i.request"
            + " AND (o.kind = 'HASH_OUTCOME' OR (o.kind = 'OUTCOME' AND o.attempt = i.attempt))) ORDER BY seq";
    private static final String AFTER = "SELECT * FROM audit_event WHERE seq > ? ORDER BY seq LIMIT ?";
    private static final String UNSTAMPED =
            "SELECT 1 FROM audit_event WHERE result = 'UNSTAMPED' AND output_sha256 = ? LIMIT 1";
    private static final String OF_REQUEST = "SELECT * FROM audit_event WHERE request = ? ORDER BY seq";

    /** Those of older versions do not name their policy, but have a request that does. The second index has only them. */
    private static final String UNDER_POLICY =
            "(SELECT COUNT(*) FROM audit_event WHERE kind IN ('INTENT', 'HASH_INTENT')"
                    + " AND project = ?1 AND policy = ?2 AND at >= ?3 AND request <> ?4)"
                    + " + (SELECT COUNT(*) FROM audit_event i JOIN signing_request r ON r.id = i.request"
                    + " WHERE i.kind = 'INTENT' AND i.project IS NULL AND i.at >= ?3"
                    + " AND r.project = ?1 AND r.policy = ?2 AND i.request <> ?4)";

    /** Before the columns' values come those that {@link #UNDER_POLICY} has, and the most there may be. */
    private static final int BEFORE_VALUES = 5;

    private final DataSource database;

    public JdbcAuditLog(DataSource database) {
        this.database = database;
    }

    @Override
    public void append(AuditEvent event) {
        AuditInsert insert = AuditInsert.of(event);
        update(event, insert.sql(), insert.values());
    }

    /** One statement, which holds SQLite's only write lock from before it counts until it is durable. */
    @Override
    public boolean appendWithin(KeyUse use, int most, Instant since) {
        Map<String, Object> columns = AuditRow.of(use);
        List<Object> values = new ArrayList<>(under(use.project(), use.policy(), since, Optional.of(use.request())));
        values.add(most);
        values.addAll(columns.values());
        return update(
                        use,
                        "INSERT INTO audit_event (" + String.join(", ", columns.keySet()) + ") SELECT "
                                + IntStream.range(0, columns.size())
                                        .mapToObj(i -> "?" + (BEFORE_VALUES + 1 + i))
                                        .collect(Collectors.joining(", "))
                                + " WHERE " + UNDER_POLICY + " < ?" + BEFORE_VALUES,
                        values)
                == 1;
    }

    private int update(AuditEvent event, String sql, Collection<Object> values) {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            int i = 0;
            for (Object value : values) {
                statement.setObject(++i, value);
            }
            return statement.executeUpdate();
        } catch (SQLException e) {
            throw new AuditUnavailable("could not append " + event + ": " + e.getMessage(), e);
        }
    }

    @Override
    public List<KeyUse> intentsWithoutOutcome() {
        return read(AuditRow::read, OPEN).stream().map(KeyUse.class::cast).toList();
    }

    @Override
    public List<AuditEvent> of(UUID request) {
        return read(AuditRow::read, OF_REQUEST, request.toString());
    }

    @Override
    public boolean isUnstamped(Digest signature) {
        return !read(row -> true, UNSTAMPED, signature.value().hex()).isEmpty();
    }

    @Override
    public List<Entry> after(long sequence, int most) {
        return read(row -> new Entry(row.getLong("seq"), AuditRow.read(row)), AFTER, sequence, most);
    }

    @Override
    public int intentsUnder(String project, String policy, Instant since, Optional<UUID> but) {
        return read(
                        row -> row.getInt(1),
                        "SELECT " + UNDER_POLICY,
                        under(project, policy, since, but).toArray())
                .get(0);
    }

    /** For {@link #UNDER_POLICY}; no request has an empty id. */
    private static List<Object> under(String project, String policy, Instant since, Optional<UUID> but) {
        return List.of(
                project, policy, since.toEpochMilli(), but.map(UUID::toString).orElse(""));
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

package io.countersign.signer.webhook.jdbc;

import io.countersign.signer.request.jdbc.Sql;
import io.countersign.signer.webhook.Deliveries;
import io.countersign.signer.webhook.Delivery;
import java.net.URI;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;

/** The table {@code webhook_delivery}. */
public final class JdbcDeliveries implements Deliveries {
    private final Sql sql;

    public JdbcDeliveries(DataSource database) {
        this.sql = new Sql(database);
    }

    @Override
    public void add(Delivery d) {
        sql.update(
                "keep a webhook's delivery",
                "INSERT INTO webhook_delivery (id, request, project, url, body, created_at, state, attempts, next_at)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (request, url) DO NOTHING",
                d.id().toString(),
                d.request().toString(),
                d.project(),
                d.url().toString(),
                d.body(),
                d.createdAt().toEpochMilli(),
                d.state().name(),
                d.attempts(),
                millis(d.nextAt()));
    }

    @Override
    public Optional<Delivery> find(UUID id) {
        return query("SELECT * FROM webhook_delivery WHERE id = ?", id.toString()).stream()
                .findFirst();
    }

    @Override
    public List<Delivery> due(Instant now, int most) {
        return query(
                "SELECT * FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY url ORDER BY next_at) AS place"
                        + " FROM webhook_delivery WHERE state = 'WAITING' AND next_at <= ?)"
                        + " WHERE place <= ? ORDER BY next_at",
                now.toEpochMilli(),
                most);
    }

    @Override
    public void update(Delivery d) {
        sql.update(
                "note what came of a webhook's delivery",
                "UPDATE webhook_delivery SET state = ?, attempts = ?, next_at = ?, last_at = ?, answer = ? WHERE id = ?",
                d.state().name(),
                d.attempts(),
                millis(d.nextAt()),
                millis(d.lastAt()),
                d.answer().orElse(null),
                d.id().toString());
    }

    @Override
    public List<Delivery> latest(int most) {
        return query("SELECT * FROM webhook_delivery ORDER BY created_at DESC, id LIMIT ?", most);
    }

    @Override
    public Instant position() {
        return sql.query(
                        row -> Instant.ofEpochMilli(row.getLong("at")),
                        "read the webhooks' position",
                        "SELECT at FROM webhook_position")
                .get(0);
    }

    @Override
    public void moveTo(Instant position) {
        sql.update("keep the webhooks' position", "UPDATE webhook_position SET at = ?", position.toEpochMilli());
    }

    @Override
    public List<UUID> endedSince(Instant reach, int most) {
        return sql.query(
                row -> UUID.fromString(row.getString("id")),
                "find requests that ended untold",
                "SELECT id, finished_at FROM signing_request WHERE finished_at IS NOT NULL AND finished_at >= ?"
                        + " UNION ALL SELECT id, finished_at FROM draft WHERE finished_at >= ?"
                        + " ORDER BY finished_at LIMIT ?",
                reach.toEpochMilli(),
                reach.toEpochMilli(),
                most);
    }

    @Override
    public void forget(Instant before) {
        sql.update(
                "forget old webhook deliveries",
                "DELETE FROM webhook_delivery WHERE created_at < ? AND state <> 'WAITING'",
                before.toEpochMilli());
    }

    private List<Delivery> query(String statement, Object... values) {
        return sql.query(JdbcDeliveries::read, "read webhook deliveries", statement, values);
    }

    private static Delivery read(ResultSet row) throws SQLException {
        return new Delivery(
                UUID.fromString(row.getString("id")),
                UUID.fromString(row.getString("request")),
                row.getString("project"),
                URI.create(row.getString("url")),
                row.getString("body"),
                Instant.ofEpochMilli(row.getLong("created_at")),
                Delivery.State.valueOf(row.getString("state")),
                row.getInt("attempts"),
                instant(row, "next_at"),
                instant(row, "last_at"),
                Optional.ofNullable(row.getString("answer")));
    }

    private static Optional<Instant> instant(ResultSet row, String column) throws SQLException {
        long millis = row.getLong(column);
        return row.wasNull() ? Optional.empty() : Optional.of(Instant.ofEpochMilli(millis));
    }

    private static Long millis(Optional<Instant> at) {
        return at.map(Instant::toEpochMilli).orElse(null);
    }
}

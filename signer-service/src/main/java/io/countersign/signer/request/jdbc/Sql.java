package io.countersign.signer.request.jdbc;

import io.countersign.signer.audit.AuditEvent;
import io.countersign.signer.audit.jdbc.AuditInsert;
import io.countersign.signer.request.StoreUnavailable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/**
 * Statements, each a transaction of its own unless they are given together. Safe for several threads. Each method throws
 * {@link StoreUnavailable}, which names the purpose, if the database does not answer.
 */
public record Sql(DataSource database) {
    /** What a row says. */
    @FunctionalInterface
    public interface Reader<T> {
        T read(ResultSet row) throws SQLException;
    }

    public int update(String purpose, String sql, Object... values) {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = prepare(connection, sql, values)) {
            return statement.executeUpdate();
        } catch (SQLException e) {
            throw new StoreUnavailable("could not " + purpose + ": " + e.getMessage(), e);
        }
    }

    public <T> List<T> query(Reader<T> reader, String purpose, String sql, Object... values) {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = prepare(connection, sql, values);
                ResultSet rows = statement.executeQuery()) {
            List<T> found = new ArrayList<>();
            while (rows.next()) {
                found.add(reader.read(rows));
            }
            return found;
        } catch (SQLException e) {
            throw new StoreUnavailable("could not " + purpose + ": " + e.getMessage(), e);
        }
    }

    /** Statements of one transaction. */
    record Together(Connection connection) {
        int update(String sql, Object... values) throws SQLException {
            try (PreparedStatement statement = prepare(connection, sql, values)) {
                return statement.executeUpdate();
            }
        }

        /** Puts an event into the audit log of this database; true, for what is done together. */
        boolean append(AuditEvent event) throws SQLException {
            AuditInsert insert = AuditInsert.of(event);
            return update(insert.sql(), insert.values().toArray()) == 1;
        }
    }

    /** What is done together; false undoes it. */
    @FunctionalInterface
    interface Work {
        boolean in(Together statements) throws SQLException;
    }

    boolean together(String purpose, Work work) {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            boolean done = false;
            try {
                done = work.in(new Together(connection));
            } finally {
                if (done) {
                    connection.commit();
                } else {
                    connection.rollback();
                }
                connection.setAutoCommit(true);
            }
            return done;
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

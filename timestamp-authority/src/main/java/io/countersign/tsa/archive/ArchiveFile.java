package io.countersign.tsa.archive;

import io.countersign.file.FileInPlace;
import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.sqlite.SQLiteConfig;

/** The table on the disk. Not for several threads. */
final class ArchiveFile implements AutoCloseable {
    private static final int SCHEMA = 1;

    private final FileInPlace place;
    private final Connection connection;
    private final PreparedStatement insert;

    /** Opens or makes it. SQLite's own lock keeps every other process and connection out, until this one is closed. */
    ArchiveFile(Path file) throws SQLException, IOException {
        Files.createDirectories(file.getParent());
        SQLiteConfig settings = new SQLiteConfig();
        settings.setJournalMode(SQLiteConfig.JournalMode.WAL);
        // FULL: a commit is on the disk when it returns, whatever is pulled out of the wall.
        settings.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        settings.setLockingMode(SQLiteConfig.LockingMode.EXCLUSIVE);
        settings.setBusyTimeout(0);
        connection = settings.createConnection("jdbc:sqlite:" + file);
        try {
            makeTable();
            place = FileInPlace.of(file);
            connection.setAutoCommit(false);
            insert = connection.prepareStatement(
                    "INSERT INTO token (serial, imprint_algorithm, imprint, gen_time, policy, der) VALUES (?, ?, ?, ?, ?, ?)");
        } catch (SQLException | IOException e) {
            connection.close();
            throw e;
        }
    }

    /**
     * SQLite goes on writing to a file that was removed or moved, where nobody will look for the tokens.
     *
     * @throws IOException if the file's name is no longer that of what is written to
     */
    void requireInPlace() throws IOException {
        if (!place.holds()) {
            throw new IOException("its file was removed or moved away while it was open");
        }
    }

    private void makeTable() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            int version = statement.executeQuery("PRAGMA user_version").getInt(1);
            if (version > SCHEMA) {
                throw new SQLException("it was written by a newer version of this program (schema " + version + ")");
            }
            if (version < SCHEMA) {
                statement.executeUpdate("""
                        CREATE TABLE token (
                          serial BLOB NOT NULL UNIQUE,
                          imprint_algorithm TEXT NOT NULL,
                          imprint BLOB NOT NULL,
                          gen_time INTEGER NOT NULL,
                          policy TEXT NOT NULL,
                          der BLOB NOT NULL
                        )""");
                statement.executeUpdate("CREATE INDEX token_imprint ON token (imprint)");
                statement.executeUpdate("CREATE INDEX token_gen_time ON token (gen_time)");
                statement.executeUpdate("PRAGMA user_version = " + SCHEMA);
            }
        }
    }

    /** All or none; on the disk when this returns. */
    void add(List<ArchivedToken> tokens) throws SQLException {
        try {
            for (ArchivedToken token : tokens) {
                insert.setBytes(1, token.serialNumber().toByteArray());
                insert.setString(2, token.imprint().algorithm().oid().getId());
                insert.setBytes(3, token.imprint().value().toByteArray());
                insert.setLong(4, token.genTime().toEpochMilli());
                insert.setString(5, token.policy());
                insert.setBytes(6, token.token().toByteArray());
                insert.addBatch();
            }
            insert.executeBatch();
            connection.commit();
        } catch (SQLException e) {
            insert.clearBatch();
            connection.rollback();
            throw e;
        }
    }

    List<ArchivedToken> find(Search search) throws SQLException {
        Search.Condition condition = search.condition();
        List<ArchivedToken> found = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement(
                "SELECT serial, imprint_algorithm, imprint, gen_time, policy, der FROM token" + condition.sql()
                        + " ORDER BY gen_time, rowid LIMIT " + search.limit())) {
            int column = 1;
            for (Object parameter : condition.parameters()) {
                select.setObject(column++, parameter);
            }
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    found.add(token(rows));
                }
            }
        } finally {
            connection.rollback(); // Ends the read, which would keep the log from being folded into the table.
        }
        return found;
    }

    private static ArchivedToken token(ResultSet row) throws SQLException {
        DigestAlgorithm algorithm = DigestAlgorithm.of(new ASN1ObjectIdentifier(row.getString(2)))
                .orElseThrow(() -> new SQLException("a row of an unknown digest algorithm"));
        return new ArchivedToken(
                new BigInteger(row.getBytes(1)),
                new Digest(algorithm, Bytes.taking(row.getBytes(3))),
                Instant.ofEpochMilli(row.getLong(4)),
                row.getString(5),
                Bytes.taking(row.getBytes(6)));
    }

    /** Removes so many of those before the given time, the oldest first; says how many it were. */
    int remove(Instant before, int atMost) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement(
                "DELETE FROM token WHERE rowid IN (SELECT rowid FROM token WHERE gen_time < ? ORDER BY gen_time LIMIT ?)")) {
            delete.setLong(1, before.toEpochMilli());
            delete.setInt(2, atMost);
            int removed = delete.executeUpdate();
            connection.commit();
            return removed;
        } catch (SQLException e) {
            connection.rollback();
            throw e;
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}

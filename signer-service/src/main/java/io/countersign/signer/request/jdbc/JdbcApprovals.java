package io.countersign.signer.request.jdbc;

import io.countersign.key.Digest;
import io.countersign.signer.request.Approval;
import io.countersign.signer.request.Approvals;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;

/** The table {@code approval}, whose triggers refuse change and deletion. */
public final class JdbcApprovals implements Approvals {
    private static final String INSERT =
            "INSERT INTO approval (request, approver, session, at, artifact_sha256, policy_sha256, statement)"
                    + " VALUES (?, ?, ?, ?, ?, ?, ?)";
    private static final String OF_REQUEST = "SELECT * FROM approval WHERE request = ? ORDER BY at, approver";

    private final Sql sql;

    public JdbcApprovals(DataSource database) {
        this.sql = new Sql(database);
    }

    @Override
    public void add(Approval approval) {
        sql.update(
                "keep an approval of " + approval.request(),
                INSERT,
                approval.request().toString(),
                approval.approver(),
                approval.session(),
                approval.at().toEpochMilli(),
                approval.artifact().value().hex(),
                approval.policy().value().hex(),
                approval.statement().orElse(null));
    }

    @Override
    public List<Approval> of(UUID request) {
        return sql.query(JdbcApprovals::read, "read the approvals of " + request, OF_REQUEST, request.toString());
    }

    private static Approval read(ResultSet row) throws SQLException {
        return new Approval(
                UUID.fromString(row.getString("request")),
                row.getString("approver"),
                row.getString("session"),
                Instant.ofEpochMilli(row.getLong("at")),
                sha256(row, "artifact_sha256"),
                sha256(row, "policy_sha256"),
                Optional.ofNullable(row.getString("statement")));
    }

    private static Digest sha256(ResultSet row, String column) throws SQLException {
        return Row.sha256(row.getString(column));
    }
}

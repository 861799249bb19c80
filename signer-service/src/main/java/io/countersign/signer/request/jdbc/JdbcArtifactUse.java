package io.countersign.signer.request.jdbc;

import io.countersign.key.Digest;
import io.countersign.signer.request.ArtifactUse;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import javax.sql.DataSource;

/** The same table as {@link JdbcRequests}. */
public final class JdbcArtifactUse implements ArtifactUse {
    private static final String ENDED = "SELECT id, artifact_sha256, signed_sha256 FROM signing_request"
            + " WHERE finished_at IS NOT NULL AND artifacts_deleted_at IS NULL"
            + " AND project = ? AND policy = ? AND finished_at < ? ORDER BY finished_at LIMIT ?";
    private static final String USED = "SELECT 1 FROM signing_request WHERE artifact_sha256 = ?1"
            + " AND artifacts_deleted_at IS NULL AND id <> ?2"
            + " UNION ALL SELECT 1 FROM signing_request WHERE signed_sha256 = ?1"
            + " AND signed_sha256 IS NOT NULL AND artifacts_deleted_at IS NULL AND id <> ?2 LIMIT 1";

    private final Sql sql;

    public JdbcArtifactUse(DataSource database) {
        this.sql = new Sql(database);
    }

    @Override
    public List<Ended> endedBefore(String project, String policy, Instant time, int most) {
        return sql.query(
                JdbcArtifactUse::ended,
                "find requests that ended long ago",
                ENDED,
                project,
                policy,
                time.toEpochMilli(),
                most);
    }

    private static Ended ended(ResultSet row) throws SQLException {
        String signed = row.getString("signed_sha256");
        return new Ended(
                UUID.fromString(row.getString("id")),
                Stream.of(row.getString("artifact_sha256"), signed == null ? "" : signed)
                        .filter(hex -> !hex.isEmpty())
                        .map(Row::sha256)
                        .toList());
    }

    @Override
    public void letGo(UUID request, Instant at) {
        sql.update(
                "note that the artifacts of " + request + " are deleted",
                "UPDATE signing_request SET artifacts_deleted_at = ? WHERE id = ?",
                at.toEpochMilli(),
                request.toString());
    }

    @Override
    public boolean isUsed(Digest artifact, Optional<UUID> but) {
        return !sql.query(
                        row -> true,
                        "find who has an artifact",
                        USED,
                        artifact.value().hex(),
                        but.map(UUID::toString).orElse(""))
                .isEmpty();
    }
}

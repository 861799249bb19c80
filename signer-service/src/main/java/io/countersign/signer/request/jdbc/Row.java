package io.countersign.signer.request.jdbc;

import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import io.countersign.signer.request.SigningRequest;
import io.countersign.signer.request.SigningRequest.Canceled;
import io.countersign.signer.request.SigningRequest.Completed;
import io.countersign.signer.request.SigningRequest.Denied;
import io.countersign.signer.request.SigningRequest.Failed;
import io.countersign.signer.request.SigningRequest.Processing;
import io.countersign.signer.request.SigningRequest.Queued;
import io.countersign.signer.request.SigningRequest.WaitingForApproval;
import io.countersign.signer.request.Submission;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** The columns in which the states that a claimed request can turn into differ; null where a state has no such thing. */
record Row(
        String state,
        Long expiresAt,
        Long notBefore,
        String signed,
        String provenance,
        String reason,
        Long finishedAt) {

    static Row of(SigningRequest request) {
        if (request instanceof Queued q) {
            return new Row(
                    "QUEUED",
                    null,
                    q.notBefore().toEpochMilli(),
                    null,
                    null,
                    q.lastFailure().orElse(null),
                    null);
        }
        if (request instanceof WaitingForApproval w) {
            return new Row("WAITING_FOR_APPROVAL", w.expiresAt().toEpochMilli(), null, null, null, null, null);
        }
        if (request instanceof Canceled c) {
            return new Row("CANCELED", null, null, null, null, c.reason(), c.at().toEpochMilli());
        }
        if (request instanceof Completed c) {
            return new Row(
                    "COMPLETED", null, null, c.signed().value().hex(), c.provenance(), null, c.at().toEpochMilli());
        }
        if (request instanceof Failed f) {
            return new Row("FAILED", null, null, null, null, f.reason(), f.at().toEpochMilli());
        }
        if (request instanceof Denied d) {
            return new Row("DENIED", null, null, null, null, d.reason(), d.at().toEpochMilli());
        }
        throw new IllegalArgumentException("a request is claimed, not set, to processing");
    }

    static SigningRequest read(ResultSet row) throws SQLException {
        Submission submission = new Submission(
                UUID.fromString(row.getString("id")),
                row.getString("project"),
                row.getString("policy"),
                row.getString("policy_form"),
                row.getString("submitter"),
                row.getString("file_name"),
                Optional.ofNullable(row.getString("description")),
                sha256(row.getString("artifact_sha256")),
                row.getLong("artifact_size"),
                instant(row, "submitted_at"),
                Optional.ofNullable(row.getString("origin")).map(OriginJson::read),
                Optional.ofNullable(row.getString("idempotency_key")),
                Optional.ofNullable(row.getString("resubmitted_from")).map(UUID::fromString));
        int attempt = row.getInt("attempt");
        String reason = row.getString("reason");
        String state = row.getString("state");
        return switch (state) {
            case "WAITING_FOR_APPROVAL" -> new WaitingForApproval(submission, instant(row, "expires_at"));
            case "CANCELED" -> new Canceled(submission, reason, instant(row, "finished_at"));
            case "QUEUED" -> new Queued(submission, attempt, instant(row, "not_before"), Optional.ofNullable(reason));
            case "PROCESSING" ->
                new Processing(submission, attempt, row.getString("worker"), instant(row, "lease_until"));
            case "COMPLETED" ->
                new Completed(
                        submission,
                        sha256(row.getString("signed_sha256")),
                        row.getString("provenance"),
                        instant(row, "finished_at"));
            case "FAILED" -> new Failed(submission, reason, instant(row, "finished_at"));
            case "DENIED" -> new Denied(submission, reason, instant(row, "finished_at"));
            default -> throw new SQLException("request " + submission.id() + " is in unknown state " + state);
        };
    }

    static Digest sha256(String hex) {
        return new Digest(DigestAlgorithm.SHA256, Bytes.ofHex(hex));
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return Instant.ofEpochMilli(row.getLong(column));
    }
}

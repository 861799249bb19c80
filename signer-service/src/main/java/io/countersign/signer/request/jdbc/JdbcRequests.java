package io.countersign.signer.request.jdbc;

import io.countersign.signer.audit.AuditEvent;
import io.countersign.signer.request.PolicyState;
import io.countersign.signer.request.RequestQueue;
import io.countersign.signer.request.RequestRepository;
import io.countersign.signer.request.SigningRequest;
import io.countersign.signer.request.SigningRequest.Processing;
import io.countersign.signer.request.SigningRequest.Queued;
import io.countersign.signer.request.SigningRequest.WaitingForApproval;
import io.countersign.signer.request.Submission;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;

/**
 * The table {@code signing_request}: request and job are one row, so that they cannot disagree. Each method is
 * one transaction. Written for SQLite.
 */
public final class JdbcRequests implements RequestRepository, RequestQueue {
    static final String INSERT = "INSERT INTO signing_request (id, project, policy, policy_form, submitter,"
            + " file_name, description, artifact_sha256, artifact_size, submitted_at, origin, idempotency_key,"
            + " resubmitted_from, state, attempt, expires_at, not_before)"
            + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?)"
            + " ON CONFLICT (submitter, project, policy, idempotency_key)"
            + " WHERE idempotency_key IS NOT NULL AND state NOT IN ('FAILED', 'DENIED', 'CANCELED') DO NOTHING";
    private static final String CLAIM = "UPDATE signing_request"
            + " SET state = 'PROCESSING', attempt = attempt + 1, worker = ?, lease_until = ?, not_before = NULL"
            + " WHERE id = (SELECT id FROM signing_request"
            // Said again, so that SQLite takes the index of those alone: https://www.sqlite.org/partialindex.html,
            // section 3.
            + " WHERE state IN ('QUEUED', 'PROCESSING')"
            + " AND ((state = 'QUEUED' AND not_before <= ?) OR (state = 'PROCESSING' AND lease_until <= ?))"
            + " ORDER BY submitted_at, id LIMIT 1) RETURNING *";
    private static final String HELD = " WHERE id = ? AND state = 'PROCESSING' AND attempt = ? AND worker = ?";
    private static final String RENEW = "UPDATE signing_request SET lease_until = ?" + HELD;
    private static final String SETTLE =
            "UPDATE signing_request SET state = ?, attempt = ?, not_before = ?, signed_sha256 = ?,"
                    + " provenance = ?, reason = ?, finished_at = ?, worker = NULL, lease_until = NULL" + HELD;
    private static final String RELEASE_ALL = "UPDATE signing_request SET lease_until = ?"
            + " WHERE state IN ('QUEUED', 'PROCESSING') AND state = 'PROCESSING' RETURNING *";

    private static final String BY_KEY = "SELECT * FROM signing_request"
            + " WHERE submitter = ? AND project = ? AND policy = ? AND idempotency_key = ?"
            + " AND state NOT IN ('FAILED', 'DENIED', 'CANCELED')";
    private static final String TO_APPROVE = "SELECT * FROM signing_request WHERE state = 'WAITING_FOR_APPROVAL'"
            + " AND submitter <> ? AND (project, policy) IN (VALUES %s) ORDER BY EXISTS (SELECT 1 FROM approval a"
            + " WHERE a.request = signing_request.id AND a.approver = ?), submitted_at, id LIMIT ?";
    private static final String STATES =
            "SELECT DISTINCT project, policy, policy_form FROM signing_request WHERE state = 'WAITING_FOR_APPROVAL'";
    private static final String WAITING_UNDER = "SELECT * FROM signing_request WHERE state = 'WAITING_FOR_APPROVAL'"
            + " AND project = ? AND policy = ? AND policy_form = ? ORDER BY submitted_at, id LIMIT ?";
    private static final String THOUGH_APPROVED = "SELECT * FROM signing_request r WHERE state = 'WAITING_FOR_APPROVAL'"
            + " AND EXISTS (SELECT 1 FROM approval a WHERE a.request = r.id) ORDER BY submitted_at, id";
    private static final String EXPIRED = "SELECT * FROM signing_request"
            + " WHERE state = 'WAITING_FOR_APPROVAL' AND expires_at <= ? ORDER BY expires_at LIMIT ?";
    /** A request that a worker held meanwhile has another attempt number. */
    private static final String REPLACE =
            "UPDATE signing_request SET state = ?, expires_at = ?, not_before = ?, reason = ?,"
                    + " finished_at = ? WHERE id = ? AND state = ? AND attempt = ?";

    private final Sql sql;

    public JdbcRequests(DataSource database) {
        this.sql = new Sql(database);
    }

    @Override
    public boolean add(SigningRequest request) {
        return sql.update("keep request " + request.id(), INSERT, values(request)) == 1;
    }

    /** For {@link #INSERT}. */
    static Object[] values(SigningRequest request) {
        Submission s = request.submission();
        Row row = Row.of(request);
        return new Object[] {
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
            s.origin().map(OriginJson::write).orElse(null),
            s.idempotencyKey().orElse(null),
            s.resubmittedFrom().map(UUID::toString).orElse(null),
            row.state(),
            row.expiresAt(),
            row.notBefore()
        };
    }

    @Override
    public Optional<SigningRequest> findByKey(String submitter, String project, String policy, String key) {
        return query("find a request by its key", BY_KEY, submitter, project, policy, key).stream()
                .findFirst();
    }

    @Override
    public boolean replace(SigningRequest present, SigningRequest next) {
        return sql.update("change request " + present.id(), REPLACE, replacement(present, next)) == 1;
    }

    @Override
    public boolean end(SigningRequest present, SigningRequest next, AuditEvent why) {
        return sql.together(
                "end request " + present.id(),
                statements -> statements.update(REPLACE, replacement(present, next)) == 1 && statements.append(why));
    }

    /** For {@link #REPLACE}. */
    private static Object[] replacement(SigningRequest present, SigningRequest next) {
        if (!next.submission().equals(present.submission())) {
            throw new IllegalArgumentException(present.id() + " cannot become " + next);
        }
        Row row = Row.of(next);
        return new Object[] {
            row.state(),
            row.expiresAt(),
            row.notBefore(),
            row.reason(),
            row.finishedAt(),
            present.id().toString(),
            Row.of(present).state(),
            present instanceof Queued queued ? queued.attempts() : 0
        };
    }

    @Override
    public List<WaitingForApproval> waitingForApproval(List<PolicyName> policies, String approver, int most) {
        if (policies.isEmpty()) {
            return List.of();
        }
        List<Object> values = new ArrayList<>();
        values.add(approver);
        for (PolicyName policy : policies) {
            values.add(policy.project());
            values.add(policy.policy());
        }
        values.add(approver);
        values.add(most);
        return waiting(
                "list requests that wait for approval",
                TO_APPROVE.formatted(String.join(", ", Collections.nCopies(policies.size(), "(?, ?)"))),
                values.toArray());
    }

    @Override
    public List<PolicyState> statesWaitedUnder() {
        return sql.query(
                row -> new PolicyState(row.getString(1), row.getString(2), row.getString(3)),
                "list policies under which requests wait",
                STATES);
    }

    @Override
    public List<WaitingForApproval> waitingUnder(PolicyState state, int most) {
        return waiting(
                "list requests that wait under a policy",
                WAITING_UNDER,
                state.project(),
                state.policy(),
                state.form(),
                most);
    }

    @Override
    public List<WaitingForApproval> waitingThoughApproved() {
        return waiting("list approved requests that wait", THOUGH_APPROVED);
    }

    private List<WaitingForApproval> waiting(String purpose, String statement, Object... values) {
        return query(purpose, statement, values).stream()
                .map(WaitingForApproval.class::cast)
                .toList();
    }

    @Override
    public Optional<SigningRequest> find(UUID id) {
        return query("read request " + id, "SELECT * FROM signing_request WHERE id = ?", id.toString()).stream()
                .findFirst();
    }

    @Override
    public List<WaitingForApproval> expired(Instant now, int most) {
        return waiting("list requests that waited too long", EXPIRED, now.toEpochMilli(), most);
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
        return sql.update(
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
        return sql.update(
                        "settle request " + held.id(),
                        SETTLE,
                        row.state(),
                        next instanceof Queued queued ? queued.attempts() : held.attempt(),
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

    private List<SigningRequest> query(String purpose, String statement, Object... values) {
        return sql.query(Row::read, purpose, statement, values);
    }
}

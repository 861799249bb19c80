-- Requests may wait for approval and be canceled, and know where they come from. Audit events of more kinds, each with the session
-- its actor was known by. SQLite cannot change a CHECK in place (https://www.sqlite.org/lang_altertable.html, section 7).

CREATE TABLE signing_request_3 (
    id               TEXT    NOT NULL PRIMARY KEY,
    project          TEXT    NOT NULL,
    policy           TEXT    NOT NULL,
    policy_form      TEXT    NOT NULL,
    submitter        TEXT    NOT NULL,
    file_name        TEXT    NOT NULL,
    description      TEXT,
    artifact_sha256  TEXT    NOT NULL,
    artifact_size    BIGINT  NOT NULL,
    submitted_at     BIGINT  NOT NULL,
    origin           TEXT,
    idempotency_key  TEXT,
    resubmitted_from TEXT,
    state            TEXT    NOT NULL CHECK (state IN
        ('WAITING_FOR_APPROVAL', 'QUEUED', 'PROCESSING', 'COMPLETED', 'FAILED', 'DENIED', 'CANCELED')),
    expires_at       BIGINT,
    attempt          INTEGER NOT NULL,
    not_before       BIGINT,
    worker           TEXT,
    lease_until      BIGINT,
    signed_sha256    TEXT,
    provenance       TEXT,
    reason           TEXT,
    finished_at      BIGINT,
    CHECK ((state = 'WAITING_FOR_APPROVAL') = (expires_at IS NOT NULL)),
    CHECK ((state = 'QUEUED') = (not_before IS NOT NULL)),
    CHECK ((state = 'PROCESSING') = (worker IS NOT NULL AND lease_until IS NOT NULL)),
    CHECK ((state = 'COMPLETED') = (signed_sha256 IS NOT NULL AND provenance IS NOT NULL))
);

INSERT INTO signing_request_3 (id, project, policy, policy_form, submitter, file_name, description, artifact_sha256,
    artifact_size, submitted_at, state, attempt, not_before, worker, lease_until, signed_sha256, provenance, reason, finished_at)
SELECT id, project, policy, policy_form, submitter, file_name, description, artifact_sha256,
    artifact_size, submitted_at, state, attempt, not_before, worker, lease_until, signed_sha256, provenance, reason, finished_at
FROM signing_request;

DROP TABLE signing_request;

ALTER TABLE signing_request_3 RENAME TO signing_request;

CREATE INDEX signing_request_waiting ON signing_request (submitted_at, id)
    WHERE state IN ('QUEUED', 'PROCESSING');

CREATE INDEX signing_request_to_approve ON signing_request (submitted_at, id)
    WHERE state = 'WAITING_FOR_APPROVAL';

CREATE INDEX signing_request_expiring ON signing_request (expires_at)
    WHERE state = 'WAITING_FOR_APPROVAL';

-- The same order is taken once, however often a client that lost the answer sends it.
CREATE UNIQUE INDEX signing_request_once ON signing_request (submitter, project, policy, idempotency_key)
    WHERE idempotency_key IS NOT NULL;

-- Each approver once, for one file under one state of a policy.
CREATE TABLE approval (
    request         TEXT   NOT NULL,
    approver        TEXT   NOT NULL,
    session         TEXT   NOT NULL,
    at              BIGINT NOT NULL,
    artifact_sha256 TEXT   NOT NULL,
    policy_sha256   TEXT   NOT NULL,
    PRIMARY KEY (request, approver)
);

CREATE TRIGGER approval_no_update BEFORE UPDATE ON approval
BEGIN SELECT RAISE(ABORT, 'approval is append-only'); END;

CREATE TRIGGER approval_no_delete BEFORE DELETE ON approval
BEGIN SELECT RAISE(ABORT, 'approval is append-only'); END;

CREATE TABLE audit_event_3 (
    seq             INTEGER PRIMARY KEY AUTOINCREMENT,
    at              BIGINT  NOT NULL,
    kind            TEXT    NOT NULL,
    request         TEXT    NOT NULL,
    attempt         INTEGER,
    actor           TEXT,
    session         TEXT,
    key_name        TEXT,
    artifact_sha256 TEXT,
    policy_sha256   TEXT,
    result          TEXT CHECK (result IN ('SIGNED', 'UNSTAMPED', 'FAILED', 'INTERRUPTED')),
    output_sha256   TEXT,
    reason          TEXT,
    CHECK ((kind IN ('INTENT', 'OUTCOME')) = (attempt IS NOT NULL)),
    CHECK ((kind = 'OUTCOME') = (result IS NOT NULL)),
    CHECK (result <> 'UNSTAMPED' OR output_sha256 IS NOT NULL)
);

INSERT INTO audit_event_3 (seq, at, kind, request, attempt, actor, key_name, artifact_sha256, policy_sha256, result, output_sha256, reason)
SELECT seq, at, kind, request, attempt, actor, key_name, artifact_sha256, policy_sha256, result, output_sha256, reason
FROM audit_event ORDER BY seq;

DROP TABLE audit_event;

ALTER TABLE audit_event_3 RENAME TO audit_event;

-- An attempt has at most one intent and one outcome.
CREATE UNIQUE INDEX audit_event_once ON audit_event (request, attempt, kind) WHERE attempt IS NOT NULL;

CREATE INDEX audit_event_of_request ON audit_event (request, seq);

-- Budgets count the intents of a stretch of time.
CREATE INDEX audit_event_intents ON audit_event (at) WHERE kind = 'INTENT';

CREATE TRIGGER audit_event_no_update BEFORE UPDATE ON audit_event
BEGIN SELECT RAISE(ABORT, 'audit_event is append-only'); END;

CREATE TRIGGER audit_event_no_delete BEFORE DELETE ON audit_event
BEGIN SELECT RAISE(ABORT, 'audit_event is append-only'); END;

-- Instants are milliseconds since 1970 UTC, digests lower-case hexadecimal SHA-256.

CREATE TABLE signing_request (
    id              TEXT    NOT NULL PRIMARY KEY,
    project         TEXT    NOT NULL,
    policy          TEXT    NOT NULL,
    policy_form     TEXT    NOT NULL,
    submitter       TEXT    NOT NULL,
    file_name       TEXT    NOT NULL,
    description     TEXT,
    artifact_sha256 TEXT    NOT NULL,
    artifact_size   BIGINT  NOT NULL,
    submitted_at    BIGINT  NOT NULL,
    state           TEXT    NOT NULL CHECK (state IN ('QUEUED', 'PROCESSING', 'COMPLETED', 'FAILED', 'DENIED')),
    attempt         INTEGER NOT NULL,
    not_before      BIGINT,
    worker          TEXT,
    lease_until     BIGINT,
    signed_sha256   TEXT,
    provenance      TEXT,
    reason          TEXT,
    finished_at     BIGINT,
    CHECK ((state = 'QUEUED') = (not_before IS NOT NULL)),
    CHECK ((state = 'PROCESSING') = (worker IS NOT NULL AND lease_until IS NOT NULL)),
    CHECK ((state = 'COMPLETED') = (signed_sha256 IS NOT NULL AND provenance IS NOT NULL))
);

CREATE INDEX signing_request_waiting ON signing_request (submitted_at, id)
    WHERE state IN ('QUEUED', 'PROCESSING');

CREATE TABLE audit_event (
    seq             INTEGER PRIMARY KEY AUTOINCREMENT,
    at              BIGINT  NOT NULL,
    kind            TEXT    NOT NULL CHECK (kind IN ('INTENT', 'OUTCOME', 'REFUSAL')),
    request         TEXT    NOT NULL,
    attempt         INTEGER,
    actor           TEXT,
    key_name        TEXT,
    artifact_sha256 TEXT,
    policy_sha256   TEXT,
    result          TEXT CHECK (result IN ('SIGNED', 'FAILED', 'INTERRUPTED')),
    output_sha256   TEXT,
    reason          TEXT,
    CHECK ((kind = 'REFUSAL') = (attempt IS NULL)),
    CHECK ((kind = 'OUTCOME') = (result IS NOT NULL))
);

-- An attempt has at most one intent and one outcome.
CREATE UNIQUE INDEX audit_event_once ON audit_event (request, attempt, kind) WHERE kind <> 'REFUSAL';

CREATE TRIGGER audit_event_no_update BEFORE UPDATE ON audit_event
BEGIN SELECT RAISE(ABORT, 'audit_event is append-only'); END;

CREATE TRIGGER audit_event_no_delete BEFORE DELETE ON audit_event
BEGIN SELECT RAISE(ABORT, 'audit_event is append-only'); END;

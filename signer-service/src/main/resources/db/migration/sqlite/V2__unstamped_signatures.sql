-- An outcome may be UNSTAMPED. SQLite cannot change a CHECK in place (https://www.sqlite.org/lang_altertable.html, section 7), so
-- the table is made anew with every row as it was. DROP TABLE fires no trigger; those against change are made again below.

CREATE TABLE audit_event_2 (
    seq             INTEGER PRIMARY KEY AUTOINCREMENT,
    at              BIGINT  NOT NULL,
    kind            TEXT    NOT NULL CHECK (kind IN ('INTENT', 'OUTCOME', 'REFUSAL')),
    request         TEXT    NOT NULL,
    attempt         INTEGER,
    actor           TEXT,
    key_name        TEXT,
    artifact_sha256 TEXT,
    policy_sha256   TEXT,
    result          TEXT CHECK (result IN ('SIGNED', 'UNSTAMPED', 'FAILED', 'INTERRUPTED')),
    output_sha256   TEXT,
    reason          TEXT,
    CHECK ((kind = 'REFUSAL') = (attempt IS NULL)),
    CHECK ((kind = 'OUTCOME') = (result IS NOT NULL)),
    CHECK (result <> 'UNSTAMPED' OR output_sha256 IS NOT NULL)
);

INSERT INTO audit_event_2
SELECT seq, at, kind, request, attempt, actor, key_name, artifact_sha256, policy_sha256, result, output_sha256, reason
FROM audit_event ORDER BY seq;

DROP TABLE audit_event;

ALTER TABLE audit_event_2 RENAME TO audit_event;

-- An attempt has at most one intent and one outcome.
CREATE UNIQUE INDEX audit_event_once ON audit_event (request, attempt, kind) WHERE kind <> 'REFUSAL';

CREATE TRIGGER audit_event_no_update BEFORE UPDATE ON audit_event
BEGIN SELECT RAISE(ABORT, 'audit_event is append-only'); END;

CREATE TRIGGER audit_event_no_delete BEFORE DELETE ON audit_event
BEGIN SELECT RAISE(ABORT, 'audit_event is append-only'); END;

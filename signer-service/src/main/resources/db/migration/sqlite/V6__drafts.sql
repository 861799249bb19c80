-- Orders whose file is still to come. When it comes, the row goes and one of signing_request with the same id is there instead.

CREATE TABLE draft (
    id              TEXT   NOT NULL PRIMARY KEY,
    project         TEXT   NOT NULL,
    policy          TEXT   NOT NULL,
    submitter       TEXT   NOT NULL,
    description     TEXT,
    origin          TEXT,
    idempotency_key TEXT,
    submitted_at    BIGINT NOT NULL,
    expires_at      BIGINT NOT NULL,
    state           TEXT   NOT NULL CHECK (state IN ('OPEN', 'CANCELED', 'EXPIRED')),
    reason          TEXT,
    finished_at     BIGINT,
    CHECK ((state = 'OPEN') = (reason IS NULL)),
    CHECK ((state = 'OPEN') = (finished_at IS NULL))
);

CREATE UNIQUE INDEX draft_once ON draft (submitter, project, policy, idempotency_key)
    WHERE idempotency_key IS NOT NULL;

CREATE INDEX draft_open ON draft (submitter) WHERE state = 'OPEN';

CREATE INDEX draft_expiring ON draft (expires_at) WHERE state = 'OPEN';

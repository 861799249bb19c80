-- An approval is signed by the service that took it: a DSSE envelope. One without it does not count, so that who writes to this
-- table alone approves nothing; nor does it keep its approver from approving. SQLite cannot change a primary key in place
-- (https://www.sqlite.org/lang_altertable.html, section 7).

CREATE TABLE approval_13 (
    request         TEXT   NOT NULL,
    approver        TEXT   NOT NULL,
    session         TEXT   NOT NULL,
    at              BIGINT NOT NULL,
    artifact_sha256 TEXT   NOT NULL,
    policy_sha256   TEXT   NOT NULL,
    statement       TEXT
);

INSERT INTO approval_13 (request, approver, session, at, artifact_sha256, policy_sha256)
SELECT request, approver, session, at, artifact_sha256, policy_sha256 FROM approval;

DROP TABLE approval;

ALTER TABLE approval_13 RENAME TO approval;

CREATE INDEX approval_of_request ON approval (request);

CREATE TRIGGER approval_no_update BEFORE UPDATE ON approval
BEGIN SELECT RAISE(ABORT, 'approval is append-only'); END;

CREATE TRIGGER approval_no_delete BEFORE DELETE ON approval
BEGIN SELECT RAISE(ABORT, 'approval is append-only'); END;

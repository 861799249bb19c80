-- A credential may be a browser's session. SQLite cannot change a CHECK in place (https://www.sqlite.org/lang_altertable.html,
-- section 7), so the table is made anew with every row as it was.

CREATE TABLE credential_10 (
    id           TEXT   NOT NULL PRIMARY KEY,
    token_sha256 TEXT   NOT NULL UNIQUE,
    kind         TEXT   NOT NULL CHECK (kind IN ('API_TOKEN', 'EXCHANGED', 'SESSION')),
    identity     TEXT   NOT NULL,
    name         TEXT   NOT NULL,
    project      TEXT,
    policy       TEXT,
    origin       TEXT,
    session      TEXT   NOT NULL,
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    revoked_at   BIGINT,
    CHECK (policy IS NULL OR project IS NOT NULL),
    CHECK (kind <> 'EXCHANGED' OR (project IS NOT NULL AND policy IS NOT NULL)),
    CHECK (kind <> 'SESSION' OR (project IS NULL AND origin IS NULL))
);

INSERT INTO credential_10 (id, token_sha256, kind, identity, name, project, policy, origin, session, created_at, expires_at, revoked_at)
SELECT id, token_sha256, kind, identity, name, project, policy, origin, session, created_at, expires_at, revoked_at
FROM credential;

DROP TABLE credential;

ALTER TABLE credential_10 RENAME TO credential;

CREATE INDEX credential_expiring ON credential (expires_at);

-- Tokens this service gives out; only their SHA-256 is kept. And the ID tokens that were exchanged for one, until they have expired.

CREATE TABLE credential (
    id           TEXT   NOT NULL PRIMARY KEY,
    token_sha256 TEXT   NOT NULL UNIQUE,
    kind         TEXT   NOT NULL CHECK (kind IN ('API_TOKEN', 'EXCHANGED')),
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
    CHECK (kind <> 'EXCHANGED' OR (project IS NOT NULL AND policy IS NOT NULL))
);

CREATE INDEX credential_expiring ON credential (expires_at);

CREATE TABLE exchanged_token (
    issuer     TEXT   NOT NULL,
    jti_sha256 TEXT   NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (issuer, jti_sha256)
);

CREATE INDEX exchanged_token_expiring ON exchanged_token (expires_at);

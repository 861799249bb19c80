-- What an identity's oidc block, and its issuer, were when a build got its token. Tokens from before this have none, and are no good.
ALTER TABLE credential ADD COLUMN match_sha256 TEXT;

-- Of everything that ended before this, webhooks were told. It begins where the newest delivery was made, or now.
CREATE TABLE webhook_position (
    only_one INTEGER NOT NULL PRIMARY KEY CHECK (only_one = 1),
    at       BIGINT  NOT NULL
);

INSERT INTO webhook_position (only_one, at)
SELECT 1, COALESCE((SELECT MAX(created_at) FROM webhook_delivery), CAST(strftime('%s', 'now') AS INTEGER) * 1000) - 600000;

-- An order that came to nothing gives its key back: a job that runs again submits anew.
DROP INDEX signing_request_once;

CREATE UNIQUE INDEX signing_request_once ON signing_request (submitter, project, policy, idempotency_key)
    WHERE idempotency_key IS NOT NULL AND state NOT IN ('FAILED', 'DENIED', 'CANCELED');

DROP INDEX draft_once;

CREATE UNIQUE INDEX draft_once ON draft (submitter, project, policy, idempotency_key)
    WHERE idempotency_key IS NOT NULL AND state = 'OPEN';

-- Artifacts of requests that ended long ago are deleted where their policy says so; the requests stay.
ALTER TABLE signing_request ADD COLUMN artifacts_deleted_at BIGINT;

CREATE INDEX signing_request_keeping ON signing_request (project, policy, finished_at)
    WHERE finished_at IS NOT NULL AND artifacts_deleted_at IS NULL;

-- Whether another request has the same file.
CREATE INDEX signing_request_artifact ON signing_request (artifact_sha256) WHERE artifacts_deleted_at IS NULL;

CREATE INDEX signing_request_signed ON signing_request (signed_sha256)
    WHERE signed_sha256 IS NOT NULL AND artifacts_deleted_at IS NULL;

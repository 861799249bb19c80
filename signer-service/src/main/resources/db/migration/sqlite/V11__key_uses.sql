-- Uses of a key for requests name project and policy as those for bare digests do, and budgets count both by one index. What older
-- versions wrote stays as it is and is found through its request.
DROP INDEX IF EXISTS audit_event_intents;
DROP INDEX IF EXISTS audit_event_hash_intents;

CREATE INDEX audit_event_key_uses ON audit_event (project, policy, at) WHERE kind IN ('INTENT', 'HASH_INTENT');

CREATE INDEX audit_event_unnamed_intents ON audit_event (at) WHERE kind = 'INTENT' AND project IS NULL;

-- Signatures that wait for their timestamp are no request's artifacts, and stay.
CREATE INDEX audit_event_unstamped ON audit_event (output_sha256) WHERE result = 'UNSTAMPED';

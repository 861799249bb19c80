-- Uses of a key for bare digests, which are no signing requests: they count against the budget of their policy.
ALTER TABLE audit_event ADD COLUMN project TEXT;
ALTER TABLE audit_event ADD COLUMN policy TEXT;
ALTER TABLE audit_event ADD COLUMN digest TEXT;

CREATE INDEX audit_event_hash_intents ON audit_event (project, policy, at) WHERE kind = 'HASH_INTENT';

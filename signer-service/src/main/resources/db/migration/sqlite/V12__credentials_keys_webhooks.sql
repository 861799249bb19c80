-- What an identity's oidc block, and its issuer, were when a build got its token. Tokens from before this have none, and are no good.
ALTER TABLE credential ADD COLUMN match_sha256 TEXT;

package io.countersign.signer.identity.token;

import io.countersign.key.Digest;
import io.countersign.policy.Origin;
import io.countersign.signer.identity.Caller.Scope;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * A token that was given out.
 *
 * @param token its SHA-256; the token itself is nowhere
 * @param identity the name of whose it is
 * @param name what its owner calls it; of a session, what its identity was known by
 * @param match {@link MatchDigest} of its identity when it was exchanged
 * @param session what stands in records of what is done with it
 * @param revokedAt when it was taken back
 */
public record Credential(
        UUID id,
        Digest token,
        Kind kind,
        String identity,
        String name,
        Optional<Scope> scope,
        Optional<Origin> origin,
        Optional<Digest> match,
        String session,
        Instant createdAt,
        Instant expiresAt,
        Optional<Instant> revokedAt) {
    /** What it was given for. */
    public enum Kind {
        /** Somebody asked for it, to keep it. */
        API_TOKEN,
        /** In exchange for an ID token of a build. */
        EXCHANGED,
        /** Somebody signed in with a browser, which has it in a cookie. It calls no API, and the others open no page. */
        SESSION
    }

    boolean isGoodAt(Instant at) {
        return revokedAt.isEmpty() && at.isBefore(expiresAt);
    }
}

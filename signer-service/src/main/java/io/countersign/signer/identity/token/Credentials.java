package io.countersign.signer.identity.token;

import io.countersign.key.Digest;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Where credentials are kept. Safe for several threads.
 *
 * <p>Every method throws {@link io.countersign.signer.request.StoreUnavailable} if the store cannot answer.
 */
public interface Credentials {
    void add(Credential credential);

    /** By the SHA-256 of the token. */
    Optional<Credential> find(Digest token);

    Optional<Credential> find(UUID id);

    /** All of a kind that have not expired, the newest first. */
    List<Credential> list(Credential.Kind kind, Instant now, int most);

    /** Takes one back; false if there is none, or it was taken back before. */
    boolean revoke(UUID id, Instant at);

    /**
     * Notes that an ID token was exchanged, or that a sign-in was ended.
     *
     * @param jti SHA-256 of what tells it from others of its issuer
     * @param expiresAt when the note is needed no longer
     * @return false if that was noted before
     */
    boolean exchangeOnce(String issuer, Digest jti, Instant expiresAt);

    /** Forgets notes that are needed no longer, and tokens that expired long ago. */
    void sweep(Instant now);
}

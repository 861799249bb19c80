package io.countersign.signer.identity.session;

import io.countersign.signer.identity.Caller;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;

/** Somebody who signed in, with the roles that their identity has now. */
public final class Session {
    private final UUID id;
    private final Caller caller;
    private final Instant expiresAt;
    private final Seal seal;

    Session(UUID id, Caller caller, Instant expiresAt, String secret) {
        this.id = id;
        this.caller = caller;
        this.expiresAt = expiresAt;
        this.seal = new Seal(secret.getBytes(StandardCharsets.US_ASCII));
    }

    UUID id() {
        return id;
    }

    public Caller caller() {
        return caller;
    }

    public Instant expiresAt() {
        return expiresAt;
    }

    /**
     * A mark that only this session's pages can bear: an HMAC under the session's secret, which no page shows and no other site knows.
     * On a form it shows that the form came from a page of this session.
     */
    public String mark(String text) {
        return seal.mark(text);
    }

    /** Whether this is that mark; takes the same time whatever is sent. */
    public boolean isMark(String text, String sent) {
        return seal.isMark(text, sent);
    }
}

package io.countersign.signer.identity.session;

import io.countersign.signer.identity.Caller;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Somebody who signed in, with the roles that their identity has now. */
public final class Session {
    private static final String HMAC = "HmacSHA256";

    private final UUID id;
    private final Caller caller;
    private final Instant expiresAt;
    private final String secret;

    Session(UUID id, Caller caller, Instant expiresAt, String secret) {
        this.id = id;
        this.caller = caller;
        this.expiresAt = expiresAt;
        this.secret = secret;
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
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.US_ASCII), HMAC));
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JVM has " + HMAC, e);
        }
    }

    /** Whether this is that mark; takes the same time whatever is sent. */
    public boolean isMark(String text, String sent) {
        return MessageDigest.isEqual(
                mark(text).getBytes(StandardCharsets.US_ASCII), sent.getBytes(StandardCharsets.UTF_8));
    }
}

package io.countersign.signer.identity;

import io.countersign.home.Configuration.Identity;
import io.countersign.key.DigestAlgorithm;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Knows callers by their bearer token (RFC 6750 section 2.1). Only the tokens' SHA-256 is held, and every comparison takes the
 * same time whichever identity matches. Immutable.
 */
public final class BearerTokens {
    private static final String SCHEME = "bearer ";

    private final List<Identity> identities;

    public BearerTokens(List<Identity> identities) {
        this.identities = List.copyOf(identities);
    }

    /** Who sent this Authorization header; empty where it is absent, of another scheme, or fits nobody. */
    public Optional<Caller> authenticate(String authorization) {
        if (authorization == null || !authorization.toLowerCase(Locale.ROOT).startsWith(SCHEME)) {
            return Optional.empty();
        }
        byte[] token = authorization.substring(SCHEME.length()).strip().getBytes(StandardCharsets.UTF_8);
        byte[] presented = DigestAlgorithm.SHA256.newMessageDigest().digest(token);
        Optional<Caller> caller = Optional.empty();
        for (Identity identity : identities) {
            // No early exit: the time taken must not tell how far down the list a match stands.
            if (MessageDigest.isEqual(presented, identity.tokenSha256().toByteArray())) {
                caller = Optional.of(new Caller(identity.name()));
            }
        }
        return caller;
    }
}

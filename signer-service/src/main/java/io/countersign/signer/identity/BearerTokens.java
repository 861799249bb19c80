package io.countersign.signer.identity;

import io.countersign.home.Configuration;
import io.countersign.home.Identity;
import io.countersign.key.Bytes;
import io.countersign.key.DigestAlgorithm;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Knows callers by their bearer token (RFC 6750 section 2.1). Only the tokens' SHA-256 is held, and every comparison takes the
 * same time whichever identity matches. Safe for several threads.
 */
public final class BearerTokens {
    private static final String SCHEME = "bearer ";

    private final Supplier<Configuration> configuration;

    public BearerTokens(Supplier<Configuration> configuration) {
        this.configuration = configuration;
    }

    /** Who sent this Authorization header; empty where it is absent, of another scheme, or fits nobody. */
    public Optional<Caller> authenticate(String authorization) {
        return token(authorization).flatMap(this::ofToken);
    }

    /** The token of an Authorization header; empty where it is absent or of another scheme. */
    public static Optional<String> token(String authorization) {
        return Optional.ofNullable(authorization)
                .filter(a -> a.toLowerCase(Locale.ROOT).startsWith(SCHEME))
                .map(a -> a.substring(SCHEME.length()).strip());
    }

    /** Whose token of the configuration this is. */
    public Optional<Caller> ofToken(String token) {
        byte[] presented = DigestAlgorithm.SHA256.newMessageDigest().digest(token.getBytes(StandardCharsets.UTF_8));
        Optional<Caller> caller = Optional.empty();
        for (Identity identity : configuration.get().identities()) {
            // No early exit: the time taken must not tell how far down the list a match stands.
            if (MessageDigest.isEqual(
                    presented, identity.tokenSha256().orElse(Bytes.of()).toByteArray())) {
                caller = Optional.of(Caller.configured(identity.name(), identity.roles()));
            }
        }
        return caller;
    }
}

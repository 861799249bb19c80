package io.countersign.signer.identity.token;

import io.countersign.home.Configuration;
import io.countersign.home.Identity;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import io.countersign.policy.Origin;
import io.countersign.signer.identity.Caller;
import io.countersign.signer.identity.Caller.Scope;
import io.countersign.signer.identity.token.Credential.Kind;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Gives tokens out and knows them again. A token does no more than its identity may at the time it is used, and no more than
 * its scope. Safe for several threads.
 */
public final class IssuedTokens {
    /** Tells our tokens from others', for people and for secret scanners. */
    private static final String PREFIX = "csn_";

    private static final int OCTETS = 32;

    /** How long a build submits; what it waits for may take longer. */
    static final Duration SUBMITTING = Duration.ofHours(1);

    /** What the session of an API token begins with. */
    static final String API_TOKEN_SESSION = "api-token:";

    private static final String BROWSER_SESSION = "session:";

    private final Supplier<Configuration> configuration;
    private final Credentials credentials;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();

    public IssuedTokens(Supplier<Configuration> configuration, Credentials credentials, InstantSource clock) {
        this.configuration = configuration;
        this.credentials = credentials;
        this.clock = clock;
    }

    /**
     * A new token; the only time it is seen.
     *
     * @param secret the token itself
     */
    public record Issued(Credential credential, String secret) {}

    /** One to keep. */
    public Issued apiToken(String identity, String name, Optional<Scope> scope, Duration life) {
        UUID id = UUID.randomUUID();
        return issue(
                id,
                Kind.API_TOKEN,
                identity,
                name,
                scope,
                Optional.empty(),
                Optional.empty(),
                API_TOKEN_SESSION + id,
                life);
    }

    /**
     * One for a build.
     *
     * @param match {@link MatchDigest} of the identity
     * @param session names the ID token it was exchanged for
     */
    Issued exchanged(
            String identity,
            Scope scope,
            Optional<Origin> origin,
            Optional<Digest> match,
            String session,
            Duration life) {
        return issue(
                UUID.randomUUID(), Kind.EXCHANGED, identity, "build", Optional.of(scope), origin, match, session, life);
    }

    /**
     * One for a browser.
     *
     * @param knownBy what proved the identity
     */
    public Issued session(String identity, String knownBy, Duration life) {
        UUID id = UUID.randomUUID();
        return issue(
                id,
                Kind.SESSION,
                identity,
                knownBy,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                BROWSER_SESSION + id,
                life);
    }

    /** Whether a token looks like one that was given out here, good or not. */
    public static boolean isOurs(String token) {
        return token.startsWith(PREFIX);
    }

    private Issued issue(
            UUID id,
            Kind kind,
            String identity,
            String name,
            Optional<Scope> scope,
            Optional<Origin> origin,
            Optional<Digest> match,
            String session,
            Duration life) {
        byte[] octets = new byte[OCTETS];
        random.nextBytes(octets);
        String secret = PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(octets);
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        Credential credential = new Credential(
                id,
                digest(secret),
                kind,
                identity,
                name,
                scope,
                origin,
                match,
                session,
                now,
                now.plus(life),
                Optional.empty());
        credentials.add(credential);
        return new Issued(credential, secret);
    }

    /**
     * Who presents this token; empty where it is none of ours, has expired, was revoked, is a browser's, or its identity is gone, or
     * where it was exchanged for an ID token that would not be believed by the configuration as it is now.
     */
    public Optional<Caller> authenticate(String token) {
        Configuration now = configuration.get();
        return good(token)
                .filter(c -> c.kind() != Kind.SESSION)
                .flatMap(c -> now.identity(c.identity())
                        .filter(i -> c.kind() != Kind.EXCHANGED
                                || (c.match().isPresent() && c.match().equals(MatchDigest.of(now, i))))
                        .map(i -> caller(i, c)));
    }

    /** The session with this secret; empty where it is none, has expired, or was ended. */
    public Optional<Credential> findSession(String secret) {
        return good(secret).filter(c -> c.kind() == Kind.SESSION);
    }

    private Optional<Credential> good(String token) {
        return isOurs(token)
                ? credentials.find(digest(token)).filter(c -> c.isGoodAt(clock.instant()))
                : Optional.empty();
    }

    /** Roles are for the whole installation, so a token bound to a part of it has none. */
    private static Caller caller(Identity identity, Credential credential) {
        return new Caller(
                identity.name(),
                credential.scope().isPresent() ? Set.of() : identity.roles(),
                credential.scope(),
                credential.origin(),
                credential.session(),
                credential.kind() == Kind.EXCHANGED
                        ? Optional.of(credential.createdAt().plus(SUBMITTING))
                        : Optional.empty());
    }

    private static Digest digest(String token) {
        return DigestAlgorithm.SHA256.digest(token.getBytes(StandardCharsets.UTF_8));
    }
}

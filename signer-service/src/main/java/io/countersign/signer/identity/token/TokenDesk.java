package io.countersign.signer.identity.token;

import io.countersign.home.Configuration;
import io.countersign.home.Role;
import io.countersign.signer.audit.AuditEvent.Administration;
import io.countersign.signer.audit.AuditLog;
import io.countersign.signer.identity.Caller;
import io.countersign.signer.identity.Caller.Scope;
import io.countersign.signer.identity.token.Credential.Kind;
import io.countersign.signer.identity.token.IssuedTokens.Issued;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Where API tokens are made, and taken back as sessions of browsers are: by their owner, or by an administrator for anybody. All of it
 * is on record. Safe for several threads.
 */
public final class TokenDesk {
    private static final int MOST_EACH = 100;
    private static final int MOST_LISTED = 10_000;

    private final Supplier<Configuration> configuration;
    private final IssuedTokens issued;
    private final Credentials credentials;
    private final AuditLog audit;
    private final InstantSource clock;

    public TokenDesk(
            Supplier<Configuration> configuration,
            IssuedTokens issued,
            Credentials credentials,
            AuditLog audit,
            InstantSource clock) {
        this.configuration = configuration;
        this.issued = issued;
        this.credentials = credentials;
        this.audit = audit;
        this.clock = clock;
    }

    /**
     * Makes one.
     *
     * @param name what its owner calls it
     * @throws TokenNotGiven if the caller may not have it
     */
    public Issued make(Caller caller, String identity, String name, Optional<Scope> scope, Duration life)
            throws TokenNotGiven {
        requireAllowed(caller, identity);
        Configuration now = configuration.get();
        if (now.identity(identity).isEmpty()) {
            throw new TokenNotGiven(
                    "there is no identity \"" + identity + "\"", "name one of those in countersign.yaml");
        }
        if (scope.isPresent() && !exists(now, scope.get())) {
            throw new TokenNotGiven(
                    "there is no such project or policy to bind the token to", "check both slugs in countersign.yaml");
        }
        if (tokensOf(identity).size() >= MOST_EACH) {
            throw new TokenNotGiven(
                    "\"" + identity + "\" has " + MOST_EACH + " API tokens", "revoke those that are not used");
        }
        Issued token = issued.apiToken(identity, name, scope, life);
        record(
                caller,
                token.credential().id(),
                "made API token \"" + name + "\" of " + identity
                        + scope.map(s -> " for " + s.project()
                                        + s.policy().map(p -> "/" + p).orElse(""))
                                .orElse("") + ", good until "
                        + token.credential().expiresAt());
        return token;
    }

    /** Those of a kind that the caller may take back, the newest first. */
    public List<Credential> list(Caller caller, Kind kind) {
        return all(kind).stream().filter(c -> mayRevoke(caller, c)).toList();
    }

    /** What builds have for the moment is not theirs to look after. */
    private static boolean mayRevoke(Caller caller, Credential credential) {
        boolean own =
                credential.kind() != Kind.EXCHANGED && credential.identity().equals(caller.name());
        return caller.scope().isEmpty() && (own || isAdministrator(caller));
    }

    /**
     * Takes one back.
     *
     * @throws TokenNotGiven if there is none that the caller may take back
     */
    public void revoke(Caller caller, UUID id) throws TokenNotGiven {
        Optional<Credential> known = credentials.find(id).filter(c -> mayRevoke(caller, c));
        if (known.isEmpty() || !credentials.revoke(id, now())) {
            throw new TokenNotGiven(
                    "there is no API token and no session " + id + " that you could revoke",
                    "ask for the list of ApiTokens; the audit log names sessions");
        }
        record(
                caller,
                id,
                switch (known.get().kind()) {
                    case API_TOKEN -> "revoked an API token";
                    case EXCHANGED ->
                        "revoked the token of a build of " + known.get().identity();
                    case SESSION -> "ended a session of " + known.get().identity();
                });
    }

    private static void requireAllowed(Caller caller, String identity) throws TokenNotGiven {
        if (caller.scope().isPresent() || caller.session().startsWith(IssuedTokens.API_TOKEN_SESSION)) {
            // Else whoever got hold of one for a day could have one for a year.
            throw new TokenNotGiven(
                    "a credential that was given out makes no others",
                    "use the identity's own token or certificate, which countersign.yaml names");
        }
        if (!caller.name().equals(identity) && !isAdministrator(caller)) {
            throw new TokenNotGiven("\"" + caller.name() + "\" makes tokens for itself alone", "ask an administrator");
        }
    }

    private static boolean isAdministrator(Caller caller) {
        return caller.roles().contains(Role.ADMINISTRATOR);
    }

    private static boolean exists(Configuration now, Scope scope) {
        return now.project(scope.project())
                .filter(p -> scope.policy().map(s -> p.policy(s).isPresent()).orElse(true))
                .isPresent();
    }

    private List<Credential> tokensOf(String identity) {
        return all(Kind.API_TOKEN).stream()
                .filter(c -> c.identity().equals(identity))
                .toList();
    }

    private List<Credential> all(Kind kind) {
        return credentials.list(kind, now(), MOST_LISTED).stream()
                .filter(c -> c.revokedAt().isEmpty())
                .toList();
    }

    private void record(Caller caller, UUID id, String what) {
        audit.append(new Administration(id, now(), caller.name(), caller.session(), what));
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }
}

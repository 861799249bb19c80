package io.countersign.signer.identity.token;

import io.countersign.home.Configuration;
import io.countersign.home.Policy;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import io.countersign.signer.identity.Caller.Scope;
import io.countersign.signer.identity.oidc.IdTokens;
import io.countersign.signer.identity.oidc.IdTokens.Believed;
import io.countersign.signer.identity.oidc.IssuerUnavailable;
import io.countersign.signer.identity.oidc.TokenRefused;
import io.countersign.signer.identity.token.IssuedTokens.Issued;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Gives an access token for the ID token of a build (RFC 8693). It is bound to one policy of one project, bears the origin the
 * ID token vouched for, and lives as long as a request may wait for approval, if its policy wants any. An ID token is exchanged once. Safe for several
 * threads.
 */
public final class TokenExchange {
    /** For what comes after an approval: signing, and fetching the result. */
    private static final Duration AFTERWARDS = Duration.ofHours(1);

    private final Supplier<Configuration> configuration;
    private final IdTokens idTokens;
    private final Credentials credentials;
    private final IssuedTokens issued;

    public TokenExchange(
            Supplier<Configuration> configuration, IdTokens idTokens, Credentials credentials, IssuedTokens issued) {
        this.configuration = configuration;
        this.idTokens = idTokens;
        this.credentials = credentials;
        this.issued = issued;
    }

    /**
     * Exchanges an ID token.
     *
     * @throws ExchangeRefused if it is not believed, was exchanged before, or its identity may not submit there
     * @throws IssuerUnavailable if its issuer's keys cannot be had
     */
    public Issued exchange(String idToken, String project, String policy) throws ExchangeRefused, IssuerUnavailable {
        Believed believed;
        try {
            believed = idTokens.believe(idToken);
        } catch (TokenRefused e) {
            throw new ExchangeRefused(e.isGenuine(), "invalid_request", e.getMessage(), e.remedy());
        }
        String identity = believed.identity().name();
        Optional<Policy> wanted = configuration
                .get()
                .project(project)
                .flatMap(p -> p.policy(policy))
                .filter(p -> p.submitters().contains(identity));
        if (wanted.isEmpty()) {
            throw new ExchangeRefused(
                    true,
                    "invalid_scope",
                    "\"" + identity + "\" is not a submitter of policy \"" + policy + "\" of project \"" + project
                            + "\"",
                    "have it added to the policy's submitters, or ask for a policy it may submit to");
        }
        Digest jti = DigestAlgorithm.SHA256.digest(believed.jti().getBytes(StandardCharsets.UTF_8));
        String issuer = believed.issuer().name();
        if (!credentials.exchangeOnce(
                issuer,
                jti,
                believed.expiresAt().plus(believed.issuer().clockSkew().multipliedBy(2)))) {
            throw new ExchangeRefused(
                    true,
                    "invalid_request",
                    "this ID token was exchanged before",
                    "ask the CI system for a fresh one; the request is found again by its idempotency key");
        }
        boolean waits = wanted.get().approvals() > 0;
        return issued.exchanged(
                identity,
                new Scope(project, Optional.of(policy)),
                believed.origin(),
                MatchDigest.of(configuration.get(), believed.identity()),
                "oidc:" + issuer + ":" + jti.value().hex(),
                waits ? wanted.get().approval().expiry().plus(AFTERWARDS) : AFTERWARDS);
    }
}

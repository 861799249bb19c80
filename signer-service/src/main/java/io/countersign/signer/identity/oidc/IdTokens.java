package io.countersign.signer.identity.oidc;

import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import io.countersign.home.Configuration;
import io.countersign.home.Identity;
import io.countersign.home.Issuer;
import io.countersign.policy.Origin;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Believes ID tokens (RFC 7519) of the configured issuers and tells whose they are. Signature, issuer, audience and times are
 * checked by Nimbus; beside them a token needs a {@code jti}, so that it can be refused a second time, and may not live longer
 * than a day. Safe for several threads.
 */
public final class IdTokens {
    private static final Duration LONGEST_LIFE = Duration.ofDays(1);
    private static final int LONGEST_JTI = 256;

    private final Supplier<Configuration> configuration;
    private final Verification verification;
    private final InstantSource clock;

    /** @param leastInterval between two questions to an issuer for its keys */
    public IdTokens(Supplier<Configuration> configuration, Duration leastInterval, InstantSource clock) {
        this.configuration = configuration;
        this.verification = new Verification(leastInterval);
        this.clock = clock;
    }

    /**
     * A token that is believed.
     *
     * @param origin what it says of a build, if it is of a CI system we know
     * @param jti what tells it from others of the issuer
     */
    public record Believed(Identity identity, Issuer issuer, Optional<Origin> origin, String jti, Instant expiresAt) {}

    /**
     * Checks a token and finds the identity it is of.
     *
     * @throws TokenRefused if it is not believed, or matches no identity, or more than one
     * @throws IssuerUnavailable if the issuer's keys cannot be had
     */
    public Believed believe(String token) throws TokenRefused, IssuerUnavailable {
        Configuration now = configuration.get();
        SignedJWT parsed = Verification.parse(token);
        Issuer issuer = issuer(now, parsed);
        JWTClaimsSet claims = verification.verified(
                now.issuers(),
                issuer,
                parsed,
                new Claims(issuer),
                "ask for a fresh one with the audience " + issuer.audience());
        String jti = claims.getJWTID();
        if (jti == null || jti.isEmpty() || jti.length() > LONGEST_JTI) {
            throw TokenRefused.genuine(
                    "the token has no jti of 1 to " + LONGEST_JTI + " characters, so a second use could not be told",
                    "use an issuer whose tokens have one");
        }
        Instant expires = claims.getExpirationTime().toInstant();
        requireShortLife(claims, issuer);
        Map<String, String> texts = Matching.texts(claims);
        return new Believed(
                Matching.identity(now, issuer, texts), issuer, BuildClaims.origin(issuer, texts), jti, expires);
    }

    private static Issuer issuer(Configuration configuration, SignedJWT token) throws TokenRefused {
        String claimed;
        try {
            claimed = String.valueOf(token.getJWTClaimsSet().getIssuer());
        } catch (ParseException e) {
            throw new TokenRefused(
                    false, "the token's claims are no JSON object", "send the ID token as it was given", e);
        }
        Issuer issuer = configuration.issuers().stream()
                .filter(i -> i.url().toString().equals(claimed))
                .findFirst()
                .orElseThrow(() -> new TokenRefused(
                        "the token's issuer \"" + Matching.shown(claimed) + "\" is none of this service's",
                        "have it added to 'issuers' in countersign.yaml, letter for letter"));
        if (issuer.signIn().isPresent()) {
            throw new TokenRefused(
                    "people sign in through issuer \"" + issuer.name() + "\", and its tokens are exchanged for nothing",
                    "sign in with a browser, or ask for a token of the CI system's own issuer");
        }
        return issuer;
    }

    /** Times by our clock, and the audience of this issuer alone. */
    private final class Claims extends DefaultJWTClaimsVerifier<SecurityContext> {
        Claims(Issuer issuer) {
            super(
                    Set.of(issuer.audience()),
                    new JWTClaimsSet.Builder().issuer(issuer.url().toString()).build(),
                    Set.of("exp", "iat", "jti"),
                    Set.of());
            setMaxClockSkew((int) issuer.clockSkew().toSeconds());
        }

        @Override
        protected Date currentTime() {
            return Date.from(clock.instant());
        }
    }

    private void requireShortLife(JWTClaimsSet claims, Issuer issuer) throws TokenRefused {
        Instant issued = claims.getIssueTime().toInstant();
        Instant expires = claims.getExpirationTime().toInstant();
        if (issued.isAfter(clock.instant().plus(issuer.clockSkew()))) {
            throw TokenRefused.genuine("the token was issued in the future, at " + issued, "set the clocks right");
        }
        if (Duration.between(issued, expires).compareTo(LONGEST_LIFE) > 0) {
            throw TokenRefused.genuine(
                    "the token lives from " + issued + " to " + expires + ", longer than " + LONGEST_LIFE.toHours()
                            + " hours",
                    "ask for one that lives as long as the job");
        }
    }
}

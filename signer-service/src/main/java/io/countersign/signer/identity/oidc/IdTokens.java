package io.countersign.signer.identity.oidc;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.source.RateLimitReachedException;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import io.countersign.home.Configuration;
import io.countersign.home.Identity;
import io.countersign.home.Identity.OidcMatch;
import io.countersign.home.Issuer;
import io.countersign.policy.Origin;
import io.countersign.signer.audit.Printable;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Believes ID tokens (RFC 7519) of the configured issuers and tells whose they are. Signature, issuer, audience and times are
 * checked by Nimbus; beside them a token needs a {@code jti}, so that it can be refused a second time, and may not live longer
 * than a day. Safe for several threads.
 */
public final class IdTokens {
    private static final int MAXIMUM = 16 << 10;
    private static final Duration LONGEST_LIFE = Duration.ofDays(1);
    private static final int LONGEST_JTI = 256;

    /** Asymmetric ones alone: with HMAC, who knows a public key could sign. */
    private static final Set<JWSAlgorithm> ALGORITHMS =
            Set.of(JWSAlgorithm.RS256, JWSAlgorithm.PS256, JWSAlgorithm.ES256, JWSAlgorithm.ES384);

    private final Supplier<Configuration> configuration;
    private final IssuerKeys keys;
    private final InstantSource clock;

    /** @param leastInterval between two questions to an issuer for its keys */
    public IdTokens(Supplier<Configuration> configuration, Duration leastInterval, InstantSource clock) {
        this.configuration = configuration;
        this.keys = new IssuerKeys(leastInterval);
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
     * @throws KeysUnavailable if the issuer's keys cannot be had
     */
    public Believed believe(String token) throws TokenRefused, KeysUnavailable {
        Configuration now = configuration.get();
        SignedJWT parsed = parse(token);
        Issuer issuer = issuer(now, parsed);
        JWTClaimsSet claims = verified(now, issuer, parsed);
        String jti = claims.getJWTID();
        if (jti == null || jti.isEmpty() || jti.length() > LONGEST_JTI) {
            throw new TokenRefused(
                    "the token has no jti of 1 to " + LONGEST_JTI + " characters, so a second use could not be told",
                    "use an issuer whose tokens have one");
        }
        Instant expires = claims.getExpirationTime().toInstant();
        requireShortLife(claims, issuer);
        Map<String, String> texts = texts(claims);
        return new Believed(identity(now, issuer, texts), issuer, BuildClaims.origin(issuer, texts), jti, expires);
    }

    private static SignedJWT parse(String token) throws TokenRefused {
        if (token.length() > MAXIMUM) {
            throw new TokenRefused("the token is longer than " + MAXIMUM + " characters", "send an ID token");
        }
        try {
            return SignedJWT.parse(token);
        } catch (ParseException e) {
            throw new TokenRefused(
                    "this is no signed JWT", "send the ID token as the CI system gave it: three parts with dots", e);
        }
    }

    private static Issuer issuer(Configuration configuration, SignedJWT token) throws TokenRefused {
        String claimed;
        try {
            claimed = String.valueOf(token.getJWTClaimsSet().getIssuer());
        } catch (ParseException e) {
            throw new TokenRefused("the token's claims are no JSON object", "send the ID token as it was given", e);
        }
        return configuration.issuers().stream()
                .filter(i -> i.url().toString().equals(claimed))
                .findFirst()
                .orElseThrow(() -> new TokenRefused(
                        "the token's issuer \"" + shown(claimed) + "\" is none of this service's",
                        "have it added to 'issuers' in countersign.yaml, letter for letter"));
    }

    private JWTClaimsSet verified(Configuration configuration, Issuer issuer, SignedJWT token)
            throws TokenRefused, KeysUnavailable {
        DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
        processor.setJWSKeySelector(
                new JWSVerificationKeySelector<>(ALGORITHMS, keys.of(issuer, configuration.issuers())));
        processor.setJWTClaimsSetVerifier(new Claims(issuer));
        try {
            return processor.process(token, null);
        } catch (BadJOSEException e) {
            throw new TokenRefused(
                    "the token of issuer \"" + issuer.name() + "\" is not believed: " + shown(e.getMessage()),
                    "ask for a fresh one with the audience " + issuer.audience(),
                    e);
        } catch (RateLimitReachedException e) {
            throw new KeysUnavailable(
                    "the keys of issuer \"" + issuer.name()
                            + "\" could not be had just now, and it is not asked again so soon",
                    e);
        } catch (KeySourceException e) {
            throw new KeysUnavailable(
                    "the keys of issuer \"" + issuer.name() + "\" cannot be had: " + e.getMessage(), e);
        } catch (JOSEException e) {
            throw new TokenRefused(
                    "the token's signature cannot be checked: " + shown(e.getMessage()), "report this", e);
        }
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
            throw new TokenRefused("the token was issued in the future, at " + issued, "set the clocks right");
        }
        if (Duration.between(issued, expires).compareTo(LONGEST_LIFE) > 0) {
            throw new TokenRefused(
                    "the token lives from " + issued + " to " + expires + ", longer than " + LONGEST_LIFE.toHours()
                            + " hours",
                    "ask for one that lives as long as the job");
        }
    }

    /** Texts, numbers and truth values; nothing else can be matched. */
    private static Map<String, String> texts(JWTClaimsSet claims) {
        Map<String, String> texts = new TreeMap<>();
        claims.getClaims().forEach((name, value) -> {
            if (value instanceof String || value instanceof Number || value instanceof Boolean) {
                texts.put(name, value.toString());
            }
        });
        return texts;
    }

    private static Identity identity(Configuration configuration, Issuer issuer, Map<String, String> claims)
            throws TokenRefused {
        List<Identity> matching = configuration.identities().stream()
                .filter(i -> i.oidc().filter(m -> matches(m, issuer, claims)).isPresent())
                .toList();
        if (matching.size() == 1) {
            return matching.get(0);
        }
        if (matching.isEmpty()) {
            throw new TokenRefused(
                    "the token matches no identity; of what identities are matched by it says "
                            + told(configuration, issuer, claims),
                    "have an identity with these values under 'oidc' in countersign.yaml");
        }
        throw new TokenRefused(
                "the token matches several identities: "
                        + String.join(
                                ", ", matching.stream().map(Identity::name).toList()),
                "let each name claims that the others' tokens do not have");
    }

    private static boolean matches(OidcMatch match, Issuer issuer, Map<String, String> claims) {
        return match.issuer().equals(issuer.name())
                && match.claims().entrySet().stream()
                        .allMatch(wanted -> wanted.getValue().stream()
                                .anyMatch(value -> matches(value, claims.get(wanted.getKey()))));
    }

    private static boolean matches(String wanted, String value) {
        if (value == null) {
            return false;
        }
        return wanted.endsWith("*") ? value.startsWith(wanted.substring(0, wanted.length() - 1)) : value.equals(wanted);
    }

    private static String told(Configuration configuration, Issuer issuer, Map<String, String> claims) {
        return configuration.identities().stream()
                .flatMap(i -> i.oidc().stream())
                .filter(m -> m.issuer().equals(issuer.name()))
                .flatMap(m -> m.claims().keySet().stream())
                .distinct()
                .sorted()
                .map(name -> name + "=" + shown(claims.getOrDefault(name, "(absent)")))
                .reduce((a, b) -> a + ", " + b)
                .orElse("nothing: no identity is matched by tokens of issuer \"" + issuer.name() + "\"");
    }

    private static String shown(String text) {
        String printable = Printable.of(text);
        return printable.length() <= 200 ? printable : printable.substring(0, 200) + "…";
    }
}

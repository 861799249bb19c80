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
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import com.nimbusds.jwt.proc.JWTClaimsSetVerifier;
import io.countersign.home.Issuer;
import java.text.ParseException;
import java.time.Duration;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/** Checks what every ID token must have: a signature by a key of its issuer. What its claims must be says who asks. */
final class Verification {
    private static final int MAXIMUM = 16 << 10;

    /** Asymmetric ones alone: with HMAC, who knows a public key could sign. */
    private static final Set<JWSAlgorithm> ALGORITHMS =
            Set.of(JWSAlgorithm.RS256, JWSAlgorithm.PS256, JWSAlgorithm.ES256, JWSAlgorithm.ES384);

    private final IssuerKeys keys;

    /** @param leastInterval between two questions to an issuer for its keys */
    Verification(Duration leastInterval) {
        this.keys = new IssuerKeys(leastInterval);
    }

    static SignedJWT parse(String token) throws TokenRefused {
        if (token.length() > MAXIMUM) {
            throw new TokenRefused("the token is longer than " + MAXIMUM + " characters", "send an ID token");
        }
        try {
            return SignedJWT.parse(token);
        } catch (ParseException e) {
            throw new TokenRefused(
                    false,
                    "this is no signed JWT",
                    "send the ID token as the issuer gave it: three parts with dots",
                    e);
        }
    }

    /**
     * Its claims, if they are believed.
     *
     * @param remedy what to do if they are not
     */
    JWTClaimsSet verified(
            Collection<Issuer> configured,
            Issuer issuer,
            SignedJWT token,
            JWTClaimsSetVerifier<SecurityContext> claims,
            String remedy)
            throws TokenRefused, IssuerUnavailable {
        DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
        processor.setJWSKeySelector(new JWSVerificationKeySelector<>(ALGORITHMS, keys.of(issuer, configured)));
        AtomicBoolean signed = new AtomicBoolean();
        // Nimbus asks once the signature was found good.
        processor.setJWTClaimsSetVerifier((set, context) -> {
            signed.set(true);
            claims.verify(set, context);
        });
        try {
            return processor.process(token, null);
        } catch (BadJOSEException e) {
            throw new TokenRefused(
                    signed.get(),
                    "the token of issuer \"" + issuer.name() + "\" is not believed: " + Matching.shown(e.getMessage()),
                    remedy,
                    e);
        } catch (RateLimitReachedException e) {
            throw new IssuerUnavailable(
                    "the keys of issuer \"" + issuer.name()
                            + "\" could not be had just now, and it is not asked again so soon",
                    e);
        } catch (KeySourceException e) {
            throw new IssuerUnavailable(
                    "the keys of issuer \"" + issuer.name() + "\" cannot be had: " + e.getMessage(), e);
        } catch (JOSEException e) {
            throw new TokenRefused(
                    false,
                    "the token's signature cannot be checked: " + Matching.shown(e.getMessage()),
                    "report this",
                    e);
        }
    }
}

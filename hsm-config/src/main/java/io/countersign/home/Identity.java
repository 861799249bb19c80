package io.countersign.home;

import io.countersign.key.Bytes;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Somebody who may call the API, by any of the proofs named here, or by an API token that was made for it.
 *
 * @param tokenSha256 the SHA-256 of a bearer token; the token itself is not kept
 * @param certificateSha256 the SHA-256 of a TLS client certificate
 * @param oidc what an ID token must say to be this identity's
 * @param requestsPerMinute how often it may call; empty for the service's own limit
 */
public record Identity(
        String name,
        Optional<Bytes> tokenSha256,
        Optional<Bytes> certificateSha256,
        Optional<OidcMatch> oidc,
        Set<Role> roles,
        OptionalInt requestsPerMinute) {
    public Identity {
        roles = Set.copyOf(roles);
    }

    /**
     * The ID tokens that are meant.
     *
     * @param issuer the name of an {@link Issuer}
     * @param claims every claim named must be there as one of its values; one that ends in an asterisk stands for all that
     *     begin like it, which only claims about refs, workflows and environments may have; never empty
     */
    public record OidcMatch(String issuer, Map<String, List<String>> claims) {
        public OidcMatch {
            claims = Map.copyOf(claims);
        }
    }
}

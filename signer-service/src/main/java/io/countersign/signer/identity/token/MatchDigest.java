package io.countersign.signer.identity.token;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.countersign.home.Configuration;
import io.countersign.home.Identity;
import io.countersign.home.Identity.OidcMatch;
import io.countersign.home.Issuer;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** SHA-256 of what makes ID tokens an identity's: its {@code oidc} block and the issuer that this names. */
final class MatchDigest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private MatchDigest() {}

    /** Empty where no ID token is the identity's. */
    static Optional<Digest> of(Configuration configuration, Identity identity) {
        return identity.oidc()
                .flatMap(match -> configuration.issuers().stream()
                        .filter(i -> i.name().equals(match.issuer()))
                        .findFirst()
                        .map(issuer -> of(issuer, match)));
    }

    private static Digest of(Issuer issuer, OidcMatch match) {
        Map<String, List<String>> claims = new TreeMap<>();
        match.claims()
                .forEach((name, values) ->
                        claims.put(name, values.stream().sorted().toList()));
        try {
            String text =
                    JSON.writeValueAsString(List.of(issuer.name(), issuer.url().toString(), claims));
            return DigestAlgorithm.SHA256.digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("texts cannot be written as JSON", e);
        }
    }
}

package io.countersign.home;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Whose ID tokens are believed (OpenID Connect Core 1.0 section 2): those of builds, or those of people who sign in with a browser,
 * never both.
 *
 * @param url the {@code iss} claim, letter for letter
 * @param jwks where its keys are; empty to ask its discovery document
 * @param audience the {@code aud} claim its tokens must have; where people sign in, this service's {@code clientId}
 * @param clockSkew how far its clock may be from ours
 * @param signIn present if people sign in through it, and its tokens are exchanged for nothing
 */
public record Issuer(
        String name, URI url, Optional<URI> jwks, String audience, Duration clockSkew, Optional<SignIn> signIn) {
    /**
     * What this service is to the issuer.
     *
     * @param clientId its name there
     * @param clientSecretFile what it proves that with, on the first line; absolute; empty for a public client
     * @param scopes what is asked for; {@code openid} is among it
     */
    public record SignIn(String clientId, Optional<Path> clientSecretFile, List<String> scopes) {
        public SignIn {
            scopes = List.copyOf(scopes);
        }
    }
}

package io.countersign.home;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * Whose ID tokens are believed (OpenID Connect Core 1.0 section 2).
 *
 * @param url the {@code iss} claim, letter for letter
 * @param jwks where its keys are; empty to ask its discovery document
 * @param audience the {@code aud} claim its tokens must have
 * @param clockSkew how far its clock may be from ours
 * @param clientId this service's, where people sign in through it with a browser
 */
public record Issuer(
        String name, URI url, Optional<URI> jwks, String audience, Duration clockSkew, Optional<String> clientId) {}

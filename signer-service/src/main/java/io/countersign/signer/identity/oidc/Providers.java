package io.countersign.signer.identity.oidc;

import com.nimbusds.jose.util.ResourceRetriever;
import io.countersign.home.Issuer;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Where issuers sign people in, as their discovery documents say; kept, asked for and used on under the same limits as their keys
 * ({@link IssuerKeys}). Safe for several threads.
 */
final class Providers {
    private static final List<String> USUAL_METHODS = List.of("client_secret_basic");

    private final Duration leastInterval;
    private final InstantSource clock;
    private final ResourceRetriever retriever = new IssuerRetriever();
    private final Map<Issuer, Known> known = new ConcurrentHashMap<>();

    /**
     * Where an issuer signs people in, and how it wants to be asked.
     *
     * @param saysWhoAnswers every answer of it names it (RFC 9207 section 3)
     * @param secretInForm the client's secret goes into the form, since the issuer does not take it in the header
     */
    record Endpoints(URI authorization, URI token, boolean saysWhoAnswers, boolean secretInForm) {
        private static Endpoints of(DiscoveryDocument document) throws IOException {
            // OpenID Connect Discovery 1.0 section 3: if omitted, client_secret_basic.
            List<String> methods =
                    document.texts("token_endpoint_auth_methods_supported").orElse(USUAL_METHODS);
            return new Endpoints(
                    document.address("authorization_endpoint"),
                    document.address("token_endpoint"),
                    document.says("authorization_response_iss_parameter_supported"),
                    !methods.contains(USUAL_METHODS.get(0)) && methods.contains("client_secret_post"));
        }
    }

    Providers(Duration leastInterval, InstantSource clock) {
        this.leastInterval = leastInterval;
        this.clock = clock;
    }

    /** @throws IssuerUnavailable if the issuer does not say, and has not for hours */
    Endpoints of(Issuer issuer, Collection<Issuer> configured) throws IssuerUnavailable {
        known.keySet().retainAll(configured);
        return known.computeIfAbsent(issuer, Known::new).endpoints();
    }

    private final class Known {
        private final Issuer issuer;
        private Endpoints endpoints;
        private Instant told = Instant.MIN;
        private Instant asked = Instant.MIN;

        Known(Issuer issuer) {
            this.issuer = issuer;
        }

        synchronized Endpoints endpoints() throws IssuerUnavailable {
            Instant now = clock.instant();
            if (isWithin(told, IssuerKeys.KEEP, now)) {
                return endpoints;
            }
            if (isWithin(asked, leastInterval, now)) {
                return former(now, null);
            }
            asked = now;
            try {
                endpoints = Endpoints.of(DiscoveryDocument.of(issuer, retriever));
                told = now;
                return endpoints;
            } catch (IOException e) {
                return former(now, e);
            }
        }

        private Endpoints former(Instant now, IOException cause) throws IssuerUnavailable {
            if (isWithin(told, IssuerKeys.OUTAGE, now)) {
                return endpoints;
            }
            throw new IssuerUnavailable(
                    "issuer \"" + issuer.name() + "\" does not say where people sign in"
                            + (cause == null ? ", and is not asked again so soon" : ": " + cause.getMessage()),
                    cause);
        }

        private static boolean isWithin(Instant since, Duration span, Instant now) {
            return !since.equals(Instant.MIN) && now.isBefore(since.plus(span));
        }
    }
}

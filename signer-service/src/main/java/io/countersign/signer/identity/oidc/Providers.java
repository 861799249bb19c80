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
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Where issuers sign people in, as their discovery documents say; kept, asked for and used on under the same limits as their keys
 * ({@link IssuerKeys}). While one thread asks, the others do not wait for it. Safe for several threads.
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

    /** What an issuer said, and when. */
    private record Told(Endpoints endpoints, Instant at) {}

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
        private final Lock asking = new ReentrantLock();
        private volatile Optional<Told> told = Optional.empty();

        /** Only whoever asks looks at it. */
        private Instant asked = Instant.MIN;

        Known(Issuer issuer) {
            this.issuer = issuer;
        }

        Endpoints endpoints() throws IssuerUnavailable {
            Instant now = clock.instant();
            Optional<Endpoints> fresh = told(IssuerKeys.KEEP, now);
            if (fresh.isPresent()) {
                return fresh.get();
            }
            // An issuer that hangs would else hold every thread that somebody asks for with a link.
            if (!asking.tryLock()) {
                return former(now, ", and is being asked just now", null);
            }
            try {
                return asked(now);
            } finally {
                asking.unlock();
            }
        }

        private Endpoints asked(Instant now) throws IssuerUnavailable {
            if (!asked.equals(Instant.MIN) && now.isBefore(asked.plus(leastInterval))) {
                return former(now, ", and is not asked again so soon", null);
            }
            asked = now;
            try {
                Endpoints endpoints = Endpoints.of(DiscoveryDocument.of(issuer, retriever));
                told = Optional.of(new Told(endpoints, now));
                return endpoints;
            } catch (IOException e) {
                return former(now, ": " + e.getMessage(), e);
            }
        }

        private Endpoints former(Instant now, String why, IOException cause) throws IssuerUnavailable {
            return told(IssuerKeys.OUTAGE, now)
                    .orElseThrow(() -> new IssuerUnavailable(
                            "issuer \"" + issuer.name() + "\" does not say where people sign in" + why, cause));
        }

        private Optional<Endpoints> told(Duration span, Instant now) {
            return told.filter(t -> now.isBefore(t.at().plus(span))).map(Told::endpoints);
        }
    }
}

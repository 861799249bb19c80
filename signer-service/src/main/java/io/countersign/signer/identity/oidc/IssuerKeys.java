package io.countersign.signer.identity.oidc;

import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSetCacheRefreshEvaluator;
import com.nimbusds.jose.jwk.source.JWKSetSource;
import com.nimbusds.jose.jwk.source.JWKSetUnavailableException;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.jwk.source.URLBasedJWKSetSource;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.ResourceRetriever;
import io.countersign.home.Issuer;
import java.io.IOException;
import java.net.URL;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The issuers' keys (RFC 7517), found by their discovery documents (OpenID Connect Discovery 1.0 section 4) unless the
 * configuration says where they are. Kept for a while, asked for again where a token names an unknown one but never more often
 * than the limit, and used on for hours where the issuer cannot be reached. Safe for several threads.
 */
final class IssuerKeys {
    static final Duration KEEP = Duration.ofMinutes(10);
    private static final Duration REFRESH = Duration.ofSeconds(15);
    static final Duration OUTAGE = Duration.ofHours(4);

    private final Duration leastInterval;
    private final Map<Issuer, JWKSource<SecurityContext>> sources = new ConcurrentHashMap<>();

    /** @param leastInterval between two questions to one issuer */
    IssuerKeys(Duration leastInterval) {
        this.leastInterval = leastInterval;
    }

    /** Asks nobody yet. */
    JWKSource<SecurityContext> of(Issuer issuer, Collection<Issuer> configured) {
        sources.keySet().retainAll(configured);
        return sources.computeIfAbsent(
                issuer,
                i -> JWKSourceBuilder.create(new Discovered(i))
                        .cache(KEEP.toMillis(), REFRESH.toMillis())
                        .rateLimited(leastInterval.toMillis())
                        .retrying(true)
                        .outageTolerant(OUTAGE.toMillis())
                        .build());
    }

    /** The keys where the issuer says they are. Discovery is under the same limits as they: it is a question to the same host. */
    private static final class Discovered implements JWKSetSource<SecurityContext> {
        private final Issuer issuer;
        private final ResourceRetriever retriever = new IssuerRetriever();
        private volatile JWKSetSource<SecurityContext> found;

        Discovered(Issuer issuer) {
            this.issuer = issuer;
        }

        @Override
        public JWKSet getJWKSet(JWKSetCacheRefreshEvaluator refresh, long now, SecurityContext context)
                throws KeySourceException {
            if (found == null) {
                found = new URLBasedJWKSetSource<>(jwks(issuer, retriever), retriever);
            }
            return found.getJWKSet(refresh, now, context);
        }

        @Override
        public void close() {}
    }

    private static URL jwks(Issuer issuer, ResourceRetriever retriever) throws JWKSetUnavailableException {
        try {
            return issuer.jwks().isPresent()
                    ? issuer.jwks().get().toURL()
                    : DiscoveryDocument.of(issuer, retriever)
                            .address("jwks_uri")
                            .toURL();
        } catch (IOException e) {
            throw new JWKSetUnavailableException("it does not say where they are: " + e.getMessage(), e);
        }
    }
}

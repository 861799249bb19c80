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
import com.nimbusds.jose.util.DefaultResourceRetriever;
import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.jose.util.ResourceRetriever;
import io.countersign.home.Issuer;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URL;
import java.text.ParseException;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The issuers' keys (RFC 7517), found by their discovery documents (OpenID Connect Discovery 1.0 section 4) unless the
 * configuration says where they are. Kept for a while, asked for again where a token names an unknown one but never more often
 * than the limit, and used on for hours where the issuer cannot be reached. Safe for several threads.
 */
final class IssuerKeys {
    private static final Duration CONNECT = Duration.ofSeconds(3);
    private static final Duration READ = Duration.ofSeconds(5);
    private static final int MAXIMUM = 256 << 10;
    private static final Duration KEEP = Duration.ofMinutes(10);
    private static final Duration REFRESH = Duration.ofSeconds(15);
    private static final Duration OUTAGE = Duration.ofHours(4);
    private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "[::1]", "localhost");

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
        private final ResourceRetriever retriever = new SameHostRetriever();
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
            if (issuer.jwks().isPresent()) {
                return issuer.jwks().get().toURL();
            }
            String base = issuer.url().toString().replaceAll("/+$", "");
            Map<String, Object> document = JSONObjectUtils.parse(retriever
                    .retrieveResource(URI.create(base + "/.well-known/openid-configuration")
                            .toURL())
                    .getContent());
            String said = JSONObjectUtils.getString(document, "issuer");
            if (!issuer.url().toString().equals(said)) {
                throw new IOException("its discovery document is that of " + said);
            }
            String jwks = JSONObjectUtils.getString(document, "jwks_uri");
            if (jwks == null) {
                throw new IOException("its discovery document has no jwks_uri");
            }
            return guarded(URI.create(jwks)).toURL();
        } catch (IOException | ParseException | IllegalArgumentException e) {
            throw new JWKSetUnavailableException("it does not say where they are: " + e.getMessage(), e);
        }
    }

    private static URI guarded(URI uri) throws IOException {
        if (!"https".equals(uri.getScheme()) && !LOOPBACK.contains(uri.getHost())) {
            throw new IOException("its jwks_uri " + uri + " is not https");
        }
        return uri;
    }

    /** Follows no redirects: what is trusted is what the configuration and the discovery document name. */
    private static final class SameHostRetriever extends DefaultResourceRetriever {
        SameHostRetriever() {
            super((int) CONNECT.toMillis(), (int) READ.toMillis(), MAXIMUM);
        }

        @Override
        protected HttpURLConnection openHTTPConnection(URL url) throws IOException {
            HttpURLConnection connection = super.openHTTPConnection(url);
            connection.setInstanceFollowRedirects(false);
            return connection;
        }
    }
}

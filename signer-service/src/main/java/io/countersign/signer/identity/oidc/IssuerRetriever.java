package io.countersign.signer.identity.oidc;

import com.nimbusds.jose.util.DefaultResourceRetriever;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URL;
import java.time.Duration;

/**
 * Fetches what issuers publish, within bounds. Follows no redirects: what is trusted is what the configuration and the discovery
 * document name.
 */
final class IssuerRetriever extends DefaultResourceRetriever {
    static final Duration CONNECT = Duration.ofSeconds(3);
    static final Duration READ = Duration.ofSeconds(5);
    static final int MAXIMUM = 256 << 10;

    IssuerRetriever() {
        super((int) CONNECT.toMillis(), (int) READ.toMillis(), MAXIMUM);
    }

    @Override
    protected HttpURLConnection openHTTPConnection(URL url) throws IOException {
        HttpURLConnection connection = super.openHTTPConnection(url);
        connection.setInstanceFollowRedirects(false);
        return connection;
    }
}

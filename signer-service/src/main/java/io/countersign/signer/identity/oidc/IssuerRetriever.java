package io.countersign.signer.identity.oidc;

import com.nimbusds.jose.util.Resource;
import com.nimbusds.jose.util.ResourceRetriever;
import io.countersign.signer.outbound.Outbound;
import io.countersign.signer.outbound.UpTo;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * Fetches what issuers publish, within bounds. Follows no redirects: what is trusted is what the configuration and the discovery
 * document name.
 */
final class IssuerRetriever implements ResourceRetriever {
    /** For all of an answer. */
    static final Duration DEADLINE = Duration.ofSeconds(5);

    private static final int LONGEST_ANSWER = 256 << 10;

    /**
     * What an issuer answered.
     *
     * @param type its Content-Type; null if it has none
     */
    record Answer(int status, String type, String body) {}

    @Override
    public Resource retrieveResource(URL url) throws IOException {
        Answer answer = send(HttpRequest.newBuilder(uri(url)).build());
        if (answer.status() != HttpURLConnection.HTTP_OK) {
            throw new IOException(url + " answered " + answer.status());
        }
        return new Resource(answer.body(), answer.type());
    }

    /** @throws IOException if there is no whole answer by the deadline, or it is too long */
    static Answer send(HttpRequest request) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        HttpResponse<Boolean> answer = Outbound.send(request, info -> new UpTo(body, LONGEST_ANSWER), DEADLINE);
        if (!answer.body()) {
            throw new IOException(request.uri() + " answered more than " + LONGEST_ANSWER + " bytes");
        }
        return new Answer(
                answer.statusCode(),
                answer.headers().firstValue("Content-Type").orElse(null),
                body.toString(StandardCharsets.UTF_8));
    }

    private static URI uri(URL url) throws IOException {
        try {
            return url.toURI();
        } catch (URISyntaxException e) {
            throw new IOException(url + " is no address: " + e.getMessage(), e);
        }
    }
}

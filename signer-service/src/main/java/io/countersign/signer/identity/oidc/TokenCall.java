package io.countersign.signer.identity.oidc;

import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.http.HTTPRequestSender;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.oauth2.sdk.http.ReadOnlyHTTPRequest;
import com.nimbusds.oauth2.sdk.http.ReadOnlyHTTPResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Calls an issuer's token endpoint. The answer has a size and a time that it cannot exceed, and no redirect is followed. */
final class TokenCall implements HTTPRequestSender {
    private static final Duration ANSWER = Duration.ofSeconds(10);

    @Override
    public ReadOnlyHTTPResponse send(ReadOnlyHTTPRequest request) throws IOException {
        HttpURLConnection exchange =
                (HttpURLConnection) request.getURI().toURL().openConnection();
        exchange.setInstanceFollowRedirects(false);
        exchange.setConnectTimeout((int) IssuerRetriever.CONNECT.toMillis());
        exchange.setReadTimeout((int) IssuerRetriever.READ.toMillis());
        exchange.setRequestMethod(request.getMethod().name());
        exchange.setDoOutput(true);
        request.getHeaderMap().forEach((name, values) -> values.forEach(v -> exchange.addRequestProperty(name, v)));
        byte[] body = request.getBody().getBytes(StandardCharsets.UTF_8);
        exchange.setFixedLengthStreamingMode(body.length);
        try (OutputStream out = exchange.getOutputStream()) {
            out.write(body);
        }
        HTTPResponse response = new HTTPResponse(exchange.getResponseCode());
        try {
            response.setContentType(exchange.getContentType());
        } catch (ParseException e) {
            throw new IOException("its answer has a Content-Type that is none", e);
        }
        response.setBody(read(exchange));
        return response;
    }

    private static String read(HttpURLConnection exchange) throws IOException {
        boolean good = exchange.getResponseCode() == HttpURLConnection.HTTP_OK;
        long deadline = System.nanoTime() + ANSWER.toNanos();
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        try (InputStream in = good ? exchange.getInputStream() : exchange.getErrorStream()) {
            byte[] block = new byte[8 << 10];
            for (int n = in == null ? -1 : in.read(block); n >= 0; n = in.read(block)) {
                answer.write(block, 0, n);
                if (answer.size() > IssuerRetriever.MAXIMUM) {
                    throw new IOException("its answer is longer than " + IssuerRetriever.MAXIMUM);
                }
                if (System.nanoTime() > deadline) {
                    throw new IOException("its answer was not there after " + ANSWER.toSeconds() + " seconds");
                }
            }
        }
        return answer.toString(StandardCharsets.UTF_8);
    }
}

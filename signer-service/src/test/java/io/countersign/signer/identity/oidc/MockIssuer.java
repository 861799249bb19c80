package io.countersign.signer.identity.oidc;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** An OpenID provider on loopback with real keys and real tokens; its keys rotate and it can be away. */
public final class MockIssuer implements AutoCloseable {
    private final HttpServer server;
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger discoveries = new AtomicInteger();
    private volatile RSAKey key;
    private volatile String keys;
    private volatile boolean away;

    private MockIssuer(HttpServer server) {
        this.server = server;
    }

    public static MockIssuer start() throws IOException, JOSEException {
        MockIssuer issuer =
                new MockIssuer(HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
        issuer.rotate();
        issuer.serve(
                "/.well-known/openid-configuration",
                () -> "{\"issuer\":\"%s\",\"jwks_uri\":\"%s/keys\"}".formatted(issuer.url(), issuer.url()),
                issuer.discoveries);
        issuer.serve("/keys", () -> issuer.keys, issuer.asked);
        issuer.server.start();
        return issuer;
    }

    private void serve(String path, Supplier<String> text, AtomicInteger times) {
        server.createContext(path, exchange -> {
            times.incrementAndGet();
            byte[] body = text.get().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(away ? 503 : 200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** Signs with a new key from now on, and tells of no other. */
    public void rotate() throws JOSEException {
        key = new RSAKeyGenerator(2048).keyID(UUID.randomUUID().toString()).generate();
        keys = new JWKSet(List.of(key.toPublicJWK())).toString();
    }

    /** Answers like this when asked for its keys. */
    public void serveKeys(String text) {
        keys = text;
    }

    public void goAway(boolean now) {
        away = now;
    }

    public int timesAsked() {
        return asked.get();
    }

    /** Answered or not. */
    public int timesDiscovered() {
        return discoveries.get();
    }

    public RSAKey key() {
        return key;
    }

    /** What a job on a branch of repository 123 gets. */
    public JWTClaimsSet.Builder claims(Instant now) {
        return new JWTClaimsSet.Builder()
                .issuer(url().toString())
                .audience("https://sign.example")
                .issueTime(Date.from(now))
                .notBeforeTime(Date.from(now))
                .expirationTime(Date.from(now.plusSeconds(300)))
                .jwtID(UUID.randomUUID().toString())
                .claim("repository", "o/driver")
                .claim("repository_id", "123")
                .claim("repository_owner_id", "45")
                .claim("ref", "refs/heads/main")
                .claim("event_name", "push")
                .claim("sha", "0123456789abcdef0123456789abcdef01234567")
                .claim("workflow_ref", "o/driver/.github/workflows/release.yml@refs/heads/main")
                .claim("runner_environment", "github-hosted")
                .claim("run_id", "9")
                .claim("run_attempt", "1");
    }

    public String token(JWTClaimsSet claims) throws JOSEException {
        return token(claims, key);
    }

    public static String token(JWTClaimsSet claims, RSAKey key) throws JOSEException {
        SignedJWT jwt = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.RS256)
                        .keyID(key.getKeyID())
                        .type(JOSEObjectType.JWT)
                        .build(),
                claims);
        jwt.sign(new RSASSASigner(key));
        return jwt.serialize();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}

package io.countersign.signer.identity.oidc;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/**
 * An OpenID provider on loopback where people sign in. It holds its clients to the letter: exact redirect URI, PKCE with S256, the
 * client's secret in the header, each code once.
 */
public final class MockProvider implements AutoCloseable {
    public static final String CLIENT = "countersign";

    private final HttpServer server;
    private final RSAKey key;
    private final URI redirect;
    private final Optional<String> secret;
    private final Map<String, Map<String, String>> codes = new ConcurrentHashMap<>();
    private final AtomicInteger tokens = new AtomicInteger();
    private volatile String subject = "248289761001";
    private volatile boolean saysWhoAnswers;
    private volatile UnaryOperator<JWTClaimsSet.Builder> claims = UnaryOperator.identity();
    private volatile Optional<String> idToken = Optional.empty();
    private volatile Optional<String> error = Optional.empty();

    private MockProvider(HttpServer server, RSAKey key, URI redirect, Optional<String> secret) {
        this.server = server;
        this.key = key;
        this.redirect = redirect;
        this.secret = secret;
    }

    /**
     * Starts one.
     *
     * @param redirect where alone it sends people back to
     */
    public static MockProvider start(URI redirect, Optional<String> secret) throws IOException, JOSEException {
        MockProvider provider = new MockProvider(
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0),
                new RSAKeyGenerator(2048).keyID("one").generate(),
                redirect,
                secret);
        provider.server.createContext("/.well-known/openid-configuration", e -> answer(e, 200, provider.discovery()));
        provider.server.createContext(
                "/keys", e -> answer(e, 200, new JWKSet(List.of(provider.key.toPublicJWK())).toString()));
        provider.server.createContext("/authorize", provider::authorize);
        provider.server.createContext("/token", provider::token);
        provider.server.start();
        return provider;
    }

    private String discovery() {
        return """
                {"issuer": "%1$s", "jwks_uri": "%1$s/keys", "authorization_endpoint": "%1$s/authorize?tenant=7",
                 "token_endpoint": "%1$s/token", "authorization_response_iss_parameter_supported": %2$s}
                """.formatted(url(), saysWhoAnswers);
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    public RSAKey key() {
        return key;
    }

    /** Who signs in from now on. */
    public void subject(String now) {
        subject = now;
    }

    /** Changes what ID tokens say. */
    public void claims(UnaryOperator<JWTClaimsSet.Builder> change) {
        claims = change;
    }

    /** Gives this for an ID token. */
    public void idToken(String text) {
        idToken = Optional.of(text);
    }

    /** Answers with an error instead of a code. */
    public void error(String code) {
        error = Optional.of(code);
    }

    /** Names itself in answers (RFC 9207), and says so. Before anybody has asked. */
    public void sayWhoAnswers() {
        saysWhoAnswers = true;
    }

    /** How often a token was asked for. */
    public int timesAsked() {
        return tokens.get();
    }

    /** What an ID token says where nothing is wrong. */
    public JWTClaimsSet.Builder claimsFor(String nonce) {
        Instant now = Instant.now();
        return new JWTClaimsSet.Builder()
                .issuer(url().toString())
                .subject(subject)
                .audience(CLIENT)
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plusSeconds(300)))
                .claim("nonce", nonce)
                .claim("email", "alice@example.org");
    }

    private void authorize(HttpExchange exchange) throws IOException {
        Map<String, String> query = form(exchange.getRequestURI().getRawQuery());
        boolean good = "7".equals(query.get("tenant"))
                && "code".equals(query.get("response_type"))
                && CLIENT.equals(query.get("client_id"))
                && redirect.toString().equals(query.get("redirect_uri"))
                && List.of(query.getOrDefault("scope", "").split(" ")).contains("openid")
                && "S256".equals(query.get("code_challenge_method"))
                && query.getOrDefault("code_challenge", "").length() == 43
                && query.getOrDefault("nonce", "").length() == 43
                && query.getOrDefault("state", "").length() == 43;
        if (!good) {
            answer(exchange, 400, "this is no request that was registered");
            return;
        }
        String code = UUID.randomUUID().toString();
        codes.put(code, query);
        String back = redirect + "?state=" + query.get("state")
                + error.map(e -> "&error=" + e).orElse("&code=" + code)
                + (saysWhoAnswers ? "&iss=" + URLEncoder.encode(url().toString(), StandardCharsets.UTF_8) : "");
        exchange.getResponseHeaders().set("Location", back);
        exchange.sendResponseHeaders(302, -1);
        exchange.close();
    }

    private void token(HttpExchange exchange) throws IOException {
        tokens.incrementAndGet();
        Map<String, String> form = form(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        if (!knowsClient(exchange, form)) {
            answer(exchange, 401, "{\"error\": \"invalid_client\"}");
            return;
        }
        Map<String, String> asked = codes.remove(form.getOrDefault("code", ""));
        boolean good = asked != null
                && exchange.getRequestMethod().equals("POST")
                && "authorization_code".equals(form.get("grant_type"))
                && redirect.toString().equals(form.get("redirect_uri"))
                && asked.get("code_challenge").equals(challenge(form.getOrDefault("code_verifier", "")));
        if (!good) {
            answer(exchange, 400, "{\"error\": \"invalid_grant\"}");
            return;
        }
        try {
            String token = idToken.isPresent()
                    ? idToken.get()
                    : MockIssuer.token(
                            claims.apply(claimsFor(asked.get("nonce"))).build(), key);
            answer(
                    exchange,
                    200,
                    "{\"access_token\": \"opaque\", \"token_type\": \"Bearer\", \"id_token\": \"%s\"}"
                            .formatted(token));
        } catch (JOSEException e) {
            throw new IOException(e);
        }
    }

    private boolean knowsClient(HttpExchange exchange, Map<String, String> form) {
        String basic = exchange.getRequestHeaders().getFirst("Authorization");
        if (secret.isEmpty()) {
            return basic == null && CLIENT.equals(form.get("client_id"));
        }
        // RFC 6749 section 2.3.1: form-encoded, each, before they are put together.
        String wanted = CLIENT + ":" + URLEncoder.encode(secret.get(), StandardCharsets.UTF_8);
        return ("Basic " + Base64.getEncoder().encodeToString(wanted.getBytes(StandardCharsets.UTF_8))).equals(basic);
    }

    private static String challenge(String verifier) {
        try {
            byte[] sha256 = MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(sha256);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static Map<String, String> form(String text) {
        Map<String, String> form = new HashMap<>();
        for (String field : text.split("&", -1)) {
            String[] parts = field.split("=", 2);
            form.put(
                    URLDecoder.decode(parts[0], StandardCharsets.UTF_8),
                    parts.length < 2 ? "" : URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
        }
        return form;
    }

    private static void answer(HttpExchange exchange, int status, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}

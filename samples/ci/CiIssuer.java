import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/**
 * What GitHub Actions is to a job that wants an ID token, on loopback and with a key of its own, for samples/ci/self-test: run as a
 * source file, {@code java CiIssuer.java}. It prints its address. {@code /token?ref=…&audience=…} gives a token; any other
 * parameter changes the claim of that name, {@code seconds} how long it lives.
 */
final class CiIssuer {
    private static final Base64.Encoder URL = Base64.getUrlEncoder().withoutPadding();
    private static final Map<String, String> GIVEN = new java.util.concurrent.ConcurrentHashMap<>();

    public static void main(String[] arguments) throws IOException, GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        KeyPair keys = generator.generateKeyPair();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        String self = "http://127.0.0.1:" + server.getAddress().getPort();
        RSAPublicKey key = (RSAPublicKey) keys.getPublic();
        String jwks = "{\"keys\":[{\"kty\":\"RSA\",\"use\":\"sig\",\"alg\":\"RS256\",\"kid\":\"k\",\"n\":\""
                + unsigned(key.getModulus()) + "\",\"e\":\"" + unsigned(key.getPublicExponent()) + "\"}]}";
        server.createContext("/", exchange -> {
            String path = exchange.getRequestURI().getPath();
            try {
                answer(
                        exchange,
                        switch (path) {
                            case "/.well-known/openid-configuration" ->
                                "{\"issuer\":\"" + self + "\",\"jwks_uri\":\"" + self + "/jwks\"}";
                            case "/jwks" -> jwks;
                            case "/token" -> "{\"value\":\"" + given(self, keys, parameters(exchange)) + "\"}";
                            default -> "{}";
                        });
            } catch (GeneralSecurityException e) {
                throw new IOException(e);
            }
        });
        server.start();
        System.out.println(self);
    }

    /** With {@code twice=NAME} the same one a second time, as if the answer to its exchange had been lost. */
    private static String given(String issuer, KeyPair keys, Map<String, String> changes)
            throws GeneralSecurityException {
        String name = changes.getOrDefault("twice", "");
        String before = GIVEN.remove(name);
        if (before != null) {
            return before;
        }
        String token = token(issuer, keys, changes);
        if (!name.isEmpty()) {
            GIVEN.put(name, token);
        }
        return token;
    }

    private static String token(String issuer, KeyPair keys, Map<String, String> changes)
            throws GeneralSecurityException {
        long now = Instant.now().getEpochSecond();
        Map<String, String> claims = new LinkedHashMap<>();
        claims.put("repository", "example/driver");
        claims.put("repository_id", "123");
        claims.put("repository_owner_id", "45");
        claims.put("ref", "refs/heads/main");
        claims.put("event_name", "push");
        claims.put("sha", "0123456789abcdef0123456789abcdef01234567");
        claims.put("workflow_ref", "example/driver/.github/workflows/sign.yml@refs/heads/main");
        claims.put("runner_environment", "github-hosted");
        claims.put("run_id", "9");
        claims.put("run_attempt", "1");
        long life = Long.parseLong(changes.getOrDefault("seconds", "300"));
        changes.forEach((name, value) -> {
            if (claims.containsKey(name)) {
                claims.put(name, value);
            }
        });
        StringBuilder json = new StringBuilder("{\"iss\":\"" + issuer + "\",\"aud\":\""
                + changes.getOrDefault("audience", "") + "\",\"iat\":" + (now - 600) + ",\"exp\":" + (now + life)
                + ",\"jti\":\"" + UUID.randomUUID() + "\"");
        claims.forEach((name, value) -> json.append(",\"" + name + "\":\"" + value + "\""));
        String signed = base64("{\"alg\":\"RS256\",\"typ\":\"JWT\",\"kid\":\"k\"}") + "." + base64(json.append("}").toString());
        Signature signature = Signature.getInstance("SHA256withRSA");
        signature.initSign(keys.getPrivate());
        signature.update(signed.getBytes(StandardCharsets.US_ASCII));
        return signed + "." + URL.encodeToString(signature.sign());
    }

    private static Map<String, String> parameters(HttpExchange exchange) {
        Map<String, String> parameters = new LinkedHashMap<>();
        for (String pair : exchange.getRequestURI().getRawQuery().split("&")) {
            String[] parts = pair.split("=", 2);
            parameters.put(parts[0], URLDecoder.decode(parts.length > 1 ? parts[1] : "", StandardCharsets.UTF_8));
        }
        return parameters;
    }

    private static void answer(HttpExchange exchange, String text) throws IOException {
        byte[] octets = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, octets.length);
        exchange.getResponseBody().write(octets);
        exchange.close();
    }

    private static String base64(String text) {
        return URL.encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String unsigned(BigInteger number) {
        byte[] octets = number.toByteArray();
        return URL.encodeToString(octets[0] == 0 ? java.util.Arrays.copyOfRange(octets, 1, octets.length) : octets);
    }
}

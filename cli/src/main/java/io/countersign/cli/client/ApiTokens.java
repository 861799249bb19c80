package io.countersign.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** The API tokens of a server. Safe for several threads. */
public final class ApiTokens {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final SigningServer server;

    public ApiTokens(SigningServer server) {
        this.server = server;
    }

    /**
     * A token.
     *
     * @param scope the project, or project and policy, it is bound to; empty where it is bound to none
     */
    public record ApiToken(String id, String name, String identity, String scope, String expiresAt) {}

    /** One that was just made, and its secret, which nobody tells again. */
    public record Made(ApiToken token, String secret) {}

    /** Makes one, with the fields of the server's API. */
    public Made make(Map<String, String> fields) throws InterruptedException, ServerRefused, ServerUnavailable {
        ObjectNode body = JSON.createObjectNode();
        fields.forEach(body::put);
        JsonNode made = server.beside("ApiTokens", Optional.of(body));
        return new Made(
                token(made), ProblemDocument.printable(made.path("token").asText()));
    }

    /** Those that may be revoked, the newest first. */
    public List<ApiToken> list() throws InterruptedException, ServerRefused, ServerUnavailable {
        List<ApiToken> tokens = new ArrayList<>();
        server.beside("ApiTokens", Optional.empty()).forEach(t -> tokens.add(token(t)));
        return tokens;
    }

    public void revoke(UUID id) throws InterruptedException, ServerRefused, ServerUnavailable {
        server.beside("ApiTokens/" + id + "/Revoke", Optional.of(JSON.createObjectNode()));
    }

    private static ApiToken token(JsonNode json) {
        String project = text(json, "projectSlug");
        String policy = text(json, "signingPolicySlug");
        return new ApiToken(
                text(json, "id"),
                text(json, "name"),
                text(json, "identity"),
                policy.isEmpty() ? project : project + "/" + policy,
                text(json, "expiresAt"));
    }

    private static String text(JsonNode json, String name) {
        return ProblemDocument.printable(json.path(name).asText(""));
    }
}

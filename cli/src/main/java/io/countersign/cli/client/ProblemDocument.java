package io.countersign.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.countersign.key.Bytes;
import java.io.IOException;
import java.net.URI;
import java.util.stream.Stream;

/** What a server says with a status other than the wanted one. */
final class ProblemDocument {
    private static final ObjectMapper JSON = new ObjectMapper();

    private ProblemDocument() {}

    /** What it means, from its RFC 9457 problem document where there is one. */
    static ServerRefused refusal(URI server, int status, Bytes body) throws ServerUnavailable {
        JsonNode problem = problem(body.toByteArray());
        String detail = Stream.of("detail", "title")
                .map(name -> printable(problem.path(name).asText("")))
                .filter(text -> !text.isEmpty())
                .findFirst()
                .orElse("no reason given");
        String message = "%s answered %d: %s".formatted(server, status, detail);
        if (status >= 500 || status == 429 || status < 400) {
            throw new ServerUnavailable(message);
        }
        String hint = printable(problem.path("howToFix").asText(""));
        // What is wrong with the fields of the form comes as a list, what is wrong with the file does not.
        boolean ofTheFile =
                status == 400 && !hint.isEmpty() && problem.path("errors").isEmpty();
        return new ServerRefused(status, message, hint, ofTheFile);
    }

    private static JsonNode problem(byte[] body) {
        try {
            return JSON.readTree(body);
        } catch (IOException e) {
            return JSON.createObjectNode(); // a proxy's page, say; the status has to do
        }
    }

    /** The server's words go to a terminal, so its control characters do not. */
    static String printable(String text) {
        return text.replaceAll("\\p{C}+", " ").strip();
    }
}

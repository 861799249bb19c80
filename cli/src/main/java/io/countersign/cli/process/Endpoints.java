package io.countersign.cli.process;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.countersign.file.AtomicFile;
import io.countersign.home.Home;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * {@code run/endpoints.json}: where the services of a home listen while they run. It names the token's file, not the token.
 */
public record Endpoints(URI server, URI tsa, Path tokenFile) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Empty if nothing runs, or if what is written there cannot be understood. */
    public static Optional<Endpoints> read(Home home) throws IOException {
        try {
            JsonNode json = JSON.readTree(Files.readAllBytes(file(home)));
            if (!(json.hasNonNull("server") && json.hasNonNull("tsa") && json.hasNonNull("tokenFile"))) {
                return Optional.empty();
            }
            return Optional.of(new Endpoints(
                    URI.create(json.path("server").asText()),
                    URI.create(json.path("tsa").asText()),
                    Path.of(json.path("tokenFile").asText())));
        } catch (NoSuchFileException | JsonProcessingException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Replaces the file in one step, so that a script never reads half of it. */
    void write(Home home) throws IOException {
        Files.createDirectories(home.run());
        String text = JSON.createObjectNode()
                        .put("server", server.toString())
                        .put("tsa", tsa.toString())
                        .put("tokenFile", tokenFile.toString())
                        .toPrettyString()
                + System.lineSeparator();
        AtomicFile.write(file(home), temporary -> Files.writeString(temporary, text));
    }

    /** Takes the file away if it is still this one. */
    void remove(Home home) throws IOException {
        if (read(home).filter(this::equals).isPresent()) {
            Files.deleteIfExists(file(home));
        }
    }

    private static Path file(Home home) {
        return home.run().resolve("endpoints.json");
    }
}

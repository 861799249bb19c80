package io.countersign.hsm;

import io.countersign.key.DigestAlgorithm;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;

/** The countersign.yaml of a fresh home, and the API tokens it lets in. */
final class FreshConfiguration {
    private static final String TEMPLATE = "fresh-countersign.yaml";
    private static final int TOKEN_BYTES = 32;

    private FreshConfiguration() {}

    /**
     * Writes countersign.yaml, secrets/ci.token and secrets/admin.token into the stage, whose secrets folder exists.
     *
     * @param template countersign.yaml with names between @ for what is this home's own
     * @param baseUrl that of the certificates
     */
    static void write(Path stage, Path module, String template, Optional<URI> baseUrl) throws IOException {
        Path secrets = stage.resolve("secrets");
        String text = template.replace("@organizationId@", UUID.randomUUID().toString())
                .replace("@module@", module.toString())
                .replace("@pkiBaseUrl@", baseUrl.map(URI::toString).orElse(""))
                .replace("@ciTokenSha256@", token(secrets.resolve("ci.token")))
                .replace("@adminTokenSha256@", token(secrets.resolve("admin.token")));
        Files.writeString(stage.resolve("countersign.yaml"), text, StandardCharsets.UTF_8);
    }

    /** Writes a new token to a file and gives its SHA-256. */
    private static String token(Path file) throws IOException {
        byte[] octets = new byte[TOKEN_BYTES];
        new SecureRandom().nextBytes(octets);
        byte[] token = Base64.getUrlEncoder().withoutPadding().encode(octets);
        try {
            OwnerOnly.file(file, token);
            return DigestAlgorithm.SHA256.digest(token).value().hex();
        } finally {
            Arrays.fill(octets, (byte) 0);
            Arrays.fill(token, (byte) 0);
        }
    }

    static String template() throws IOException {
        try (InputStream in = FreshConfiguration.class.getResourceAsStream(TEMPLATE)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}

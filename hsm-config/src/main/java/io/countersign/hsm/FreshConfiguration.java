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

/** The countersign.yaml of a fresh home, and the API token it lets in. */
final class FreshConfiguration {
    private static final String TEMPLATE = "fresh-countersign.yaml";
    private static final int TOKEN_BYTES = 32;

    private FreshConfiguration() {}

    /**
     * Writes countersign.yaml and secrets/ci.token into the stage, whose secrets folder exists.
     *
     * @param template countersign.yaml with names between @ for what is this home's own
     * @param baseUrl that of the certificates
     */
    static void write(Path stage, Path module, String template, Optional<URI> baseUrl) throws IOException {
        byte[] octets = new byte[TOKEN_BYTES];
        new SecureRandom().nextBytes(octets);
        byte[] token = Base64.getUrlEncoder().withoutPadding().encode(octets);
        try {
            OwnerOnly.file(stage.resolve("secrets").resolve("ci.token"), token);
            String text = template.replace("@organizationId@", UUID.randomUUID().toString())
                    .replace("@module@", module.toString())
                    .replace("@pkiBaseUrl@", baseUrl.map(URI::toString).orElse(""))
                    .replace(
                            "@ciTokenSha256@",
                            DigestAlgorithm.SHA256.digest(token).value().hex());
            Files.writeString(stage.resolve("countersign.yaml"), text, StandardCharsets.UTF_8);
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

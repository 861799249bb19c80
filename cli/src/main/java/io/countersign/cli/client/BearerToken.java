package io.countersign.cli.client;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** An API token; it is read from a file, goes into one header, and is never printed. */
public final class BearerToken {
    private static final int LIMIT = 8192;

    private final String secret;

    private BearerToken(String secret) {
        this.secret = secret;
    }

    /**
     * The first line of a file.
     *
     * @throws IOException if it cannot be read, or if its first line cannot be a token (RFC 6750 section 2.1)
     */
    public static BearerToken read(Path file) throws IOException {
        byte[] octets;
        try (InputStream in = Files.newInputStream(file)) {
            octets = in.readNBytes(LIMIT);
        }
        String line = new String(octets, StandardCharsets.ISO_8859_1)
                .lines()
                .findFirst()
                .orElse("")
                .strip();
        if (!line.matches("[A-Za-z0-9._~+/-]+=*")) {
            throw new IOException("the first line of " + file + " is not an API token");
        }
        return new BearerToken(line);
    }

    String header() {
        return "Bearer " + secret;
    }

    @Override
    public String toString() {
        return "BearerToken";
    }
}

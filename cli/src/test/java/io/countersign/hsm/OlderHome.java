package io.countersign.hsm;

import io.countersign.home.Home;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A home as it was made before certificates named addresses and CA keys had a token of their own: by the plan and the
 * countersign.yaml of then, but that its CAs' keys are shorter, since theirs would cost a test ten seconds.
 */
public final class OlderHome {
    private OlderHome() {}

    public static void make(Path folder) throws Exception {
        Ceremony.run(
                new Home(folder),
                text("older-ceremony.yaml").replace("RSA-4096", "RSA-3072"),
                text("older-countersign.yaml"),
                line -> {});
    }

    private static String text(String resource) throws Exception {
        try (InputStream in = OlderHome.class.getResourceAsStream(resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}

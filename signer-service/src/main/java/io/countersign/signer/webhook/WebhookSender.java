package io.countersign.signer.webhook;

import io.countersign.signer.audit.Printable;
import io.countersign.signer.outbound.Outbound;
import io.countersign.signer.outbound.UpTo;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Sends a message as Standard Webhooks has it (https://www.standardwebhooks.com): {@code webhook-id}, {@code webhook-timestamp} and
 * {@code webhook-signature}, the HMAC-SHA256 over all three. Redirects are not followed.
 */
final class WebhookSender {
    private static final Duration DEADLINE = Duration.ofSeconds(10);
    private static final int LONGEST_ANSWER = 1000;
    private static final String ENCODED_SECRET = "whsec_";

    /**
     * What came back.
     *
     * @param said made printable
     */
    record Answer(boolean good, String said) {}

    /**
     * Sends it once.
     *
     * @param secretFile the key, as text or after {@code whsec_} in Base64, on its first line
     */
    Answer send(Delivery delivery, Path secretFile, Instant now) {
        try {
            HttpRequest request = HttpRequest.newBuilder(delivery.url())
                    .header("Content-Type", "application/json")
                    .header("User-Agent", "countersign")
                    .header("webhook-id", delivery.id().toString())
                    .header("webhook-timestamp", Long.toString(now.getEpochSecond()))
                    .header("webhook-signature", "v1," + signature(delivery, secretFile, now))
                    .POST(HttpRequest.BodyPublishers.ofString(delivery.body()))
                    .build();
            ByteArrayOutputStream said = new ByteArrayOutputStream();
            int status = Outbound.send(request, info -> new UpTo(said, LONGEST_ANSWER), DEADLINE)
                    .statusCode();
            return new Answer(status / 100 == 2, status + ": " + Printable.of(said.toString(StandardCharsets.UTF_8)));
        } catch (IOException | IllegalArgumentException e) {
            // The latter for what is no address.
            return new Answer(false, "no answer: " + Printable.of(String.valueOf(e)));
        }
    }

    static String signature(Delivery delivery, Path secretFile, Instant now) throws IOException {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret(secretFile), "HmacSHA256"));
            String signed = delivery.id() + "." + now.getEpochSecond() + "." + delivery.body();
            return Base64.getEncoder().encodeToString(mac.doFinal(signed.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JVM has HmacSHA256", e);
        }
    }

    private static byte[] secret(Path file) throws IOException {
        String line = Files.readString(file).lines().findFirst().orElse("").strip();
        if (line.length() < ENCODED_SECRET.length()) {
            throw new IOException("the secret file is as good as empty");
        }
        try {
            return line.startsWith(ENCODED_SECRET)
                    ? Base64.getDecoder().decode(line.substring(ENCODED_SECRET.length()))
                    : line.getBytes(StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new IOException("the secret after " + ENCODED_SECRET + " is not Base64", e);
        }
    }
}

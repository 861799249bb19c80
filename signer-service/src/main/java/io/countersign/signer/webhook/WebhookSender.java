package io.countersign.signer.webhook;

import io.countersign.signer.audit.Printable;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
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
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration READ = Duration.ofSeconds(10);
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
            byte[] body = delivery.body().getBytes(StandardCharsets.UTF_8);
            HttpURLConnection exchange =
                    (HttpURLConnection) delivery.url().toURL().openConnection();
            exchange.setInstanceFollowRedirects(false);
            exchange.setConnectTimeout((int) CONNECT.toMillis());
            exchange.setReadTimeout((int) READ.toMillis());
            exchange.setRequestMethod("POST");
            exchange.setDoOutput(true);
            exchange.setFixedLengthStreamingMode(body.length);
            exchange.setRequestProperty("Content-Type", "application/json");
            exchange.setRequestProperty("User-Agent", "countersign");
            exchange.setRequestProperty("webhook-id", delivery.id().toString());
            exchange.setRequestProperty("webhook-timestamp", Long.toString(now.getEpochSecond()));
            exchange.setRequestProperty("webhook-signature", "v1," + signature(delivery, secretFile, now));
            exchange.getOutputStream().write(body);
            int status = exchange.getResponseCode();
            boolean good = status / 100 == 2;
            return new Answer(good, status + ": " + Printable.of(answer(exchange, good)));
        } catch (IOException e) {
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

    private static String answer(HttpURLConnection exchange, boolean good) throws IOException {
        try (InputStream in = good ? exchange.getInputStream() : exchange.getErrorStream()) {
            return in == null ? "" : new String(in.readNBytes(LONGEST_ANSWER), StandardCharsets.UTF_8);
        }
    }
}

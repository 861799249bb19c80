package io.countersign.signer.outbound;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Exchanges with servers that are not ours: each has one deadline from the first octet to the last, since a server that sends an octet
 * now and then passes every limit of a single read. No redirect is followed. Safe for several threads.
 */
public final class Outbound {
    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    private Outbound() {}

    /**
     * Sends a request and waits for the whole answer.
     *
     * @throws IOException if it is not there by the deadline, or cannot be had
     */
    public static <T> HttpResponse<T> send(HttpRequest request, BodyHandler<T> body, Duration deadline)
            throws IOException {
        CompletableFuture<HttpResponse<T>> answer = CLIENT.sendAsync(request, body);
        try {
            return answer.get(deadline.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new IOException("there was no whole answer within " + deadline.toSeconds() + " seconds", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("nobody waits for the answer any more");
        } catch (ExecutionException e) {
            throw new IOException(String.valueOf(e.getCause()), e);
        } finally {
            // Of one that is over nothing happens.
            answer.cancel(true);
        }
    }
}

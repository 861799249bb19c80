package io.countersign.timestamp.http;

import io.countersign.key.Digest;
import io.countersign.timestamp.MalformedTimestamp;
import io.countersign.timestamp.Refusal;
import io.countersign.timestamp.TimestampRequest;
import io.countersign.timestamp.TimestampResponse;
import io.countersign.timestamp.TimestampSource;
import io.countersign.timestamp.TimestampToken;
import io.countersign.timestamp.TimestampUnavailable;
import io.countersign.timestamp.Timestamped;
import io.countersign.x509.PathBuilder;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Any TSA over HTTP (RFC 3161 section 3.4). A token is given only if it is over our imprint with our fresh nonce, tells about
 * the time of our clock, and is signed by the certificate it binds, which is a TSA's and, where roots are given, trusted. The peer
 * is not trusted: its answer is bounded in time and size. One request a call, no retries. Safe for several threads.
 */
public final class HttpTimestampSource implements TimestampSource {
    /** Tokens have 2 to 10 KB; this leaves room for long chains and revocation data. */
    static final int MAX_RESPONSE_BYTES = 1024 * 1024;

    private static final String QUERY = "application/timestamp-query";
    private static final String REPLY = "application/timestamp-reply";
    private static final int NONCE_BITS = 127;
    private static final int REQUEST_TIMEOUT = 408;
    private static final int TOO_MANY_REQUESTS = 429;
    /** Refusals that are about the authority's state (RFC 3161 section 2.4.2) and not about what was asked. */
    private static final Set<Refusal> PASSING = EnumSet.of(Refusal.TIME_NOT_AVAILABLE, Refusal.SYSTEM_FAILURE);

    private static final int MOST_DIGITS = 9;
    private static final Duration FOR_EVER = Duration.ofSeconds(999_999_999);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    private static final SecureRandom RANDOM = new SecureRandom();

    private final URI url;
    private final Duration timeout;
    private final InstantSource clock;
    private final Optional<PathBuilder> roots;
    private final HttpClient client;

    /**
     * A TSA at a URL; nothing is sent yet.
     *
     * @param url http or https, without credentials: it appears in messages and provenance
     * @param timeout for connecting, asking and reading the answer, together
     * @param clock what the time in a token is compared with
     * @param roots what the authority's certificate must end in; empty if whoever verifies the token judges that
     * @throws IllegalArgumentException if the URL or the time-out cannot be used
     */
    public HttpTimestampSource(URI url, Duration timeout, InstantSource clock, Optional<PathBuilder> roots) {
        String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
        if (!(scheme.equals("http") || scheme.equals("https")) || url.getHost() == null) {
            throw new IllegalArgumentException(
                    "\"" + url + "\" is no URL of a timestamp authority; wanted http://… or https://…");
        }
        if (url.getRawUserInfo() != null) {
            throw new IllegalArgumentException("the URL of the timestamp authority at " + url.getHost()
                    + " holds credentials; wanted one without");
        }
        if (timeout.isZero() || timeout.isNegative()) {
            throw new IllegalArgumentException("a time-out of " + timeout + "; wanted more than zero");
        }
        this.url = url;
        this.timeout = timeout;
        this.clock = clock;
        this.roots = roots;
        // HTTP/1.1: the upgrade to 2 that Java would offer on plain http confuses some authorities.
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(timeout.compareTo(CONNECT_TIMEOUT) < 0 ? timeout : CONNECT_TIMEOUT)
                .build();
    }

    @Override
    public Timestamped timestamp(Digest imprint) throws TimestampUnavailable {
        BigInteger nonce = new BigInteger(NONCE_BITS, RANDOM);
        TimestampRequest request = new TimestampRequest(imprint, Optional.of(nonce), true, Optional.empty());
        Instant sent = clock.instant();
        byte[] answer = body(exchange(request));
        Instant received = clock.instant();
        TimestampToken token = granted(answer);
        try {
            new TokenCheck(request, sent, received, roots).requireAnswer(token);
        } catch (TokenCheck.Objection e) {
            throw unavailable(
                    "sent a token " + e.getMessage()
                            + "; do not use it, and ask its operator or name another authority",
                    e);
        }
        return new Timestamped(token, url.toString());
    }

    private HttpResponse<byte[]> exchange(TimestampRequest request) throws TimestampUnavailable {
        HttpRequest post = HttpRequest.newBuilder(url)
                .header("Content-Type", QUERY)
                .header("Accept", REPLY)
                .POST(BodyPublishers.ofByteArray(request.encode()))
                .build();
        CompletableFuture<HttpResponse<byte[]>> answer =
                client.sendAsync(post, head -> new BoundedBody(MAX_RESPONSE_BYTES));
        try {
            // HttpRequest.timeout ends with the headers; this one covers the body of a peer that trickles.
            return answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw passing(
                    "did not answer within " + timeout.toMillis() + " ms; try again, or raise the time-out",
                    e,
                    Duration.ZERO);
        } catch (InterruptedException e) {
            answer.cancel(true);
            Thread.currentThread().interrupt();
            throw unavailable("was not waited for: this thread was interrupted", e);
        } catch (ExecutionException e) {
            throw failed(e.getCause());
        }
    }

    private TimestampUnavailable failed(Throwable cause) {
        if (cause instanceof BoundedBody.TooLarge) {
            return unavailable(
                    "answered with more than " + MAX_RESPONSE_BYTES
                            + " bytes; check that this is a timestamp authority",
                    cause);
        }
        String reason = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        return passing(
                "could not be asked (" + printable(reason) + "); check the URL, the network and the proxy",
                cause,
                Duration.ZERO);
    }

    private byte[] body(HttpResponse<byte[]> response) throws TimestampUnavailable {
        int status = response.statusCode();
        if (status != 200) {
            String hint = status >= 300 && status < 400
                    ? "name the URL it redirects to"
                    : "check the URL, and try again if it is right";
            String answer = "answered HTTP " + status + " instead of 200; " + hint;
            throw status >= 500 || status == TOO_MANY_REQUESTS || status == REQUEST_TIMEOUT
                    ? passing(answer, null, retryAfter(response))
                    : unavailable(answer, null);
        }
        String contentType = response.headers().firstValue("Content-Type").orElse("no content type");
        if (!mediaType(contentType).equals(REPLY)) {
            throw unavailable(
                    "answered " + printable(contentType) + " instead of " + REPLY
                            + "; check that the URL is a timestamp authority's and no portal is in between",
                    null);
        }
        return response.body();
    }

    private TimestampToken granted(byte[] body) throws TimestampUnavailable {
        TimestampResponse response;
        try {
            response = TimestampResponse.parse(body);
        } catch (MalformedTimestamp e) {
            throw passing(
                    "answered " + body.length + " bytes that cannot be read (" + printable(e.getMessage())
                            + "); try again, or name another authority",
                    e,
                    Duration.ZERO);
        }
        if (response instanceof TimestampResponse.Refused refused) {
            String answer = "refused the request: PKIStatus " + refused.status() + " " + refused.refusals()
                    + (refused.text().isEmpty() ? "" : ", \"" + refused.text() + "\"")
                    + "; check that it accepts SHA-256 and larger digests, or name another authority";
            throw PASSING.containsAll(refused.refusals()) && !refused.refusals().isEmpty()
                    ? passing(answer, null, Duration.ZERO)
                    : unavailable(answer, null);
        }
        return ((TimestampResponse.Granted) response).token();
    }

    /** The media type alone, without parameters, which RFC 9110 section 8.3.1 has compared without case. */
    private static String mediaType(String contentType) {
        return contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    }

    /** What a stranger sent, fit for a terminal. */
    private static String printable(String text) {
        String clean = String.valueOf(text).replaceAll("\\p{C}+", " ").strip();
        return clean.length() <= 100 ? clean : clean.substring(0, 100) + "…";
    }

    /** Retry-After (RFC 9110 section 10.2.3) in seconds, or as a date: by the server's clock, so that ours need not agree with it. */
    private static Duration retryAfter(HttpResponse<byte[]> response) {
        String after = response.headers().firstValue("Retry-After").orElse("").strip();
        if (after.matches("[0-9]+")) {
            return after.length() > MOST_DIGITS ? FOR_EVER : Duration.ofSeconds(Long.parseLong(after));
        }
        try {
            String now = response.headers().firstValue("Date").orElse("").strip();
            Duration wait = Duration.between(httpDate(now), httpDate(after));
            return wait.isNegative() ? Duration.ZERO : wait;
        } catch (DateTimeParseException e) {
            return Duration.ZERO;
        }
    }

    private static Instant httpDate(String text) {
        return DateTimeFormatter.RFC_1123_DATE_TIME.parse(text, Instant::from);
    }

    private TimestampUnavailable passing(String what, Throwable cause, Duration askedToWait) {
        return TimestampUnavailable.forNow("the timestamp authority " + url + " " + what, cause, askedToWait);
    }

    private TimestampUnavailable unavailable(String what, Throwable cause) {
        return new TimestampUnavailable("the timestamp authority " + url + " " + what, cause);
    }
}

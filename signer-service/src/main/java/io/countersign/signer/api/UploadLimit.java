package io.countersign.signer.api;

import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.Response.Status;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * What an upload may be: not larger than the limit, one of not too many at a time, and not slower than any line is today. A thread
 * waits for each, so uploads must leave some to the rest of the service, and whoever dawdles is let go. Runs on the event loop.
 */
final class UploadLimit implements Handler<RoutingContext> {
    static final int BEFORE_EVERYTHING = 1_000_000;

    private static final Logger LOG = Logger.getLogger(UploadLimit.class);

    /** Half of the threads that answer: Quarkus has 200 or more. */
    private static final int AT_ONCE = 100;

    private static final Pace PACE = new Pace(Duration.ofSeconds(30), 256 << 10);

    private final long bytes;
    private final int most;
    private final Pace pace;
    private final AtomicInteger present = new AtomicInteger();

    /** Puts it in front of everything that reads a body. */
    @Singleton
    static class Registration {
        private final MemorySize limit;

        Registration(@ConfigProperty(name = "quarkus.http.limits.max-body-size") MemorySize limit) {
            this.limit = limit;
        }

        void register(@Observes Filters filters) {
            filters.register(new UploadLimit(limit.asLongValue(), AT_ONCE, PACE), BEFORE_EVERYTHING);
        }
    }

    /** How much has to come in each stretch of time. */
    record Pace(Duration stretch, long bytes) {}

    /**
     * @param bytes how many an upload may have
     * @param most how many there may be at once
     */
    UploadLimit(long bytes, int most, Pace pace) {
        this.bytes = bytes;
        this.most = most;
        this.pace = pace;
    }

    static Problem tooLarge() {
        return Problem.of(
                Status.REQUEST_ENTITY_TOO_LARGE,
                "the file, or a field of the form, is larger than this service takes",
                "a field has at most 2048 bytes; the operator raises the limit for files with"
                        + " quarkus.http.limits.max-body-size");
    }

    /**
     * What is posted as a form of parts. One that says so twice could be something else to whoever reads it; and what is asked for with
     * GET is no upload, whatever it says: a stream of events would have its place for hours.
     */
    static boolean isUpload(HttpServerRequest request) {
        List<String> types = request.headers().getAll(HttpHeaders.CONTENT_TYPE);
        return request.method().equals(HttpMethod.POST)
                && types.size() == 1
                && types.get(0).strip().toLowerCase(Locale.ROOT).startsWith("multipart/");
    }

    @Override
    public void handle(RoutingContext asked) {
        if (announced(asked.request()) > bytes) {
            EarlyAnswer.send(asked, tooLarge());
        } else if (!isUpload(asked.request())) {
            asked.next();
        } else if (present.incrementAndGet() > most) {
            present.decrementAndGet();
            EarlyAnswer.send(
                    asked,
                    Problem.of(
                            Status.SERVICE_UNAVAILABLE,
                            most + " files are being uploaded at the moment",
                            "try again as Retry-After says"));
        } else {
            watch(asked);
            asked.next();
        }
    }

    private void watch(RoutingContext asked) {
        HttpServerRequest request = asked.request();
        long[] before = {0};
        long timer = asked.vertx().setPeriodic(pace.stretch().toMillis(), fired -> {
            long now = request.bytesRead();
            if (!request.isEnded() && now - before[0] < pace.bytes()) {
                LOG.infof(
                        "an upload from %s was broken off: %d bytes in %s",
                        request.remoteAddress(), now - before[0], pace.stretch());
                request.connection().close();
            }
            before[0] = now;
        });
        asked.addEndHandler(ended -> {
            asked.vertx().cancelTimer(timer);
            present.decrementAndGet();
        });
    }

    private static long announced(HttpServerRequest request) {
        try {
            String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
            return length == null ? 0 : Long.parseLong(length);
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}

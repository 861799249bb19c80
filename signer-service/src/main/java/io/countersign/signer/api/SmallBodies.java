package io.countersign.signer.api;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.impl.RoutingContextInternal;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.Response.Status;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Every body but an upload is read whole, and within a time, before one of the threads that answer has to do with it: else whoever
 * sends a byte now and then, with or without a credential, has a thread wait for him, and some hundred of these leave none for the
 * others. Runs on the event loop. HTTP/1 only: application.properties turns HTTP/2 off.
 */
final class SmallBodies implements Handler<RoutingContext> {
    private static final int MOST_BYTES = 64 << 10;

    /** Of all that are being read; far less than the smallest heap this runs with. */
    private static final long MOST_TOGETHER = 32 << 20;

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Duration patience;
    private final AtomicLong together = new AtomicLong();

    /** Puts it in front of everything that reads a body. */
    @Singleton
    static class Registration {
        void register(@Observes Filters filters) {
            filters.register(new SmallBodies(PATIENCE), UploadLimit.BEFORE_EVERYTHING - 1);
        }
    }

    /** @param patience from the end of the headers to the end of the body */
    SmallBodies(Duration patience) {
        this.patience = patience;
    }

    @Override
    public void handle(RoutingContext asked) {
        MultiMap headers = asked.request().headers();
        boolean hasBody =
                headers.contains(HttpHeaders.CONTENT_LENGTH) || headers.contains(HttpHeaders.TRANSFER_ENCODING);
        if (!hasBody || UploadLimit.isUpload(asked.request())) {
            asked.next();
            return;
        }
        new Reading(asked).begin();
    }

    static Problem late() {
        return Problem.of(Status.REQUEST_TIMEOUT, "the body did not come in time", "send it at once");
    }

    private static Problem tooLarge() {
        return Problem.of(
                Status.REQUEST_ENTITY_TOO_LARGE,
                "the body is longer than " + MOST_BYTES + " bytes",
                "files are sent as multipart/form-data, and everything else is short");
    }

    private static Problem busy() {
        return Problem.of(Status.SERVICE_UNAVAILABLE, "too much is being sent at once", "try again later");
    }

    /** One body. */
    private final class Reading {
        private final RoutingContext asked;
        private final HttpServerRequest request;
        private final Buffer body = Buffer.buffer();
        private final long timer;
        private boolean over;

        Reading(RoutingContext asked) {
            this.asked = asked;
            this.request = asked.request();
            this.timer = asked.vertx().setTimer(patience.toMillis(), fired -> breakOff(late()));
        }

        void begin() {
            request.handler(this::take);
            request.endHandler(whole -> {
                if (end()) {
                    // What Vert.x' own BodyHandler does, which fails, and fills the log, where a peer goes away.
                    ((RoutingContextInternal) asked).setBody(body);
                    asked.next();
                }
            });
            request.exceptionHandler(gone -> end());
            if ("100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))) {
                asked.response().writeContinue();
            }
            request.resume(); // Quarkus holds requests until somebody reads them.
        }

        private void take(Buffer part) {
            if (over) {
                return;
            }
            if (body.length() + part.length() > MOST_BYTES) {
                breakOff(tooLarge());
                return;
            }
            body.appendBuffer(part);
            if (together.addAndGet(part.length()) > MOST_TOGETHER) {
                breakOff(busy());
            }
        }

        /** False if it was over before. */
        private boolean end() {
            if (over) {
                return false;
            }
            over = true;
            asked.vertx().cancelTimer(timer);
            together.addAndGet(-body.length());
            return true;
        }

        private void breakOff(Problem problem) {
            if (end()) {
                EarlyAnswer.send(asked, problem);
            }
        }
    }
}

package io.countersign.tsa;

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
import java.time.Duration;

/**
 * A request's body is read whole before one of the threads that answer has to do with it, and within a time. Else whoever
 * announces a body and does not send it, or a byte now and then, has a thread wait for him, and 200 such leave none for the
 * others. Runs on the event loop. HTTP/1 only: application.properties turns HTTP/2 off.
 */
final class WholeBodies implements Handler<RoutingContext> {
    /** As quarkus.http.limits.max-body-size, which looks at the length that is told. */
    private static final int MOST_BYTES = 64 * 1024;

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int REQUEST_TIMEOUT = 408;
    private static final int TOO_LARGE = 413;

    private final Duration patience;

    /** Puts it in front of everything that reads a body. */
    @Singleton
    static class Registration {
        void register(@Observes Filters filters) {
            filters.register(new WholeBodies(PATIENCE), 1);
        }
    }

    /** @param patience from the end of the headers to the end of the body */
    WholeBodies(Duration patience) {
        this.patience = patience;
    }

    @Override
    public void handle(RoutingContext asked) {
        HttpServerRequest request = asked.request();
        MultiMap headers = request.headers();
        if (!headers.contains(HttpHeaders.CONTENT_LENGTH) && !headers.contains(HttpHeaders.TRANSFER_ENCODING)) {
            asked.next();
            return;
        }
        long timer = asked.vertx().setTimer(patience.toMillis(), fired -> breakOff(asked, REQUEST_TIMEOUT));
        Buffer body = Buffer.buffer();
        request.handler(part -> {
            if (body.length() + part.length() <= MOST_BYTES) {
                body.appendBuffer(part);
            } else if (asked.vertx().cancelTimer(timer)) {
                breakOff(asked, TOO_LARGE);
            }
        });
        request.endHandler(whole -> {
            if (asked.vertx().cancelTimer(timer)) {
                // What Vert.x' own BodyHandler does, which fails, and fills the log, where a peer goes away.
                ((RoutingContextInternal) asked).setBody(body);
                asked.next();
            }
        });
        request.exceptionHandler(gone -> asked.vertx().cancelTimer(timer));
        if ("100-continue".equalsIgnoreCase(headers.get(HttpHeaders.EXPECT))) {
            asked.response().writeContinue();
        }
        request.resume(); // Quarkus holds requests until somebody reads them.
    }

    private static void breakOff(RoutingContext asked, int status) {
        asked.response()
                .setStatusCode(status)
                .putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE)
                .end()
                .onComplete(sent -> asked.request().connection().close());
    }
}

package io.countersign.signer.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.Response.Status;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Answers an announced body that is too large before Quarkus does, which would answer without a word. */
@Singleton
class UploadLimit {
    private static final int BEFORE_EVERYTHING = 1_000_000;

    private final long bytes;
    private final ObjectMapper json;

    UploadLimit(@ConfigProperty(name = "quarkus.http.limits.max-body-size") MemorySize limit, ObjectMapper json) {
        this.bytes = limit.asLongValue();
        this.json = json;
    }

    static Problem tooLarge() {
        return Problem.of(
                Status.REQUEST_ENTITY_TOO_LARGE,
                "the file, or a field of the form, is larger than this service takes",
                "a field has at most 2048 bytes; the operator raises the limit for files with"
                        + " quarkus.http.limits.max-body-size");
    }

    void register(@Observes Filters filters) {
        filters.register(this::check, BEFORE_EVERYTHING);
    }

    private void check(RoutingContext exchange) {
        if (announced(exchange) <= bytes) {
            exchange.next();
            return;
        }
        try {
            exchange.response()
                    .setStatusCode(Status.REQUEST_ENTITY_TOO_LARGE.getStatusCode())
                    .putHeader("Content-Type", Problem.TYPE.toString())
                    .putHeader("Connection", "close")
                    .end(json.writeValueAsString(tooLarge()))
                    .onComplete(sent -> exchange.request().connection().close());
        } catch (JsonProcessingException e) {
            exchange.fail(e);
        }
    }

    private static long announced(RoutingContext exchange) {
        try {
            String length = exchange.request().getHeader("Content-Length");
            return length == null ? 0 : Long.parseLong(length);
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}

package io.countersign.signer.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.core.Response.Status;

/** A problem that is told on the event loop, before any resource is asked; what was still to be sent is not read. */
final class EarlyAnswer {
    private static final ObjectMapper JSON = new ObjectMapper();

    private EarlyAnswer() {}

    static void send(RoutingContext asked, Problem problem) {
        try {
            HttpServerResponse response = asked.response()
                    .setStatusCode(problem.status())
                    .putHeader(HttpHeaders.CONTENT_TYPE, Problem.TYPE.toString())
                    .putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
            if (problem.status() == Status.SERVICE_UNAVAILABLE.getStatusCode()) {
                response.putHeader("Retry-After", "10");
            }
            response.end(JSON.writeValueAsString(problem))
                    .onComplete(sent -> asked.request().connection().close());
        } catch (JsonProcessingException e) {
            asked.fail(e);
        }
    }
}

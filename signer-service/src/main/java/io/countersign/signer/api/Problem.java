package io.countersign.signer.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.stream.Collectors;

/**
 * RFC 9457 problem details. The type is {@code about:blank}, so the title is the status' own phrase.
 *
 * @param howToFix what the caller can do, beside the members the RFC names
 * @param errors each single error, where there are several
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
record Problem(String title, int status, String detail, String howToFix, List<Fault> errors) {
    static final MediaType TYPE = new MediaType("application", "problem+json");

    /** One of several errors, named as SignPath names them. */
    record Fault(String error, String howToFix) {}

    static Problem of(Response.StatusType status, String detail, String howToFix) {
        return new Problem(status.getReasonPhrase(), status.getStatusCode(), detail, howToFix, List.of());
    }

    static Problem of(Response.StatusType status, List<Fault> errors) {
        return new Problem(
                status.getReasonPhrase(),
                status.getStatusCode(),
                errors.stream().map(Fault::error).collect(Collectors.joining("; ")),
                errors.stream().map(Fault::howToFix).distinct().collect(Collectors.joining("; ")),
                errors);
    }

    Response.ResponseBuilder response() {
        Response.ResponseBuilder response = Response.status(status).entity(this).header(HttpHeaders.CONTENT_TYPE, TYPE);
        // RFC 9110 section 15.5.2: a 401 says how to authenticate.
        return status == Response.Status.UNAUTHORIZED.getStatusCode()
                ? response.header(HttpHeaders.WWW_AUTHENTICATE, "Bearer realm=\"countersign\"")
                : response;
    }

    /** To be thrown from a resource. */
    Refusal refusal() {
        return new Refusal(this);
    }

    /** Carries a problem out of a resource or a filter. */
    static final class Refusal extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final transient Problem problem;

        private Refusal(Problem problem) {
            super(problem.detail());
            this.problem = problem;
        }

        Problem problem() {
            return problem;
        }
    }
}

package io.countersign.signer.ui;

import io.countersign.signer.audit.AuditUnavailable;
import io.countersign.signer.request.StoreUnavailable;
import io.quarkus.qute.TemplateInstance;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.ResponseBuilder;
import jakarta.ws.rs.core.Response.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jboss.logging.Logger;

/** Pages as answers, and forms as questions. */
final class Html {
    static final String TYPE = "text/html;charset=UTF-8";

    private static final Logger LOG = Logger.getLogger(Html.class);

    private Html() {}

    static ResponseBuilder page(Status status, TemplateInstance page) {
        return Response.status(status).type(TYPE).entity(page.render());
    }

    /**
     * After a form, so that looking at the page again sends nothing again. The whole address: a relative one would be completed with
     * what a proxy called us.
     */
    static ResponseBuilder to(Site site, String path) {
        return Response.status(Status.SEE_OTHER).location(site.address(path));
    }

    /** @param wait until there is something to be had again */
    static ResponseBuilder tooOften(TemplateInstance page, Duration wait) {
        // Whole seconds (RFC 9110 section 10.2.3).
        return page(Status.TOO_MANY_REQUESTS, page)
                .header(
                        HttpHeaders.RETRY_AFTER,
                        Math.max(1, wait.plusMillis(999).toSeconds()));
    }

    /** A field that came once; empty if it came not at all, or more often (RFC 6749 section 3.1 forbids that). */
    static Optional<String> only(MultivaluedMap<String, String> fields, String name) {
        List<String> values = fields == null ? List.of() : fields.getOrDefault(name, List.of());
        return values.size() == 1 ? Optional.of(values.get(0)) : Optional.empty();
    }

    /** Our messages are parts of sentences. */
    static String sentence(String message) {
        return message.isEmpty() ? "" : message.substring(0, 1).toUpperCase(Locale.ROOT) + message.substring(1) + ".";
    }

    /**
     * An answer to what went wrong; nothing of an unexpected failure but a number to find it by in the log.
     *
     * @param before what had come of it when it went wrong
     */
    static Response failed(Site site, Throwable e, List<Notice> before) {
        if (e instanceof WebApplicationException http) {
            return http.getResponse();
        }
        boolean away = e instanceof StoreUnavailable || e instanceof AuditUnavailable;
        String incident = UUID.randomUUID().toString();
        LOG.errorf(e, "incident %s", incident);
        List<Notice> notices = new ArrayList<>(before);
        notices.addAll(Notice.bad(
                away ? "The service cannot reach its store." : "The service failed.",
                "Try again later; the operator finds the cause as incident " + incident + " in the service's log."));
        return page(away ? Status.SERVICE_UNAVAILABLE : Status.INTERNAL_SERVER_ERROR, Templates.notice(site, notices))
                .build();
    }
}

package io.countersign.signer.ui;

import io.countersign.signer.api.PublicUrl;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.Status;
import jakarta.ws.rs.ext.Provider;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;

/** Keeps other sites from posting our forms, framing our pages and learning from them. */
@Provider
@Page
class PageGuard implements ContainerRequestFilter, ContainerResponseFilter {
    private static final Logger LOG = Logger.getLogger(PageGuard.class);
    private static final Set<String> SAFE = Set.of(HttpMethod.GET, HttpMethod.HEAD);

    private final PublicUrl publicUrl;

    PageGuard(PublicUrl publicUrl) {
        this.publicUrl = publicUrl;
    }

    @Override
    public void filter(ContainerRequestContext request) {
        Site site = Site.of(publicUrl, request.getUriInfo());
        if (!site.isProtected()) {
            refuse(
                    request,
                    site,
                    "Pages are served over HTTPS, or to this machine alone.",
                    "Have the operator set countersign.public-url to the https:// address that people use.");
        } else if (!SAFE.contains(request.getMethod()) && !isOurs(request, site)) {
            LOG.infof("403: a form was sent by another site than %s", site.origin());
            refuse(
                    request,
                    site,
                    "The form did not come from a page of " + site.origin() + ".",
                    "Open that address and try again there.");
        }
    }

    /**
     * Every browser sends one of the two with a form (Fetch sections 3.2 and 3.5, Fetch Metadata section 2.2), and no page can change
     * either.
     */
    private static boolean isOurs(ContainerRequestContext request, Site site) {
        Optional<String> origin = Optional.ofNullable(request.getHeaderString("Origin"));
        Optional<String> fetched = Optional.ofNullable(request.getHeaderString("Sec-Fetch-Site"));
        return (origin.isPresent() || fetched.isPresent())
                && origin.map(site.origin()::equals).orElse(true)
                && fetched.map("same-origin"::equals).orElse(true);
    }

    private static void refuse(ContainerRequestContext request, Site site, String line, String remedy) {
        request.abortWith(Response.status(Status.FORBIDDEN)
                .type("text/html;charset=UTF-8")
                .entity(Templates.notice(site, Notice.bad(line, remedy)).render())
                .build());
    }

    @Override
    public void filter(ContainerRequestContext request, ContainerResponseContext response) {
        MultivaluedMap<String, Object> headers = response.getHeaders();
        headers.putSingle(
                "Content-Security-Policy",
                "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
        headers.putSingle("X-Content-Type-Options", "nosniff");
        // Not no-referrer: with that, browsers send "Origin: null" with our own forms (Fetch section 3.2). Others learn
        // as little.
        headers.putSingle("Referrer-Policy", "same-origin");
        headers.putSingle("Cache-Control", "no-store");
    }
}

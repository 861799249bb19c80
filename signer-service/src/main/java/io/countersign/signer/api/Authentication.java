package io.countersign.signer.api;

import io.countersign.signer.audit.Printable;
import io.countersign.signer.identity.BearerTokens;
import io.countersign.signer.identity.Caller;
import io.countersign.signer.identity.ClientCertificates;
import io.countersign.signer.identity.RateLimits;
import io.countersign.signer.identity.token.IssuedTokens;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.Status;
import jakarta.ws.rs.core.UriBuilder;
import jakarta.ws.rs.ext.Provider;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jboss.logging.Logger;

/**
 * Lets known callers through, before a byte of the body is read, so that nobody else can make the service store anything. It
 * asks whatever the address: one path has many spellings (percent-encoding, doubled slashes), and a list of those to protect
 * would miss one. Other spellings of the API's words become ours here.
 */
@Provider
@PreMatching
class Authentication implements ContainerRequestFilter {
    private static final Logger LOG = Logger.getLogger(Authentication.class);
    private static final String CALLER = "countersign.caller";
    private static final String PROOF = "countersign.proof";
    static final String BASE = "countersign.base";

    private static final String OURS = "/v1/";
    private static final String SIGNPATHS = "/API/v1/";

    /** Where a build shows the ID token that it has instead of ours; in this spelling alone. */
    private static final Pattern EXCHANGE = Pattern.compile("/v1/[A-Za-z0-9-]{1,64}/oauth/token");

    private static final int LONGEST_EXCHANGE = 32 << 10;

    /** The pages, which know people by the session that a cookie has; in these spellings alone. What lies elsewhere is not theirs. */
    private static final Pattern PAGES = Pattern.compile("/ui(/[a-z0-9-]{1,64}){0,2}|/ui/countersign\\.css");

    private static final int LONGEST_PAGE_FORM = 8 << 10;

    private final BearerTokens tokens;
    private final IssuedTokens issued;
    private final ClientCertificates certificates;
    private final RateLimits limits;
    private final RoutingContext exchange;

    Authentication(
            BearerTokens tokens,
            IssuedTokens issued,
            ClientCertificates certificates,
            RateLimits limits,
            RoutingContext exchange) {
        this.certificates = certificates;
        this.exchange = exchange;
        this.limits = limits;
        this.tokens = tokens;
        this.issued = issued;
    }

    /**
     * Who was let through.
     *
     * @throws Problem.Refusal if nobody was: a resource that is reached without this filter answers 401, not to everybody
     */
    static Caller callerOf(ContainerRequestContext request) {
        if (request.getProperty(CALLER) instanceof Caller caller) {
            return caller;
        }
        throw unauthorized("nobody was authenticated for this address").refusal();
    }

    /** What a caller was known by, to be asked again where an answer takes its time: it may have been taken back meanwhile. */
    @FunctionalInterface
    interface Proof {
        /** Who is known by it now. */
        Optional<Caller> again();
    }

    /** @throws Problem.Refusal if nobody was let through */
    static Proof proofOf(ContainerRequestContext request) {
        if (request.getProperty(PROOF) instanceof Proof proof) {
            return proof;
        }
        throw unauthorized("nobody was authenticated for this address").refusal();
    }

    private static Problem unauthorized(String detail) {
        return Problem.of(
                Status.UNAUTHORIZED,
                detail,
                "send Authorization: Bearer and a token of an identity of countersign.yaml; a build exchanges its ID token for"
                        + " one at /v1/{organization}/oauth/token");
    }

    /** For a body that is not going to be read. */
    private static Response.ResponseBuilder closing(Response.ResponseBuilder response) {
        return response.header("Connection", "close");
    }

    /** For Retry-After, which knows whole ones. */
    static long seconds(Duration wait) {
        return Math.max(1, wait.plusMillis(999).toSeconds());
    }

    private Optional<X509Certificate> clientCertificate() {
        SSLSession session = exchange.request().sslSession();
        if (session == null) {
            return Optional.empty();
        }
        try {
            return Optional.of((X509Certificate) session.getPeerCertificates()[0]);
        } catch (SSLPeerUnverifiedException e) {
            // The client showed none.
            return Optional.empty();
        }
    }

    /** Whether nobody need be known here: a token comes in the body, or the pages ask for themselves. The body is small, then. */
    private boolean isForAnybody(ContainerRequestContext request) {
        String path = exchange.normalizedPath();
        // The two part where a target is neither a path nor of http: "http:/ui?://h/v1/lab" leads to /v1/lab, and its
        // URI says /ui.
        if (!path.equals(request.getUriInfo().getRequestUri().getRawPath())) {
            return false;
        }
        boolean page = PAGES.matcher(path).matches();
        if (!page
                && !(request.getMethod().equals("POST")
                        && EXCHANGE.matcher(path).matches())) {
            return false;
        }
        boolean bodiless =
                request.getMethod().equals("GET") || request.getMethod().equals("HEAD");
        int longest = page ? LONGEST_PAGE_FORM : LONGEST_EXCHANGE;
        if (!bodiless && (request.getLength() < 0 || request.getLength() > longest)) {
            request.abortWith(closing(Problem.of(
                                    Status.REQUEST_ENTITY_TOO_LARGE,
                                    "the form has no Content-Length, or is longer than " + longest + " bytes",
                                    page ? "use the page's own form" : "send one ID token, and its length")
                            .response())
                    .build());
        }
        return true;
    }

    @Override
    public void filter(ContainerRequestContext request) {
        if (isForAnybody(request)) {
            return;
        }
        String authorization = request.getHeaderString(HttpHeaders.AUTHORIZATION);
        Optional<X509Certificate> certificate = authorization == null ? clientCertificate() : Optional.empty();
        Proof proof = () -> tokens.authenticate(authorization)
                .or(() -> BearerTokens.token(authorization).flatMap(issued::authenticate))
                .or(() -> certificate.flatMap(certificates::authenticate));
        Optional<Caller> caller = proof.again();
        if (caller.isEmpty()) {
            Problem problem = unauthorized(
                    request.getHeaderString(HttpHeaders.AUTHORIZATION) == null
                            ? "there is no Authorization header"
                            : "the Authorization header holds no token this service knows");
            // Neither the header nor the query: tokens end up in either.
            LOG.infof(
                    "401 for %s %s: %s",
                    SafeFileName.of(request.getMethod()),
                    Printable.of(request.getUriInfo().getRequestUri().getRawPath()),
                    problem.detail());
            request.abortWith(closing(problem.response()).build());
            return;
        }
        Optional<Duration> wait = limits.call(caller.get().name());
        if (wait.isPresent()) {
            LOG.infof("429 for %s", caller.get().name());
            request.abortWith(closing(Problem.of(
                                    Status.TOO_MANY_REQUESTS,
                                    "\"" + caller.get().name() + "\" has called more often than it may",
                                    "wait as Retry-After says; Status?wait=50 waits without asking again and again")
                            .response()
                            .header("Retry-After", seconds(wait.get())))
                    .build());
            return;
        }
        request.setProperty(CALLER, caller.get());
        request.setProperty(PROOF, proof);
        URI uri = request.getUriInfo().getRequestUri();
        String path = uri.getRawPath();
        request.setProperty(BASE, CanonicalPath.isSignPaths(path) ? SIGNPATHS : OURS);
        String canonical = CanonicalPath.of(path);
        if (!canonical.equals(path)) {
            request.setRequestUri(UriBuilder.fromUri(uri).replacePath(canonical).build());
        }
    }
}

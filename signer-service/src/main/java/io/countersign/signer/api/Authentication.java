package io.countersign.signer.api;

import io.countersign.signer.audit.Printable;
import io.countersign.signer.identity.BearerTokens;
import io.countersign.signer.identity.Caller;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response.Status;
import jakarta.ws.rs.core.UriBuilder;
import jakarta.ws.rs.ext.Provider;
import java.net.URI;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Lets known callers through, before a byte of the body is read, so that nobody else can make the service store anything. It
 * asks whatever the address: one path has many spellings (percent-encoding, doubled slashes), and a list of those to protect
 * would miss one. SignPath's spelling of the API, {@code /API/v1/…}, becomes ours here.
 */
@Provider
@PreMatching
class Authentication implements ContainerRequestFilter {
    private static final Logger LOG = Logger.getLogger(Authentication.class);
    private static final String CALLER = "countersign.caller";
    static final String BASE = "countersign.base";

    private static final String OURS = "/v1/";
    private static final String SIGNPATHS = "/API/v1/";

    private final BearerTokens tokens;

    Authentication(BearerTokens tokens) {
        this.tokens = tokens;
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

    private static Problem unauthorized(String detail) {
        return Problem.of(
                Status.UNAUTHORIZED,
                detail,
                "send Authorization: Bearer and a token whose SHA-256 an identity of countersign.yaml has");
    }

    @Override
    public void filter(ContainerRequestContext request) {
        Optional<Caller> caller = tokens.authenticate(request.getHeaderString(HttpHeaders.AUTHORIZATION));
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
            request.abortWith(problem.response()
                    // The body was not read and is not going to be.
                    .header("Connection", "close")
                    .build());
            return;
        }
        request.setProperty(CALLER, caller.get());
        String path = request.getUriInfo().getRequestUri().getRawPath();
        boolean signPath = path.regionMatches(true, 0, SIGNPATHS, 0, SIGNPATHS.length());
        request.setProperty(BASE, signPath ? SIGNPATHS : OURS);
        if (signPath) {
            URI uri = request.getUriInfo().getRequestUri();
            request.setRequestUri(UriBuilder.fromUri(uri)
                    .replacePath(OURS + path.substring(SIGNPATHS.length()))
                    .build());
        }
    }
}

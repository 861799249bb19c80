package io.countersign.signer.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.countersign.signer.audit.Printable;
import io.countersign.signer.identity.AddressLimits;
import io.countersign.signer.identity.Caller;
import io.countersign.signer.identity.oidc.IssuerUnavailable;
import io.countersign.signer.identity.token.ExchangeRefused;
import io.countersign.signer.identity.token.IssuedTokens.Issued;
import io.countersign.signer.identity.token.TokenExchange;
import io.countersign.signer.pipeline.Intake;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.Status;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;

/**
 * The token endpoint (RFC 8693 section 2): a build shows the ID token of its CI system and gets an access token for one policy.
 * Nobody is known here before the ID token is believed.
 */
@Path("/v1/{organization}/oauth/token")
@Produces(MediaType.APPLICATION_JSON)
class TokenEndpoint {
    private static final Logger LOG = Logger.getLogger(TokenEndpoint.class);
    private static final String GRANT = "urn:ietf:params:oauth:grant-type:token-exchange";
    private static final String ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";
    private static final Set<String> SUBJECT_TYPES =
            Set.of("urn:ietf:params:oauth:token-type:id_token", "urn:ietf:params:oauth:token-type:jwt");
    private static final Pattern SCOPE =
            Pattern.compile("project:([A-Za-z0-9._-]{1,64}) policy:([A-Za-z0-9._-]{1,64})");

    /** Who it is nobody knows. */
    private static final Caller UNKNOWN = Caller.configured("(token exchange)", Set.of());

    private final RequestLookup lookup;
    private final TokenExchange exchange;
    private final Intake intake;
    private final AddressLimits limits;

    TokenEndpoint(RequestLookup lookup, TokenExchange exchange, Intake intake, AddressLimits limits) {
        this.limits = limits;
        this.lookup = lookup;
        this.exchange = exchange;
        this.intake = intake;
    }

    /** RFC 8693 section 2.2.1. */
    record Granted(
            @JsonProperty("access_token") String accessToken,
            @JsonProperty("issued_token_type") String issuedTokenType,
            @JsonProperty("token_type") String tokenType,
            @JsonProperty("expires_in") long expiresIn,
            @JsonProperty("scope") String scope) {}

    /** RFC 6749 section 5.2, and what to do. */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record Refusal(
            @JsonProperty("error") String error,
            @JsonProperty("error_description") String description,
            @JsonProperty("howToFix") String howToFix) {}

    @POST
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    public Response exchange(
            @PathParam("organization") String organization,
            MultivaluedMap<String, String> form,
            @Context RoutingContext client) {
        Optional<Duration> wait = limits.call(client.request().remoteAddress().hostAddress());
        if (wait.isPresent()) {
            return Problem.of(
                            Status.TOO_MANY_REQUESTS,
                            "more tokens are shown from this address than it may show",
                            "wait as Retry-After says; one token is enough for a job")
                    .response()
                    .header("Retry-After", Authentication.seconds(wait.get()))
                    .build();
        }
        lookup.requireOrganization(organization);
        try {
            require(only(form, "grant_type").equals(GRANT), "unsupported_grant_type", "grant_type is " + GRANT);
            require(
                    SUBJECT_TYPES.contains(only(form, "subject_token_type")),
                    "invalid_request",
                    "subject_token_type is one of " + SUBJECT_TYPES);
            String scope = only(form, "scope");
            Matcher wanted = SCOPE.matcher(scope);
            require(wanted.matches(), "invalid_scope", "scope is project:SLUG policy:SLUG");
            Issued issued = exchange.exchange(only(form, "subject_token"), wanted.group(1), wanted.group(2));
            LOG.infof(
                    "%s got an access token for %s in exchange for %s",
                    issued.credential().identity(), scope, issued.credential().session());
            return Response.ok(new Granted(
                            issued.secret(),
                            ACCESS_TOKEN,
                            "Bearer",
                            Duration.between(
                                            issued.credential().createdAt(),
                                            issued.credential().expiresAt())
                                    .toSeconds(),
                            scope))
                    .header("Cache-Control", "no-store")
                    .build();
        } catch (Wrong e) {
            return answer(Status.BAD_REQUEST, e.error, e.getMessage(), "send the form that RFC 8693 section 2.1 has");
        } catch (ExchangeRefused e) {
            if (e.isGenuine()) {
                intake.refuse(UNKNOWN, e.getMessage());
            } else {
                // Anybody can make one, and the audit log forgets nothing.
                LOG.warnf("no token in exchange: %s", Printable.of(e.getMessage()));
            }
            return answer(Status.BAD_REQUEST, e.error(), e.getMessage(), e.remedy());
        } catch (IssuerUnavailable e) {
            LOG.warn(e.getMessage());
            return answer(
                    Status.SERVICE_UNAVAILABLE,
                    "temporarily_unavailable",
                    "the issuer's keys cannot be had",
                    "try again later");
        }
    }

    private static Response answer(Status status, String error, String description, String howToFix) {
        return Response.status(status)
                .entity(new Refusal(error, description, howToFix))
                .header("Cache-Control", "no-store")
                .build();
    }

    /** RFC 6749 section 3.2: parameters must not come more than once. */
    private static String only(MultivaluedMap<String, String> form, String name) throws Wrong {
        List<String> values = Optional.ofNullable(form.get(name)).orElse(List.of());
        require(values.size() == 1, "invalid_request", name + " comes once");
        return values.get(0);
    }

    private static void require(boolean good, String error, String wanted) throws Wrong {
        if (!good) {
            throw new Wrong(error, "wanted: " + wanted);
        }
    }

    private static final class Wrong extends Exception {
        private static final long serialVersionUID = 1;

        private final String error;

        Wrong(String error, String message) {
            super(message);
            this.error = error;
        }
    }
}

package io.countersign.signer.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.countersign.signer.identity.Caller;
import io.countersign.signer.identity.Caller.Scope;
import io.countersign.signer.identity.token.Credential;
import io.countersign.signer.identity.token.Credential.Kind;
import io.countersign.signer.identity.token.IssuedTokens.Issued;
import io.countersign.signer.identity.token.TokenDesk;
import io.countersign.signer.identity.token.TokenNotGiven;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.Status;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** Tokens to call the API with; each is shown once. */
@Path("/v1/{organization}/ApiTokens")
@Produces(MediaType.APPLICATION_JSON)
class ApiTokens {
    private static final String IDENTITY = "identity";
    private static final String NAME = "name";
    private static final String DAYS = "expiresInDays";
    private static final Set<String> KNOWN =
            Set.of(IDENTITY, NAME, DAYS, SubmissionForm.PROJECT, SubmissionForm.POLICY);
    private static final int LONGEST_NAME = 100;
    private static final int MOST_DAYS = 366;
    private static final int USUAL_DAYS = 90;

    private final RequestLookup lookup;
    private final TokenDesk desk;

    ApiTokens(RequestLookup lookup, TokenDesk desk) {
        this.lookup = lookup;
        this.desk = desk;
    }

    /**
     * A token as the API shows it.
     *
     * @param token the secret itself, when it is made
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record TokenView(
            String id,
            String name,
            String identity,
            Optional<String> projectSlug,
            Optional<String> signingPolicySlug,
            String createdAt,
            String expiresAt,
            Optional<String> token) {
        static TokenView of(Credential credential, Optional<String> secret) {
            return new TokenView(
                    credential.id().toString(),
                    credential.name(),
                    credential.identity(),
                    credential.scope().map(Scope::project),
                    credential.scope().flatMap(Scope::policy),
                    credential.createdAt().toString(),
                    credential.expiresAt().toString(),
                    secret);
        }
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    public Response make(
            @PathParam("organization") String organization,
            Map<String, Object> body,
            @Context ContainerRequestContext context)
            throws TokenNotGiven {
        lookup.requireOrganization(organization);
        Caller caller = Authentication.callerOf(context);
        FormFields form = JsonFields.of(body);
        SubmissionForm.refuseOthers(form, KNOWN);
        Optional<String> name = form.text(NAME).filter(n -> n.length() <= LONGEST_NAME);
        if (name.isEmpty() || form.line(NAME).isEmpty()) {
            form.errors()
                    .add(new Problem.Fault(
                            "the token has no name of 1 to " + LONGEST_NAME + " characters",
                            "send a name to know it by later"));
        }
        Optional<Scope> scope = scope(form);
        int days = days(form);
        form.requireGood();
        Issued issued = desk.make(
                caller, form.line(IDENTITY).orElse(caller.name()), name.orElseThrow(), scope, Duration.ofDays(days));
        return Response.status(Status.CREATED)
                .entity(TokenView.of(issued.credential(), Optional.of(issued.secret())))
                .header("Cache-Control", "no-store")
                .build();
    }

    private static Optional<Scope> scope(FormFields form) {
        if (form.line(SubmissionForm.PROJECT).isEmpty()) {
            if (form.line(SubmissionForm.POLICY).isPresent()) {
                form.errors().add(new Problem.Fault("a policy is named without its project", "name both"));
            }
            return Optional.empty();
        }
        return Optional.of(new Scope(
                form.slug(SubmissionForm.PROJECT),
                form.line(SubmissionForm.POLICY).map(p -> form.slug(SubmissionForm.POLICY))));
    }

    private static int days(FormFields form) {
        Optional<String> sent = form.line(DAYS);
        if (sent.isEmpty()) {
            return USUAL_DAYS;
        }
        boolean number = sent.get().matches("[1-9][0-9]{0,2}");
        if (!number || Integer.parseInt(sent.get()) > MOST_DAYS) {
            form.errors()
                    .add(new Problem.Fault("expiresInDays is not 1 to " + MOST_DAYS, "send a number of days, as text"));
            return USUAL_DAYS;
        }
        return Integer.parseInt(sent.get());
    }

    /**
     * Those the caller may take back.
     *
     * @param exchanged whether those of builds are meant, which administrators see
     */
    @GET
    public List<TokenView> list(
            @PathParam("organization") String organization,
            @QueryParam("exchanged") @DefaultValue("false") boolean exchanged,
            @Context ContainerRequestContext context) {
        lookup.requireOrganization(organization);
        Kind kind = exchanged ? Kind.EXCHANGED : Kind.API_TOKEN;
        return desk.list(Authentication.callerOf(context), kind).stream()
                .map(c -> TokenView.of(c, Optional.empty()))
                .toList();
    }

    @POST
    @Path("{id}/Revoke")
    public Map<String, String> revoke(
            @PathParam("organization") String organization,
            @PathParam("id") String id,
            @Context ContainerRequestContext context)
            throws TokenNotGiven {
        lookup.requireOrganization(organization);
        UUID known = RequestLookup.uuid(id)
                .orElseThrow(() -> Problem.of(
                                Status.NOT_FOUND, "there is no such API token", "ask for the list of ApiTokens")
                        .refusal());
        desk.revoke(Authentication.callerOf(context), known);
        return Map.of("id", known.toString());
    }
}

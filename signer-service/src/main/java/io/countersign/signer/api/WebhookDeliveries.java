package io.countersign.signer.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.countersign.home.Role;
import io.countersign.signer.identity.Caller;
import io.countersign.signer.policy.SigningRules;
import io.countersign.signer.webhook.Delivery;
import io.countersign.signer.webhook.Webhooks;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.Status;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The log of what webhooks were told. */
@Path("/v1/{organization}/Webhooks/Deliveries")
@Produces(MediaType.APPLICATION_JSON)
class WebhookDeliveries {
    private static final int MOST = 1000;

    private final RequestLookup lookup;
    private final SigningRules rules;
    private final Webhooks webhooks;

    WebhookDeliveries(RequestLookup lookup, SigningRules rules, Webhooks webhooks) {
        this.lookup = lookup;
        this.rules = rules;
        this.webhooks = webhooks;
    }

    /** A delivery as the API shows it. */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record DeliveryView(
            String id,
            String signingRequestId,
            String projectSlug,
            String url,
            String state,
            int attempts,
            String createdAt,
            Optional<String> nextAt,
            Optional<String> lastAt,
            Optional<String> answer) {
        static DeliveryView of(Delivery d) {
            return new DeliveryView(
                    d.id().toString(),
                    d.request().toString(),
                    d.project(),
                    d.url().toString(),
                    d.state().name(),
                    d.attempts(),
                    d.createdAt().toString(),
                    d.nextAt().map(Instant::toString),
                    d.lastAt().map(Instant::toString),
                    d.answer());
        }
    }

    /** The latest of the projects that the caller may see, newest first. */
    @GET
    public List<DeliveryView> latest(
            @PathParam("organization") String organization, @Context ContainerRequestContext context) {
        lookup.requireOrganization(organization);
        Caller caller = Authentication.callerOf(context);
        return webhooks.latest(MOST).stream()
                .filter(d -> rules.mayReadAll(caller, d.project()))
                .map(DeliveryView::of)
                .toList();
    }

    @POST
    @Path("{id}/Replay")
    public Response replay(
            @PathParam("organization") String organization,
            @PathParam("id") String id,
            @Context ContainerRequestContext context) {
        lookup.requireOrganization(organization);
        if (!Authentication.callerOf(context).roles().contains(Role.ADMINISTRATOR)) {
            throw Problem.of(Status.FORBIDDEN, "administrators replay deliveries", "ask one")
                    .refusal();
        }
        if (RequestLookup.uuid(id).filter(webhooks::replay).isEmpty()) {
            throw Problem.of(Status.NOT_FOUND, "there is no such delivery", "ask for the list of Deliveries")
                    .refusal();
        }
        return Response.accepted().build();
    }
}

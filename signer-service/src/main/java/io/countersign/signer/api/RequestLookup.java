package io.countersign.signer.api;

import io.countersign.home.Configuration;
import io.countersign.signer.identity.Caller;
import io.countersign.signer.policy.SigningRules;
import io.countersign.signer.request.Draft;
import io.countersign.signer.request.Drafts;
import io.countersign.signer.request.RequestRepository;
import io.countersign.signer.request.SigningRequest;
import jakarta.inject.Singleton;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.Response.Status;
import java.net.URI;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/** From addresses to requests and back; what a caller may not see is not there. */
@Singleton
class RequestLookup {
    private final Supplier<Configuration> configuration;
    private final RequestRepository requests;
    private final Drafts drafts;
    private final SigningRules rules;
    private final Optional<URI> publicUrl;

    RequestLookup(
            Supplier<Configuration> configuration,
            RequestRepository requests,
            Drafts drafts,
            SigningRules rules,
            PublicUrl publicUrl) {
        this.configuration = configuration;
        this.requests = requests;
        this.drafts = drafts;
        this.rules = rules;
        this.publicUrl = publicUrl.base();
    }

    /** @throws Problem.Refusal if there is no such request that the caller may see */
    SigningRequest find(String organization, String id, ContainerRequestContext context) {
        Caller caller = Authentication.callerOf(context);
        requireOrganization(organization);
        return found(id, caller)
                .orElseThrow(() -> draft(organization, id, context).isPresent()
                        ? Problem.of(
                                        Status.CONFLICT,
                                        "signing request " + SafeFileName.of(id) + " has no file",
                                        "send one to UploadUnsignedArtifact; its Status says whether it is still waited for")
                                .refusal()
                        : unknown(id));
    }

    /** The draft with this id that the caller may see; empty if there is none, or its file came. */
    Optional<Draft> draft(String organization, String id, ContainerRequestContext context) {
        Caller caller = Authentication.callerOf(context);
        requireOrganization(organization);
        return uuid(id).flatMap(drafts::find).filter(d -> rules.mayRead(caller, d.project(), d.policy()));
    }

    /**
     * A request, with its file or without.
     *
     * @throws Problem.Refusal if there is none that the caller may see
     */
    RequestView view(String organization, String id, ContainerRequestContext context) {
        Caller caller = Authentication.callerOf(context);
        // The draft first: a file that comes between the two looks leaves a request to be found.
        Optional<Draft> draft = draft(organization, id, context);
        return draft.map(d -> RequestView.of(d, link(context, organization, d.id())))
                .or(() -> found(id, caller).map(r -> RequestView.of(r, link(context, organization, r.id()))))
                .orElseThrow(() -> unknown(id));
    }

    /** The same request as it is by now; empty if the caller may not see it any more. */
    Optional<RequestView> again(RequestView before, Caller caller) {
        Optional<RequestView> draft = uuid(before.signingRequestId())
                .flatMap(drafts::find)
                .filter(d -> rules.mayRead(caller, d.project(), d.policy()))
                .map(d -> RequestView.of(d, before.webLink()));
        return draft.or(() -> found(before.signingRequestId(), caller).map(r -> RequestView.of(r, before.webLink())));
    }

    private Optional<SigningRequest> found(String id, Caller caller) {
        return uuid(id).flatMap(requests::find)
                .filter(r -> rules.mayRead(
                        caller, r.submission().project(), r.submission().policy()));
    }

    /**
     * A request whose file is to be signed again, which need not be of a policy that the credential is bound to.
     *
     * @throws Problem.Refusal if there is none that the caller may name
     */
    SigningRequest toResubmit(String organization, String id, ContainerRequestContext context) {
        Caller caller = Authentication.callerOf(context);
        requireOrganization(organization);
        return uuid(id).flatMap(requests::find)
                .filter(r -> rules.mayResubmit(caller, r.submission().project()))
                .orElseThrow(() -> unknown(id));
    }

    static Problem.Refusal unknown(String id) {
        return Problem.of(
                        Status.NOT_FOUND,
                        "there is no signing request " + SafeFileName.of(id) + " that you may see",
                        "use the address that the answer to SubmitWithArtifact gave in Location")
                .refusal();
    }

    /** @throws Problem.Refusal if this service signs for somebody else */
    void requireOrganization(String named) {
        Configuration.Organization organization = configuration.get().organization();
        if (!named.equalsIgnoreCase(organization.slug())
                && !named.equalsIgnoreCase(organization.id().toString())) {
            throw Problem.of(
                            Status.NOT_FOUND,
                            "this service signs for no organization " + SafeFileName.of(named),
                            "use " + organization.slug() + " or " + organization.id())
                    .refusal();
        }
    }

    /** Where a request lies, in the spelling that the caller used. */
    String link(ContainerRequestContext context, String organization, UUID id) {
        URI base = publicUrl.orElseGet(() -> context.getUriInfo().getBaseUri());
        return base.toString().replaceAll("/+$", "") + context.getProperty(Authentication.BASE) + organization
                + "/SigningRequests/" + id;
    }

    static Optional<UUID> uuid(String text) {
        try {
            return text.length() == 36 ? Optional.of(UUID.fromString(text)) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}

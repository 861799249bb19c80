package io.countersign.signer.api;

import io.countersign.home.Configuration;
import io.countersign.signer.identity.Caller;
import io.countersign.signer.policy.SigningRules;
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
    private final SigningRules rules;
    private final Optional<URI> publicUrl;

    RequestLookup(
            Supplier<Configuration> configuration,
            RequestRepository requests,
            SigningRules rules,
            PublicUrl publicUrl) {
        this.configuration = configuration;
        this.requests = requests;
        this.rules = rules;
        this.publicUrl = publicUrl.base();
    }

    /** @throws Problem.Refusal if there is no such request that the caller may see */
    SigningRequest find(String organization, String id, ContainerRequestContext context) {
        Caller caller = Authentication.callerOf(context);
        requireOrganization(organization);
        return uuid(id).flatMap(requests::find)
                .filter(r -> rules.mayRead(caller, r.submission().project()))
                .orElseThrow(() -> Problem.of(
                                Status.NOT_FOUND,
                                "there is no signing request " + SafeFileName.of(id) + " that you may see",
                                "use the address that the answer to SubmitWithArtifact gave in Location")
                        .refusal());
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

    private static Optional<UUID> uuid(String text) {
        try {
            return text.length() == 36 ? Optional.of(UUID.fromString(text)) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}

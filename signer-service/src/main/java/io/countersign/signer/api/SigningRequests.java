package io.countersign.signer.api;

import io.countersign.home.Configuration;
import io.countersign.key.Digest;
import io.countersign.signer.artifact.ArtifactStore;
import io.countersign.signer.identity.Caller;
import io.countersign.signer.pipeline.Intake;
import io.countersign.signer.pipeline.Intake.SubmissionRefused;
import io.countersign.signer.pipeline.UnsignableUpload;
import io.countersign.signer.policy.SigningRules;
import io.countersign.signer.request.RequestRepository;
import io.countersign.signer.request.SigningRequest;
import io.countersign.signer.request.SigningRequest.Completed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.Status;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jboss.resteasy.reactive.server.multipart.MultipartFormDataInput;

/** {@code /v1/{organization}/SigningRequests}, as SignPath documents it. Callers are known by the time they come here. */
@Path("/v1/{organization}/SigningRequests")
@Produces(MediaType.APPLICATION_JSON)
class SigningRequests {
    static final String ENVELOPE = "application/vnd.dsse.envelope.v1+json";

    private final Supplier<Configuration> configuration;
    private final Intake intake;
    private final RequestRepository requests;
    private final ArtifactStore artifacts;
    private final SigningRules rules;
    private final Optional<URI> publicUrl;

    SigningRequests(
            Supplier<Configuration> configuration,
            Intake intake,
            RequestRepository requests,
            ArtifactStore artifacts,
            SigningRules rules,
            PublicUrl publicUrl) {
        this.configuration = configuration;
        this.intake = intake;
        this.requests = requests;
        this.artifacts = artifacts;
        this.rules = rules;
        this.publicUrl = publicUrl.base();
    }

    @POST
    @Path("SubmitWithArtifact")
    @Consumes(MediaType.MULTIPART_FORM_DATA)
    public Response submitWithArtifact(
            @PathParam("organization") String organization,
            MultipartFormDataInput input,
            @Context ContainerRequestContext context)
            throws SubmissionRefused, UnsignableUpload {
        Caller caller = Authentication.callerOf(context);
        SubmissionForm form;
        try {
            requireOrganization(organization);
            form = SubmissionForm.read(input);
        } catch (Problem.Refusal e) {
            intake.refuse(caller, e.getMessage());
            throw e;
        }
        SigningRequest request = accepted(new Intake.Order(
                caller,
                form.projectSlug(),
                form.signingPolicySlug(),
                form.fileName(),
                form.description(),
                form.artifact()));
        String link = link(context, organization, request.id());
        return Response.created(URI.create(link))
                .entity(RequestView.of(request, link))
                .build();
    }

    private SigningRequest accepted(Intake.Order order) throws SubmissionRefused, UnsignableUpload {
        try {
            return intake.submit(order);
        } catch (IOException e) {
            // Ours, not the client's: see ProblemMappers.unreadable.
            throw new UncheckedIOException(e);
        }
    }

    @GET
    @Path("{id}")
    public RequestView request(
            @PathParam("organization") String organization,
            @PathParam("id") String id,
            @Context ContainerRequestContext context) {
        SigningRequest request = find(organization, id, context);
        return RequestView.of(request, link(context, organization, request.id()));
    }

    @GET
    @Path("{id}/Status")
    public RequestView.StatusView status(
            @PathParam("organization") String organization,
            @PathParam("id") String id,
            @Context ContainerRequestContext context) {
        return request(organization, id, context).statusOnly();
    }

    @GET
    @Path("{id}/UnsignedArtifact")
    @Produces(MediaType.APPLICATION_OCTET_STREAM)
    public Response unsignedArtifact(
            @PathParam("organization") String organization,
            @PathParam("id") String id,
            @Context ContainerRequestContext context) {
        SigningRequest request = find(organization, id, context);
        return download(request, request.submission().artifact());
    }

    @GET
    @Path("{id}/SignedArtifact")
    @Produces(MediaType.APPLICATION_OCTET_STREAM)
    public Response signedArtifact(
            @PathParam("organization") String organization,
            @PathParam("id") String id,
            @Context ContainerRequestContext context) {
        Completed request = completed(find(organization, id, context));
        return download(request, request.signed());
    }

    @GET
    @Path("{id}/Provenance")
    @Produces(ENVELOPE)
    public Response provenance(
            @PathParam("organization") String organization,
            @PathParam("id") String id,
            @Context ContainerRequestContext context) {
        Completed request = completed(find(organization, id, context));
        return Response.ok(request.provenance() + "\n")
                .header(
                        HttpHeaders.CONTENT_DISPOSITION,
                        attachment(request.submission().fileName() + ".intoto.jsonl"))
                .build();
    }

    private SigningRequest find(String organization, String id, ContainerRequestContext context) {
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

    private static Completed completed(SigningRequest request) {
        if (request instanceof Completed completed) {
            return completed;
        }
        RequestView view = RequestView.of(request, "");
        throw Problem.of(
                        Status.NOT_FOUND,
                        "the request is " + view.status() + " (" + view.workflowStatus()
                                + "), so it has no signed artifact"
                                + view.failureReason().map(r -> ": " + r).orElse(""),
                        view.isFinalStatus()
                                ? "mend what the reason says and submit the file again"
                                : "ask for its Status until isFinalStatus is true")
                .refusal();
    }

    private void requireOrganization(String named) {
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

    private static Optional<UUID> uuid(String text) {
        try {
            return text.length() == 36 ? Optional.of(UUID.fromString(text)) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private String link(ContainerRequestContext context, String organization, UUID id) {
        URI base = publicUrl.orElseGet(() -> context.getUriInfo().getBaseUri());
        return base.toString().replaceAll("/+$", "") + context.getProperty(Authentication.BASE) + organization
                + "/SigningRequests/" + id;
    }

    private Response download(SigningRequest request, Digest digest) {
        java.nio.file.Path file;
        try {
            file = artifacts.file(digest);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Response.ok(file)
                .header(
                        HttpHeaders.CONTENT_DISPOSITION,
                        attachment(request.submission().fileName()))
                .header("X-Content-Type-Options", "nosniff")
                .build();
    }

    /** RFC 6266: an ASCII form for old clients and the true name in UTF-8. The name has no quotes left in it. */
    private static String attachment(String fileName) {
        return "attachment; filename=\"" + fileName.replaceAll("[^\\x20-\\x7E]", "_") + "\"; filename*=UTF-8''"
                + URLEncoder.encode(fileName, StandardCharsets.UTF_8).replace("+", "%20");
    }
}

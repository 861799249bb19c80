package io.countersign.signer.api;

import io.countersign.key.Digest;
import io.countersign.signer.artifact.ArtifactStore;
import io.countersign.signer.identity.Caller;
import io.countersign.signer.pipeline.Conflict;
import io.countersign.signer.pipeline.Intake;
import io.countersign.signer.pipeline.Intake.SubmissionRefused;
import io.countersign.signer.pipeline.UnsignableUpload;
import io.countersign.signer.request.SigningRequest;
import io.countersign.signer.request.SigningRequest.Completed;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
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
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.jboss.resteasy.reactive.RestStreamElementType;
import org.jboss.resteasy.reactive.server.multipart.MultipartFormDataInput;

/** {@code /v1/{organization}/SigningRequests}, as SignPath documents it. Callers are known by the time they come here. */
@Path("/v1/{organization}/SigningRequests")
@Produces(MediaType.APPLICATION_JSON)
class SigningRequests {
    static final String ENVELOPE = "application/vnd.dsse.envelope.v1+json";

    private final RequestLookup lookup;
    private final Intake intake;
    private final ArtifactStore artifacts;
    private final StatusWait changed;

    SigningRequests(RequestLookup lookup, Intake intake, ArtifactStore artifacts, StatusWait changed) {
        this.changed = changed;
        this.lookup = lookup;
        this.intake = intake;
        this.artifacts = artifacts;
    }

    @POST
    @Path("SubmitWithArtifact")
    @Consumes(MediaType.MULTIPART_FORM_DATA)
    @RequestBody(
            content =
                    @Content(
                            mediaType = MediaType.MULTIPART_FORM_DATA,
                            schema = @Schema(implementation = FormSchema.Submission.class)))
    public Response submitWithArtifact(
            @PathParam("organization") String organization,
            @HeaderParam(SubmissionForm.IDEMPOTENCY_KEY) String idempotencyKey,
            MultipartFormDataInput input,
            @Context ContainerRequestContext context)
            throws SubmissionRefused, UnsignableUpload, Conflict {
        Caller caller = Authentication.callerOf(context);
        SubmissionForm form;
        try {
            lookup.requireOrganization(organization);
            form = SubmissionForm.read(input, Optional.ofNullable(idempotencyKey));
        } catch (Problem.Refusal e) {
            intake.refuse(caller, e.getMessage());
            throw e;
        }
        Intake.Taken taken = taken(new Intake.Order(
                caller,
                form.projectSlug(),
                form.signingPolicySlug(),
                caller.origin(),
                form.idempotencyKey(),
                form.fileName(),
                form.description(),
                form.artifact()));
        return answer(taken, lookup.link(context, organization, taken.request().id()));
    }

    /** RFC 9110 section 15.3.2: 201 says that something was made. */
    static Response answer(Intake.Taken taken, String link) {
        URI location = URI.create(link);
        return (taken.fresh() ? Response.created(location) : Response.ok().location(location))
                .entity(RequestView.of(taken.request(), link))
                .build();
    }

    private Intake.Taken taken(Intake.Order order) throws SubmissionRefused, UnsignableUpload, Conflict {
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
        return lookup.view(organization, id, context);
    }

    /**
     * What a client polls, or waits for.
     *
     * @param wait how many seconds to wait for another workflow status than the one now, or than {@code from}
     */
    @GET
    @Path("{id}/Status")
    @Blocking
    public Uni<RequestView.StatusView> status(
            @PathParam("organization") String organization,
            @PathParam("id") String id,
            @QueryParam("wait") @DefaultValue("0") int wait,
            @QueryParam("from") Optional<String> from,
            @Context ContainerRequestContext context) {
        RequestView now = lookup.view(organization, id, context);
        if (wait <= 0 || now.isFinalStatus()) {
            return Uni.createFrom().item(now.statusOnly());
        }
        String known = from.orElse(now.workflowStatus());
        return changed.change(
                        Authentication.callerOf(context).name(),
                        UUID.fromString(now.signingRequestId()),
                        Duration.ofSeconds(Math.min(wait, StatusWait.LONGEST_SECONDS)),
                        looking(now, context),
                        seen -> seen.isEmpty() || !seen.get().workflowStatus().equals(known))
                .map(seen -> seen.orElseThrow(() -> RequestLookup.unknown(id)).statusOnly());
    }

    /** Sees the request as it is then, as long as whoever asked may. */
    private Supplier<Optional<RequestView>> looking(RequestView now, ContainerRequestContext context) {
        Authentication.Proof proof = Authentication.proofOf(context);
        return () -> proof.again().flatMap(caller -> lookup.again(now, caller));
    }

    /** The status as it changes, as server-sent events, until it is final or may not be seen any more. */
    @GET
    @Path("{id}/Events")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @RestStreamElementType(MediaType.APPLICATION_JSON)
    @Blocking
    public Multi<RequestView.StatusView> events(
            @PathParam("organization") String organization,
            @PathParam("id") String id,
            @Context ContainerRequestContext context) {
        RequestView now = lookup.view(organization, id, context);
        return changed.changes(
                        Authentication.callerOf(context).name(),
                        UUID.fromString(now.signingRequestId()),
                        looking(now, context),
                        (a, b) -> !a.map(RequestView::workflowStatus).equals(b.map(RequestView::workflowStatus)),
                        seen -> seen.map(RequestView::isFinalStatus).orElse(true))
                .onItem()
                .transformToMultiAndConcatenate(seen -> Multi.createFrom().optional(seen))
                .map(RequestView::statusOnly);
    }

    @GET
    @Path("{id}/UnsignedArtifact")
    @Produces(MediaType.APPLICATION_OCTET_STREAM)
    public Response unsignedArtifact(
            @PathParam("organization") String organization,
            @PathParam("id") String id,
            @Context ContainerRequestContext context) {
        SigningRequest request = lookup.find(organization, id, context);
        return download(request, request.submission().artifact());
    }

    @GET
    @Path("{id}/SignedArtifact")
    @Produces(MediaType.APPLICATION_OCTET_STREAM)
    public Response signedArtifact(
            @PathParam("organization") String organization,
            @PathParam("id") String id,
            @Context ContainerRequestContext context) {
        Completed request = completed(lookup.find(organization, id, context));
        return download(request, request.signed());
    }

    @GET
    @Path("{id}/Provenance")
    @Produces(ENVELOPE)
    public Response provenance(
            @PathParam("organization") String organization,
            @PathParam("id") String id,
            @Context ContainerRequestContext context) {
        Completed request = completed(lookup.find(organization, id, context));
        return Response.ok(request.provenance() + "\n")
                .header(
                        HttpHeaders.CONTENT_DISPOSITION,
                        attachment(request.submission().fileName() + ".intoto.jsonl"))
                .build();
    }

    static Completed completed(SigningRequest request) {
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

    private Response download(SigningRequest request, Digest digest) {
        java.nio.file.Path file;
        try {
            file = artifacts.file(digest);
        } catch (NoSuchFileException e) {
            throw ProblemMappers.deleted();
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

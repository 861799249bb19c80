package io.countersign.signer.api;

import io.countersign.signer.identity.Caller;
import io.countersign.signer.pipeline.Conflict;
import io.countersign.signer.pipeline.Intake;
import io.countersign.signer.pipeline.Intake.SubmissionRefused;
import io.countersign.signer.pipeline.LateArtifacts;
import io.countersign.signer.pipeline.LateArtifacts.Announced;
import io.countersign.signer.pipeline.LateArtifacts.Announcement;
import io.countersign.signer.pipeline.UnsignableUpload;
import io.countersign.signer.request.Draft;
import io.countersign.signer.request.SigningRequest;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.Status;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.jboss.resteasy.reactive.server.multipart.MultipartFormDataInput;

/** Requests whose description comes first and whose file follows. */
@Path("/v1/{organization}/SigningRequests")
@Produces(MediaType.APPLICATION_JSON)
class LateArtifactRequests {
    private final RequestLookup lookup;
    private final LateArtifacts late;
    private final Intake intake;

    LateArtifactRequests(RequestLookup lookup, LateArtifacts late, Intake intake) {
        this.lookup = lookup;
        this.late = late;
        this.intake = intake;
    }

    @POST
    @Path("SubmitWithoutArtifact")
    @Consumes(MediaType.MULTIPART_FORM_DATA)
    @RequestBody(
            content =
                    @Content(
                            mediaType = MediaType.MULTIPART_FORM_DATA,
                            schema = @Schema(implementation = FormSchema.Announcement.class)))
    public Response submitForm(
            @PathParam("organization") String organization,
            @HeaderParam(SubmissionForm.IDEMPOTENCY_KEY) String idempotencyKey,
            MultipartFormDataInput input,
            @Context ContainerRequestContext context)
            throws SubmissionRefused, Conflict {
        return submit(organization, idempotencyKey, () -> new FormFields(input), context);
    }

    @POST
    @Path("SubmitWithoutArtifact")
    @Consumes(MediaType.APPLICATION_JSON)
    public Response submitJson(
            @PathParam("organization") String organization,
            @HeaderParam(SubmissionForm.IDEMPOTENCY_KEY) String idempotencyKey,
            Map<String, Object> input,
            @Context ContainerRequestContext context)
            throws SubmissionRefused, Conflict {
        return submit(organization, idempotencyKey, () -> JsonFields.of(input), context);
    }

    private Response submit(
            String organization, String key, Supplier<FormFields> fields, ContainerRequestContext context)
            throws SubmissionRefused, Conflict {
        Caller caller = Authentication.callerOf(context);
        DraftForm form;
        try {
            lookup.requireOrganization(organization);
            form = DraftForm.read(fields.get(), Optional.ofNullable(key));
        } catch (Problem.Refusal e) {
            intake.refuse(caller, e.getMessage());
            throw e;
        }
        Announced announced = late.announce(new Announcement(
                caller, form.projectSlug(), form.signingPolicySlug(), form.description(), form.idempotencyKey()));
        RequestView view = lookup.view(organization, announced.id().toString(), context);
        URI location = URI.create(view.webLink());
        return (announced.fresh() ? Response.created(location) : Response.ok().location(location))
                .entity(view)
                .build();
    }

    @POST
    @Path("{id}/UploadUnsignedArtifact")
    @Consumes(MediaType.MULTIPART_FORM_DATA)
    @RequestBody(
            content =
                    @Content(
                            mediaType = MediaType.MULTIPART_FORM_DATA,
                            schema = @Schema(implementation = FormSchema.Artifact.class)))
    public RequestView upload(
            @PathParam("organization") String organization,
            @PathParam("id") String id,
            MultipartFormDataInput input,
            @Context ContainerRequestContext context)
            throws SubmissionRefused, UnsignableUpload, Conflict {
        Caller caller = Authentication.callerOf(context);
        SubmissionForm.Artifact artifact;
        Draft draft;
        try {
            draft = lookup.draft(organization, id, context).orElseThrow(() -> noDraft(organization, id, context));
            artifact = SubmissionForm.artifactAlone(input);
        } catch (Problem.Refusal e) {
            intake.refuse(caller, e.getMessage());
            throw e;
        }
        try {
            SigningRequest request = late.upload(caller, draft, artifact.fileName(), artifact.file());
            return RequestView.of(request, lookup.link(context, organization, request.id()));
        } catch (IOException e) {
            // Ours, not the client's: see ProblemMappers.unreadable.
            throw new UncheckedIOException(e);
        }
    }

    /** The request has its file, or there is none that the caller may see. */
    private Problem.Refusal noDraft(String organization, String id, ContainerRequestContext context) {
        SigningRequest request = lookup.find(organization, id, context);
        return Problem.of(
                        Status.CONFLICT,
                        "request " + request.id() + " has its file",
                        "make a new request for another file")
                .refusal();
    }
}

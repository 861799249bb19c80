package io.countersign.signer.api;

import io.countersign.signer.identity.Caller;
import io.countersign.signer.pipeline.ApprovalDesk;
import io.countersign.signer.pipeline.Conflict;
import io.countersign.signer.pipeline.Intake;
import io.countersign.signer.pipeline.Intake.SubmissionRefused;
import io.countersign.signer.pipeline.LateArtifacts;
import io.countersign.signer.request.Approvals;
import io.countersign.signer.request.Draft;
import io.countersign.signer.request.SigningRequest;
import jakarta.ws.rs.Consumes;
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
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.jboss.resteasy.reactive.server.multipart.MultipartFormDataInput;

/** What people decide about requests: approve, deny, cancel, and sign the same file under another policy. */
@Path("/v1/{organization}/SigningRequests")
@Produces(MediaType.APPLICATION_JSON)
class RequestDecisions {
    private static final int MOST_AT_ONCE = 100;
    private static final int LONGEST_REASON = 1000;

    private final RequestLookup lookup;
    private final ApprovalDesk desk;
    private final Approvals approvals;
    private final Intake intake;
    private final LateArtifacts late;

    RequestDecisions(RequestLookup lookup, ApprovalDesk desk, Approvals approvals, Intake intake, LateArtifacts late) {
        this.lookup = lookup;
        this.desk = desk;
        this.approvals = approvals;
        this.intake = intake;
        this.late = late;
    }

    /** Why somebody says no. */
    record Denial(Optional<String> reason) {}

    /** Which requests are approved together. */
    record Batch(List<String> approve) {}

    /** What became of one of them: its status, or why it was not approved. */
    record BatchAnswer(String signingRequestId, Optional<String> status, List<Problem.Fault> errors) {}

    /** An approval as the API shows it. */
    record ApprovalView(String approver, String at) {}

    @POST
    @Path("{id}/Approve")
    public RequestView approve(
            @PathParam("organization") String organization,
            @PathParam("id") String id,
            @Context ContainerRequestContext context)
            throws SubmissionRefused, Conflict {
        SigningRequest request = lookup.find(organization, id, context);
        return view(desk.approve(Authentication.callerOf(context), request), organization, context);
    }

    @POST
    @Path("{id}/Deny")
    @Consumes(MediaType.APPLICATION_JSON)
    public RequestView deny(
            @PathParam("organization") String organization,
            @PathParam("id") String id,
            Denial denial,
            @Context ContainerRequestContext context)
            throws SubmissionRefused, Conflict {
        SigningRequest request = lookup.find(organization, id, context);
        String reason = Optional.ofNullable(denial)
                .flatMap(Denial::reason)
                .map(String::strip)
                .filter(r -> !r.isEmpty() && r.length() <= LONGEST_REASON)
                .orElseThrow(() -> Problem.of(
                                Status.BAD_REQUEST,
                                "the reason is missing, or longer than " + LONGEST_REASON + " characters",
                                "send {\"reason\": \"…\"}: who submitted it reads it in the build's log")
                        .refusal());
        return view(desk.deny(Authentication.callerOf(context), request, reason), organization, context);
    }

    @POST
    @Path("{id}/Cancel")
    public RequestView cancel(
            @PathParam("organization") String organization,
            @PathParam("id") String id,
            @Context ContainerRequestContext context)
            throws SubmissionRefused, Conflict {
        Optional<Draft> draft = lookup.draft(organization, id, context);
        if (draft.isPresent()) {
            late.cancel(Authentication.callerOf(context), draft.get());
            return lookup.view(organization, id, context);
        }
        SigningRequest request = lookup.find(organization, id, context);
        return view(desk.cancel(Authentication.callerOf(context), request), organization, context);
    }

    @GET
    @Path("{id}/Approvals")
    public List<ApprovalView> approvals(
            @PathParam("organization") String organization,
            @PathParam("id") String id,
            @Context ContainerRequestContext context) {
        SigningRequest request = lookup.find(organization, id, context);
        return approvals.of(request.id()).stream()
                .map(a -> new ApprovalView(a.approver(), a.at().toString()))
                .toList();
    }

    /** Those that wait for the caller. */
    @GET
    @Path("Approvals")
    public List<RequestView> waiting(
            @PathParam("organization") String organization, @Context ContainerRequestContext context) {
        lookup.requireOrganization(organization);
        return desk.waitingFor(Authentication.callerOf(context)).stream()
                .map(r -> view(r, organization, context))
                .toList();
    }

    /** Each is judged for itself, so one that cannot be approved does not hold up the others. */
    @POST
    @Path("Approvals")
    @Consumes(MediaType.APPLICATION_JSON)
    public List<BatchAnswer> approveTogether(
            @PathParam("organization") String organization, Batch batch, @Context ContainerRequestContext context) {
        if (batch == null || batch.approve() == null || batch.approve().size() > MOST_AT_ONCE) {
            throw Problem.of(
                            Status.BAD_REQUEST,
                            "the list of requests is missing, or has more than " + MOST_AT_ONCE,
                            "send {\"approve\": [\"ID\", …]}")
                    .refusal();
        }
        if (batch.approve().stream().anyMatch(Objects::isNull)) {
            throw Problem.of(
                            Status.BAD_REQUEST,
                            "the list of requests has a null in it",
                            "send ids alone; none was approved")
                    .refusal();
        }
        lookup.requireOrganization(organization);
        List<BatchAnswer> answers = new ArrayList<>();
        for (String id : batch.approve()) {
            answers.add(approveOne(organization, id, context));
        }
        return answers;
    }

    private BatchAnswer approveOne(String organization, String id, ContainerRequestContext context) {
        Caller caller = Authentication.callerOf(context);
        try {
            SigningRequest request = desk.approve(caller, lookup.find(organization, id, context));
            return new BatchAnswer(
                    id, Optional.of(view(request, organization, context).status()), List.of());
        } catch (SubmissionRefused e) {
            return new BatchAnswer(id, Optional.empty(), ProblemMappers.faults(e));
        } catch (Conflict e) {
            return new BatchAnswer(id, Optional.empty(), List.of(new Problem.Fault(e.getMessage(), e.remedy())));
        } catch (Problem.Refusal e) {
            return new BatchAnswer(
                    SafeFileName.of(id),
                    Optional.empty(),
                    List.of(new Problem.Fault(e.problem().detail(), e.problem().howToFix())));
        }
    }

    @POST
    @Path("Resubmit")
    @Consumes(MediaType.MULTIPART_FORM_DATA)
    @RequestBody(
            content =
                    @Content(
                            mediaType = MediaType.MULTIPART_FORM_DATA,
                            schema = @Schema(implementation = FormSchema.Resubmission.class)))
    public Response resubmit(
            @PathParam("organization") String organization,
            MultipartFormDataInput input,
            @Context ContainerRequestContext context)
            throws SubmissionRefused, Conflict {
        return resubmit(organization, new FormFields(input), context);
    }

    @POST
    @Path("Resubmit")
    @Consumes(MediaType.APPLICATION_JSON)
    public Response resubmitJson(
            @PathParam("organization") String organization,
            Map<String, Object> input,
            @Context ContainerRequestContext context)
            throws SubmissionRefused, Conflict {
        return resubmit(organization, JsonFields.of(input), context);
    }

    private Response resubmit(String organization, FormFields fields, ContainerRequestContext context)
            throws SubmissionRefused, Conflict {
        Caller caller = Authentication.callerOf(context);
        lookup.requireOrganization(organization);
        ResubmissionForm form = ResubmissionForm.read(fields);
        SigningRequest earlier = lookup.toResubmit(organization, form.originalSigningRequestId(), context);
        SigningRequest request;
        try {
            request = intake.resubmit(caller, earlier, form.signingPolicySlug(), form.description());
        } catch (IOException e) {
            // Ours, not the client's: see ProblemMappers.unreadable.
            throw new UncheckedIOException(e);
        }
        return SigningRequests.answer(
                new Intake.Taken(request, true), lookup.link(context, organization, request.id()));
    }

    private RequestView view(SigningRequest request, String organization, ContainerRequestContext context) {
        return RequestView.of(request, lookup.link(context, organization, request.id()));
    }
}

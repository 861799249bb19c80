package io.countersign.signer.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.countersign.policy.Violation;
import io.countersign.signer.artifact.ArtifactStore;
import io.countersign.signer.connector.GitHubConnector;
import io.countersign.signer.connector.GitHubUnavailable;
import io.countersign.signer.connector.OriginUnverified;
import io.countersign.signer.identity.Caller;
import io.countersign.signer.pipeline.Conflict;
import io.countersign.signer.pipeline.Intake;
import io.countersign.signer.pipeline.Intake.SubmissionRefused;
import io.countersign.signer.pipeline.UnsignableUpload;
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
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.Status;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jboss.logging.Logger;

/**
 * What SignPath's public GitHub action asks of its {@code connector-url}, which is this server's address with {@code /github}
 * (https://github.com/SignPath/github-actions, actions/submit-signing-request).
 */
@Path("/github/{organization}/SigningRequests")
@Produces(MediaType.APPLICATION_JSON)
class GitHubConnectorRequests {
    private static final Logger LOG = Logger.getLogger(GitHubConnectorRequests.class);

    private final RequestLookup lookup;
    private final GitHubConnector connector;
    private final Intake intake;
    private final ArtifactStore artifacts;

    GitHubConnectorRequests(RequestLookup lookup, GitHubConnector connector, Intake intake, ArtifactStore artifacts) {
        this.lookup = lookup;
        this.connector = connector;
        this.intake = intake;
        this.artifacts = artifacts;
    }

    /** What the action reads; it prints the errors and the log into the build's. */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record Answer(
            Optional<String> signingRequestId,
            Optional<String> signingRequestUrl,
            Optional<ValidationResult> validationResult,
            Optional<String> error,
            List<LogLine> logs) {
        record ValidationResult(List<Problem.Fault> errors) {}

        record LogLine(String level, String message) {}
    }

    /** What the action polls. */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record ConnectorStatus(
            String status,
            String workflowStatus,
            boolean isFinalStatus,
            String webLink,
            Optional<String> failureReason,
            boolean hasArtifactBeenDownloadedBySignPathInCaseOfArtifactRetrieval) {}

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    public Response submit(
            @PathParam("organization") String organization,
            Map<String, Object> body,
            @Context ContainerRequestContext context) {
        Caller caller = Authentication.callerOf(context);
        lookup.requireOrganization(organization);
        ConnectorOrder order = ConnectorOrder.read(body);
        if (!order.errors().isEmpty()) {
            intake.refuse(caller, order.errors().toString());
            return refused(order.errors(), order.warnings());
        }
        try {
            Intake.Taken taken =
                    connector.submit(caller, order.project(), order.policy(), order.artifact(), SafeFileName::of);
            return answer(organization, taken.request(), order.warnings(), context);
        } catch (SubmissionRefused e) {
            return refused(ProblemMappers.faults(e), order.warnings());
        } catch (OriginUnverified e) {
            intake.refuse(caller, order.artifact() + ": " + e.getMessage());
            return refused(
                    e.violations().stream().map(GitHubConnectorRequests::fault).toList(), order.warnings());
        } catch (UnsignableUpload e) {
            return refused(
                    List.of(new Problem.Fault(e.getMessage(), "upload one unsigned PE file as the artifact")),
                    order.warnings());
        } catch (Conflict e) {
            return refused(List.of(new Problem.Fault(e.getMessage(), e.remedy())), order.warnings());
        } catch (GitHubUnavailable e) {
            LOG.warn(e.getMessage());
            return Problem.of(
                            Status.SERVICE_UNAVAILABLE,
                            "GitHub's API does not answer as it should: " + e.getMessage(),
                            "try again later")
                    .response()
                    .header("Retry-After", 10)
                    .build();
        } catch (IOException e) {
            // Ours, not the client's: see ProblemMappers.unreadable.
            throw new UncheckedIOException(e);
        }
    }

    private Response answer(
            String organization, SigningRequest request, List<String> warnings, ContainerRequestContext context) {
        String link = lookup.link(context, organization, request.id());
        List<Answer.LogLine> logs = new ArrayList<>(warnings(warnings));
        request.submission()
                .origin()
                .ifPresent(o -> logs.add(new Answer.LogLine(
                        "Information",
                        "GitHub vouches that it was built from " + o.repositoryUrl() + ", " + o.ref() + ", commit "
                                + o.commit() + ", by " + o.workflow() + " on " + o.runner() + " runners")));
        logs.add(new Answer.LogLine(
                "Information",
                "SHA-256 " + request.submission().artifact().value().hex()));
        return Response.status(Status.CREATED)
                .entity(new Answer(
                        Optional.of(request.id().toString()),
                        Optional.of(link),
                        Optional.of(new Answer.ValidationResult(List.of())),
                        Optional.empty(),
                        logs))
                .build();
    }

    private static Response refused(List<Problem.Fault> faults, List<String> warnings) {
        return Response.status(Status.BAD_REQUEST)
                .entity(new Answer(
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(new Answer.ValidationResult(faults)),
                        Optional.of("the request was refused"),
                        warnings(warnings)))
                .build();
    }

    private static List<Answer.LogLine> warnings(List<String> warnings) {
        return warnings.stream().map(w -> new Answer.LogLine("Warning", w)).toList();
    }

    private static Problem.Fault fault(Violation violation) {
        return new Problem.Fault(violation.reason(), violation.remedy());
    }

    @GET
    @Path("{id}/Status")
    public ConnectorStatus status(
            @PathParam("organization") String organization,
            @PathParam("id") String id,
            @Context ContainerRequestContext context) {
        RequestView view = lookup.view(organization, id, context);
        return new ConnectorStatus(
                view.status(),
                view.workflowStatus(),
                view.isFinalStatus(),
                view.webLink(),
                view.failureReason(),
                view.unsignedArtifactLink().isPresent());
    }

    /** Workflow artifacts are ZIPs, and so is what comes back. */
    @GET
    @Path("{id}/SignedArtifact")
    @Produces("application/zip")
    public StreamingOutput signedArtifact(
            @PathParam("organization") String organization,
            @PathParam("id") String id,
            @Context ContainerRequestContext context)
            throws IOException {
        Completed request = SigningRequests.completed(lookup.find(organization, id, context));
        java.nio.file.Path file;
        try {
            file = artifacts.file(request.signed());
        } catch (NoSuchFileException e) {
            throw ProblemMappers.deleted();
        }
        return out -> {
            ZipOutputStream zip = new ZipOutputStream(out);
            zip.setLevel(Deflater.BEST_SPEED);
            zip.putNextEntry(new ZipEntry(request.submission().fileName()));
            Files.copy(file, zip);
            zip.closeEntry();
            zip.finish();
        };
    }
}

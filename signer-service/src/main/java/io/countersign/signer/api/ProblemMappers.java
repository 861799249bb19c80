package io.countersign.signer.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import io.countersign.key.KeyUnavailable;
import io.countersign.policy.RuleId;
import io.countersign.signer.audit.AuditUnavailable;
import io.countersign.signer.audit.Printable;
import io.countersign.signer.identity.token.TokenNotGiven;
import io.countersign.signer.pipeline.Conflict;
import io.countersign.signer.pipeline.Intake.SubmissionRefused;
import io.countersign.signer.pipeline.UnfitHash;
import io.countersign.signer.pipeline.UnsignableUpload;
import io.countersign.signer.request.StoreUnavailable;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.Status;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Every error leaves as a problem, and nothing of an unexpected one but a number to find it by in the log. */
class ProblemMappers {
    private static final Logger LOG = Logger.getLogger(ProblemMappers.class);

    /**
     * Wrong names are 400: the address exists, a field of the form is wrong; 404 is for what is named in the address. The rest
     * is 403: understood, and not allowed.
     */
    private static final Set<RuleId> WRONG_NAMES = EnumSet.of(RuleId.PROJECT_KNOWN, RuleId.POLICY_KNOWN);

    @ServerExceptionMapper
    Response refusal(Problem.Refusal e) {
        Response.ResponseBuilder response = e.problem().response();
        return (e.problem().status() == Status.TOO_MANY_REQUESTS.getStatusCode()
                        ? response.header("Retry-After", 5)
                        : response)
                .build();
    }

    @ServerExceptionMapper
    Response refusedByPolicy(SubmissionRefused e) {
        Status status = e.violations().stream().anyMatch(v -> WRONG_NAMES.contains(v.rule()))
                ? Status.BAD_REQUEST
                : Status.FORBIDDEN;
        return Problem.of(status, faults(e)).response().build();
    }

    static List<Problem.Fault> faults(SubmissionRefused e) {
        return e.violations().stream()
                .map(v -> new Problem.Fault(v.reason(), v.remedy()))
                .toList();
    }

    @ServerExceptionMapper
    Response conflict(Conflict e) {
        return Problem.of(Status.CONFLICT, e.getMessage(), e.remedy())
                .response()
                .build();
    }

    /** Resources read artifacts alone: see SigningRequests.download. */
    static Problem.Refusal deleted() {
        return Problem.of(
                        Status.GONE,
                        "the file is not kept any longer",
                        "its policy says how long artifacts are kept; submit it again for another signature")
                .refusal();
    }

    @ServerExceptionMapper
    Response unfit(UnfitHash e) {
        return Problem.of(Status.BAD_REQUEST, e.getMessage(), e.remedy())
                .response()
                .build();
    }

    @ServerExceptionMapper
    Response noKey(KeyUnavailable e) {
        LOG.error(e.getMessage(), e);
        return Problem.of(
                        Status.SERVICE_UNAVAILABLE,
                        "the key cannot be used now",
                        "try again later; the operator finds the cause in the service's log")
                .response()
                .header("Retry-After", 10)
                .build();
    }

    @ServerExceptionMapper
    Response noToken(TokenNotGiven e) {
        return Problem.of(Status.FORBIDDEN, e.getMessage(), e.remedy())
                .response()
                .build();
    }

    @ServerExceptionMapper
    Response unsignable(UnsignableUpload e) {
        return Problem.of(
                        Status.BAD_REQUEST,
                        e.getMessage(),
                        "submit a complete, unsigned PE file (.sys, .exe, .dll); a signature is taken away by: countersign strip"
                                + " FILE -o OUT")
                .response()
                .build();
    }

    @ServerExceptionMapper
    Response misshapen(MismatchedInputException e) {
        return misshapen();
    }

    /** Nothing of the body is quoted: it may hold a token. */
    private static Response misshapen() {
        return Problem.of(
                        Status.BAD_REQUEST,
                        "the body is not the JSON that this address takes",
                        "/q/openapi describes what it takes")
                .response()
                .build();
    }

    @ServerExceptionMapper
    Response notFound(NotFoundException e) {
        return Problem.of(
                        Status.NOT_FOUND,
                        "there is nothing at this address",
                        "the API lies under /v1/{organization}/SigningRequests")
                .response()
                .build();
    }

    @ServerExceptionMapper
    Response otherHttpError(WebApplicationException e) {
        Response response = e.getResponse();
        if (response.getStatus() == Status.REQUEST_ENTITY_TOO_LARGE.getStatusCode()) {
            return UploadLimit.tooLarge().response().build();
        }
        if (e.getCause() instanceof JsonProcessingException) {
            return misshapen();
        }
        Response.ResponseBuilder problem = Problem.of(
                        response.getStatusInfo(),
                        "the request does not fit this address: "
                                + response.getStatusInfo().getReasonPhrase(),
                        "the addresses under /v1/{organization}/SigningRequests take GET, and SubmitWithArtifact a POST of multipart/form-data")
                .response();
        response.getHeaders().forEach((name, values) -> {
            if (!name.equalsIgnoreCase("Content-Type") && !name.equalsIgnoreCase("Content-Length")) {
                values.forEach(v -> problem.header(name, v));
            }
        });
        return problem.build();
    }

    @ServerExceptionMapper({StoreUnavailable.class, AuditUnavailable.class})
    Response unavailable(RuntimeException e) {
        LOG.error(e.getMessage(), e);
        return Problem.of(
                        Status.SERVICE_UNAVAILABLE,
                        "the service cannot reach its store",
                        "try again later; the operator finds the cause in the service's log")
                .response()
                .header("Retry-After", 10)
                .build();
    }

    /**
     * The form could not be read: resources throw no IOException of their own. A {@link FileSystemException} is about the
     * folder of uploads.
     */
    @ServerExceptionMapper
    Response unreadable(IOException e) {
        if (e instanceof FileSystemException) {
            return unexpected(e);
        }
        LOG.warnf("a form could not be read: %s", Printable.of(String.valueOf(e.getMessage())));
        return Problem.of(
                        Status.BAD_REQUEST,
                        "the form is cut off or is not multipart/form-data",
                        "send the whole form again, as curl -F does")
                .response()
                .build();
    }

    @ServerExceptionMapper
    Response unexpected(Throwable e) {
        String incident = UUID.randomUUID().toString();
        LOG.errorf(e, "incident %s", incident);
        return Problem.of(
                        Status.INTERNAL_SERVER_ERROR,
                        "the service failed; incident " + incident,
                        "the operator finds the cause under this number in the service's log")
                .response()
                .build();
    }
}

package io.countersign.signer.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.countersign.policy.Origin;
import io.countersign.signer.request.Draft;
import io.countersign.signer.request.SigningRequest;
import io.countersign.signer.request.SigningRequest.Canceled;
import io.countersign.signer.request.SigningRequest.Completed;
import io.countersign.signer.request.SigningRequest.Denied;
import io.countersign.signer.request.SigningRequest.Failed;
import io.countersign.signer.request.SigningRequest.Processing;
import io.countersign.signer.request.SigningRequest.Queued;
import io.countersign.signer.request.SigningRequest.WaitingForApproval;
import io.countersign.signer.request.Submission;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * A request as the API shows it. The names are SignPath's; {@code failureReason}, {@code provenanceLink} and the members
 * after it are ours.
 *
 * @param parameters of an artifact configuration; there are none yet
 * @param failureReason why it failed or was denied, or why the last attempt has to be repeated or what it waits for
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
record RequestView(
        String status,
        String workflowStatus,
        boolean isFinalStatus,
        String webLink,
        Optional<String> description,
        String projectSlug,
        String signingPolicySlug,
        Map<String, String> parameters,
        Optional<String> unsignedArtifactLink,
        Optional<String> signedArtifactLink,
        Optional<String> failureReason,
        Optional<String> provenanceLink,
        String signingRequestId,
        Optional<String> fileName,
        String submitter,
        String submittedAt,
        Optional<String> unsignedArtifactSha256,
        Optional<String> signedArtifactSha256,
        Optional<OriginView> origin,
        Optional<String> originalSigningRequestId,
        Optional<String> approvalExpiresAt) {

    /** Where a file was built; the names are SignPath's, but for {@code vouchedBy}. */
    record OriginView(String vouchedBy, BuildData buildData, RepositoryData repositoryData) {
        private static final Pattern PATH = Pattern.compile("[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*");

        @JsonInclude(JsonInclude.Include.NON_ABSENT)
        record BuildData(String url, Optional<BuildSettingsFile> buildSettingsFile) {}

        /** The file that says how it is built. */
        @JsonInclude(JsonInclude.Include.NON_ABSENT)
        record BuildSettingsFile(String fileName, Optional<String> downloadLink) {}

        record RepositoryData(String url, String branchName, String commitId, String sourceControlManagementType) {}

        static OriginView of(Origin origin) {
            return new OriginView(
                    origin.vouchedBy(),
                    new BuildData(
                            origin.buildUrl().toString(),
                            Optional.of(origin.workflow())
                                    .filter(w -> !w.isBlank())
                                    .map(w -> new BuildSettingsFile(w, link(origin)))),
                    new RepositoryData(
                            origin.repositoryUrl().toString(),
                            origin.branch().orElse(origin.ref()),
                            origin.commit(),
                            "git"));
        }

        /** The file at the commit, where the host is known by how it names builds; one of another repository has other characters. */
        private static Optional<String> link(Origin origin) {
            String repository = origin.repositoryUrl().toString();
            String build = origin.buildUrl().toString();
            if (!PATH.matcher(origin.workflow()).matches() || origin.commit().isBlank()) {
                return Optional.empty();
            }
            if (build.startsWith(repository + "/actions/runs/")) {
                return origin.workflow().startsWith(".github/")
                        ? Optional.of(repository + "/blob/" + origin.commit() + "/" + origin.workflow())
                        : Optional.empty();
            }
            return build.startsWith(repository + "/-/pipelines/")
                    ? Optional.of(repository + "/-/raw/" + origin.commit() + "/" + origin.workflow())
                    : Optional.empty();
        }
    }

    /** What a client polls. */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record StatusView(
            String status,
            String workflowStatus,
            boolean isFinalStatus,
            String webLink,
            Optional<String> failureReason) {}

    private enum Shown {
        RETRIEVING("InProgress", "RetrievingArtifact", false),
        NOT_RETRIEVED("Failed", "ArtifactRetrievalFailed", true),
        WAITING_FOR_APPROVAL("WaitingForApproval", "WaitingForApproval", false),
        QUEUED("InProgress", "QueuedForProcessing", false),
        PROCESSING("InProgress", "Processing", false),
        COMPLETED("Completed", "Completed", true),
        FAILED("Failed", "ProcessingFailed", true),
        DENIED("Denied", "Denied", true),
        CANCELED("Canceled", "Canceled", true);

        private final String status;
        private final String workflowStatus;
        private final boolean isFinal;

        Shown(String status, String workflowStatus, boolean isFinal) {
            this.status = status;
            this.workflowStatus = workflowStatus;
            this.isFinal = isFinal;
        }

        static Shown of(Draft draft) {
            return switch (draft.state()) {
                case OPEN -> RETRIEVING;
                case CANCELED -> CANCELED;
                case EXPIRED -> NOT_RETRIEVED;
            };
        }

        static Shown of(SigningRequest request) {
            if (request instanceof WaitingForApproval) {
                return WAITING_FOR_APPROVAL;
            }
            if (request instanceof Canceled) {
                return CANCELED;
            }
            if (request instanceof Queued queued && queued.attempts() == 0) {
                return QUEUED;
            }
            if (request instanceof Processing || request instanceof Queued) {
                return PROCESSING;
            }
            if (request instanceof Failed) {
                return FAILED;
            }
            return request instanceof Denied ? DENIED : COMPLETED;
        }
    }

    /** @param link where the request itself lies */
    static RequestView of(SigningRequest request, String link) {
        Submission submission = request.submission();
        Shown shown = Shown.of(request);
        Optional<Completed> completed = request instanceof Completed c ? Optional.of(c) : Optional.empty();
        return new RequestView(
                shown.status,
                shown.workflowStatus,
                shown.isFinal,
                link,
                submission.description(),
                submission.project(),
                submission.policy(),
                Map.of(),
                Optional.of(link + "/UnsignedArtifact"),
                completed.map(c -> link + "/SignedArtifact"),
                failureReason(request),
                completed.map(c -> link + "/Provenance"),
                submission.id().toString(),
                Optional.of(submission.fileName()),
                submission.submitter(),
                submission.submittedAt().toString(),
                Optional.of(submission.artifact().value().hex()),
                completed.map(c -> c.signed().value().hex()),
                submission.origin().map(OriginView::of),
                submission.resubmittedFrom().map(UUID::toString),
                request instanceof WaitingForApproval w
                        ? Optional.of(w.expiresAt().toString())
                        : Optional.empty());
    }

    /** The same, of one whose file is still to come. */
    static RequestView of(Draft draft, String link) {
        Shown shown = Shown.of(draft);
        return new RequestView(
                shown.status,
                shown.workflowStatus,
                shown.isFinal,
                link,
                draft.description(),
                draft.project(),
                draft.policy(),
                Map.of(),
                Optional.empty(),
                Optional.empty(),
                draft.reason(),
                Optional.empty(),
                draft.id().toString(),
                Optional.empty(),
                draft.submitter(),
                draft.submittedAt().toString(),
                Optional.empty(),
                Optional.empty(),
                draft.origin().map(OriginView::of),
                Optional.empty(),
                Optional.empty());
    }

    StatusView statusOnly() {
        return new StatusView(status, workflowStatus, isFinalStatus, webLink, failureReason);
    }

    private static Optional<String> failureReason(SigningRequest request) {
        if (request instanceof Failed failed) {
            return Optional.of(failed.reason());
        }
        if (request instanceof Denied denied) {
            return Optional.of(denied.reason());
        }
        if (request instanceof Canceled canceled) {
            return Optional.of(canceled.reason());
        }
        return request instanceof Queued queued ? queued.lastFailure() : Optional.empty();
    }
}

package io.countersign.signer.api;

import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The forms as the API's description has them; they are read as {@link FormFields}. */
final class FormSchema {
    private FormSchema() {}

    /** SubmitWithArtifact. */
    record Submission(
            @Schema(required = true) String projectSlug,
            @Schema(required = true) String signingPolicySlug,
            @Schema(required = true, format = "binary") String artifact,
            String description,
            String idempotencyKey) {}

    /** SubmitWithoutArtifact. */
    record Announcement(
            @Schema(required = true) String projectSlug,
            @Schema(required = true) String signingPolicySlug,
            String description,
            String idempotencyKey) {}

    /** UploadUnsignedArtifact. */
    record Artifact(
            @Schema(required = true, format = "binary") String artifact) {}

    /** Resubmit. */
    record Resubmission(
            @Schema(required = true) String originalSigningRequestId,
            @Schema(required = true) String signingPolicySlug,
            String description) {}

    /** SignHash. */
    record Hash(
            @Schema(required = true) String projectSlug,
            @Schema(required = true) String signingPolicySlug,

            @Schema(required = true, format = "binary", description = "payload.json")
            String artifact) {}
}

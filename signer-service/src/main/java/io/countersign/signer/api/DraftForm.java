package io.countersign.signer.api;

import java.util.Optional;

/** What SubmitWithoutArtifact is told, checked as a whole. */
record DraftForm(
        String projectSlug, String signingPolicySlug, Optional<String> description, Optional<String> idempotencyKey) {
    /** @throws Problem.Refusal if it cannot be taken, naming everything that is wrong with it */
    static DraftForm read(FormFields fields, Optional<String> idempotencyKey) {
        DraftForm form = new DraftForm(
                fields.slug(SubmissionForm.PROJECT),
                fields.slug(SubmissionForm.POLICY),
                fields.folded(SubmissionForm.DESCRIPTION),
                SubmissionForm.key(fields, idempotencyKey));
        SubmissionForm.refuseOthers(fields, SubmissionForm.KNOWN_WITHOUT_FILE);
        fields.requireGood();
        return form;
    }
}
